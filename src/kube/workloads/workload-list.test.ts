import {describe, expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import {readList} from '../answers/read-list.ts'
import {disruptionBudgets} from '../answers/resource.ts'
import type {ListRequest} from '../ports/workloads.ts'
import {type FakeAnswers, fakeApi, listOf, refusal} from '../testing/fake-api.ts'
import {listWorkloads} from './workload-list.ts'

const never = new AbortController().signal
const itemOf = (name: string) => ({metadata: {name, namespace: 'shop', uid: name, resourceVersion: '7'}, spec: {}})
const page = (names: readonly string[], token?: string, more: object = {}) =>
  listOf('Deployment', names.map(itemOf), '42', {...(token && {continue: token}), ...more})

async function list(get: FakeAnswers['get'], request: ListRequest = {}) {
  const api = fakeApi({...(get && {get})})
  const pages: {names: string[]; restarted: boolean | undefined; version: string}[] = []
  for await (const {workloads, restarted, resourceVersion} of listWorkloads(api, 'Deployment', request, never)) {
    pages.push({names: workloads.map(({name}) => name), restarted, version: resourceVersion})
  }
  return {pages, gets: api.gets}
}

test('pages follow their tokens, without a resource version', async () => {
  const {pages, gets} = await list((path) => (path.includes('continue=') ? page(['b']) : page(['a'], 'next/1')))
  expect(pages).toEqual([
    {names: ['a'], restarted: undefined, version: '42'},
    {names: ['b'], restarted: undefined, version: '42'},
  ])
  expect(gets).toEqual(['/apis/apps/v1/deployments?limit=500', '/apis/apps/v1/deployments?limit=500&continue=next%2F1'])
})

test('the server applies namespace and selector', async () => {
  const {gets} = await list(() => page([]), {namespace: 'shop', selector: 'tier in (a,b),!x'})
  expect(gets).toEqual(['/apis/apps/v1/namespaces/shop/deployments?limit=500&labelSelector=tier+in+%28a%2Cb%29%2C%21x'])
})

test('a token that expires restarts the list, and the first page after that is marked', async () => {
  let expired = 0
  const {pages} = await list((path) => {
    if (path.includes('continue=second')) return page(['c'])
    if (path.includes('continue=first') && expired++ === 0) throw refusal(410)
    return path.includes('continue=first') ? page(['b'], 'second') : page(['a'], 'first')
  })
  expect(pages.map(({names, restarted}) => ({names, restarted}))).toEqual([
    {names: ['a'], restarted: undefined},
    {names: ['a'], restarted: true},
    {names: ['b'], restarted: undefined},
    {names: ['c'], restarted: undefined},
  ])
})

test('a list whose tokens always expire ends, as does one whose first page fails', async () => {
  const endless = list((path) => {
    if (path.includes('continue=')) throw refusal(410)
    return page(['a'], 'first')
  })
  await expect(endless).rejects.toMatchObject({status: 410})
  let asked = 0
  const atOnce = list(() => {
    asked++
    throw refusal(410)
  })
  await expect(atOnce).rejects.toMatchObject({status: 410})
  expect(asked).toBe(1)
  const forbidden = list(() => {
    throw refusal(403)
  })
  await expect(forbidden).rejects.toMatchObject({failureClass: 'forbidden'})
})

const firstOfTwo = page(['a'], 'second', {remainingItemCount: 1})
test.each([
  {because: 'page 2 is no list', second: {error: 'upstream'}},
  {because: 'page 2 is of another version', second: listOf('Deployment', [itemOf('b')], '43')},
  {because: 'page 2 has fewer objects than page 1 promised', second: page([])},
  {because: 'page 2 has more objects than page 1 promised', second: page(['b', 'c'])},
  {because: 'page 2 is page 1 again', second: page(['a'], 'third')},
  {because: 'page 2 leads to itself', second: page([], 'second')},
  {because: 'objects remain without a token', second: page(['b'], undefined, {remainingItemCount: 1})},
  {because: 'the token is not a string', second: page(['b'], undefined, {continue: 7})},
])('pages that do not form one list are a failure: $because', async ({second}) => {
  const read = list((path) => (path.includes('continue=') ? second : firstOfTwo))
  await expect(read).rejects.toMatchObject({failureClass: 'server-error'})
})

test('endless pages are ended', async () => {
  let pages = 0
  const endless = list(() => page([], `token-${pages++}`))
  await expect(endless).rejects.toMatchObject({failureClass: 'server-error'})
})

describe('a list has a time limit', () => {
  /** Pages of so many objects, each of which takes so long. */
  function slowPages({objects, everyMs, pages}: {objects: number; everyMs: number; pages: number}) {
    const clock = createVirtualClock({autoAdvance: true, loopback: false})
    let asked = 0
    const get = async (path: string) => {
      await clock.sleep(everyMs)
      asked++
      const kind = path.includes('deployments') ? 'Deployment' : 'PodDisruptionBudget'
      const names = Array.from({length: objects}, (_, index) => itemOf(`${asked}-${index}`))
      return listOf(kind, names, '42', asked < pages ? {continue: `token-${asked}`} : {})
    }
    const read = async (how: string) => {
      const api = fakeApi({get, clock})
      if (how === 'list') return (await readList(api, disruptionBudgets, {}, never)).length
      let count = 0
      for await (const {workloads} of listWorkloads(api, 'Deployment', {}, never)) count += workloads.length
      return count
    }
    return {clock, read}
  }

  test.each(['list', 'workloads'])('pages of one object, two seconds each, exceed the limit: %s', async (how) => {
    const {clock, read} = slowPages({objects: 1, everyMs: 2_000, pages: Number.POSITIVE_INFINITY})
    await expect(read(how)).rejects.toMatchObject({
      failureClass: 'server-error',
      message: expect.stringContaining('its pages do not end (32 objects in 1m2s)'),
    })
    expect(clock.now()).toBe(64_000)
  })

  test.each(['list', 'workloads'])(
    'full pages that take 20 s each are a slow link, and within the limit: %s',
    async (how) => {
      const {clock, read} = slowPages({objects: 500, everyMs: 20_000, pages: 60})
      expect(await read(how)).toBe(30_000)
      expect(clock.now()).toBe(1_200_000)
    },
  )

  test('the first page, which may wait for a login, does not count, and the last one is always accepted', async () => {
    const {read} = slowPages({objects: 1, everyMs: 250_000, pages: 2})
    expect(await read('workloads')).toBe(2)
  })
})

test('empty pages before the last one are part of a list', async () => {
  const answers = [page(['a'], '1'), page([], '2'), page(['b'])]
  const {pages} = await list((path) => answers[Number(/continue=(.)/.exec(path)?.[1] ?? 0)])
  expect(pages.map(({names}) => names)).toEqual([['a'], [], ['b']])
})

test.each([
  {because: 'it is empty', answer: {}},
  {because: 'it is null', answer: null},
  {because: 'it is an array', answer: []},
  {because: 'it is text', answer: 'ok'},
  {because: 'it is a list of another kind', answer: listOf('Pod', [])},
  {because: 'it is of another group', answer: {...listOf('Deployment', []), apiVersion: 'v1'}},
  {because: 'it is a Status', answer: {kind: 'Status', status: 'Failure', code: 500}},
  {because: 'it has no version', answer: {kind: 'DeploymentList', metadata: {}, items: []}},
  {because: 'it has no items', answer: {kind: 'DeploymentList', metadata: {resourceVersion: '5'}}},
  {because: 'its items are no array', answer: {...listOf('Deployment', []), items: {}}},
  {because: 'an element is of another kind', answer: listOf('Deployment', [{...itemOf('a'), kind: 'Pod'}])},
  {because: 'an element has no uid', answer: listOf('Deployment', [{metadata: {name: 'a', namespace: 'shop'}}])},
  {because: 'an element is null', answer: {...listOf('Deployment', []), items: [null]}},
])('an answer that is not a list of the kind is not an empty list: $because', async ({answer}) => {
  await expect(list(() => answer)).rejects.toMatchObject({failureClass: 'server-error'})
})

test('an empty list may be null', async () => {
  const {pages} = await list(() => ({...listOf('Deployment', []), items: null}))
  expect(pages).toMatchObject([{names: []}])
})
