import {expect, test} from 'vitest'
import type {ListRequest} from '../ports/workloads.ts'
import {type FakeAnswers, fakeApi, refusal} from '../testing/fake-api.ts'
import {listWorkloads} from './workload-list.ts'

const never = new AbortController().signal
const page = (names: readonly string[], token?: string) => ({
  metadata: {resourceVersion: '42', ...(token && {continue: token})},
  items: names.map((name) => ({metadata: {name, namespace: 'shop', uid: name}, spec: {}})),
})

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

test('namespace and selector are left to the server', async () => {
  const {gets} = await list(() => page([]), {namespace: 'shop', selector: 'tier in (a,b),!x'})
  expect(gets).toEqual(['/apis/apps/v1/namespaces/shop/deployments?limit=500&labelSelector=tier+in+%28a%2Cb%29%2C%21x'])
})

test('a token that expires restarts the list, and the first page after it says so', async () => {
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

test('a list whose tokens expire for ever ends, as does one whose first page fails', async () => {
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
