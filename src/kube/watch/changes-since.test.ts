import {expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {ChangesSince} from '../ports/workloads.ts'
import {type FakeAnswers, fakeApi, listOf, refusal} from '../testing/fake-api.ts'
import {changesSince} from './changes-since.ts'

const never = new AbortController().signal

const object = (name: string, version: string, more: {image?: string; uid?: string} = {}) => ({
  kind: 'Deployment',
  metadata: {namespace: 'shop', name, uid: more.uid ?? `uid-${name}`, resourceVersion: version},
  spec: {template: {spec: {containers: [{name: 'app', image: more.image ?? 'web:1'}]}}},
})
const event = (type: string, name: string, version: string, more: {image?: string; uid?: string} = {}) => ({
  type,
  object: object(name, version, more),
})
const bookmark = (version: string) => ({
  type: 'BOOKMARK',
  object: {kind: 'Deployment', metadata: {resourceVersion: version}},
})
const error = (code: number) => ({type: 'ERROR', object: {kind: 'Status', code}})

interface Options extends FakeAnswers {
  readonly from?: string
  /** The answer to the consistent list; a promise is an answer still to come. */
  readonly list?: string | Promise<string>
  readonly signal?: AbortSignal
}

function setUp({from = '100', list = '200', signal = never, ...answers}: Options = {}) {
  const api = fakeApi({get: async () => listOf('Deployment', [], await list), ...answers})
  const clock = createVirtualClock({loopback: false})
  const answer = changesSince({api, clock}, 'Deployment', from, signal)
  // The test handles a rejection later.
  answer.catch(() => undefined)
  const send = async (...events: readonly unknown[]) => {
    while (api.watches.length === 0) await new Promise(setImmediate)
    for (const each of events) api.watches[0]?.send(each)
    await new Promise(setImmediate)
  }
  return {api, clock, answer, send}
}

const brief = (answer: ChangesSince) =>
  'unproven' in answer
    ? answer
    : {
        changes: answer.changes.map(({type, workload}) =>
          [
            type,
            workload.name,
            ...('images' in workload && type === 'changed' ? [workload.images[0]?.image] : []),
          ].join(' '),
        ),
        provenAt: answer.provenAt,
      }

const isPending = async (promise: Promise<unknown>): Promise<boolean> => {
  await new Promise(setImmediate)
  return (await Promise.race([promise, Promise.resolve('pending')])) === 'pending'
}

test('asks for a list of one and for a watch at once, over all namespaces', async () => {
  const {api, answer, send} = setUp({list: new Promise<string>(() => undefined)})
  await send()
  expect(api.gets).toEqual(['/apis/apps/v1/deployments?limit=1'])
  expect(api.watches.map(({path}) => path)).toEqual([
    '/apis/apps/v1/deployments?watch=1&allowWatchBookmarks=true&resourceVersion=100&timeoutSeconds=3',
  ])
  expect(await isPending(answer)).toBe(true)
})

test.each([
  {proof: bookmark('200'), because: 'a bookmark exactly at the version of the list', provenAt: '200'},
  {proof: bookmark('1000'), because: 'a bookmark past it, compared as a number', provenAt: '1000'},
  {proof: event('MODIFIED', 'api', '200'), because: 'a change exactly at it', provenAt: '200'},
  {proof: event('DELETED', 'api', '201'), because: 'a deletion past it', provenAt: '201'},
])('$because is the proof, and the watch is ended at once', async ({proof, provenAt}) => {
  const {api, answer, send} = setUp()
  await send(event('ADDED', 'web', '101'), bookmark('199'))
  expect(await isPending(answer)).toBe(true)
  expect(api.watches[0]?.aborted).toBe(false)
  await send(proof)
  expect(await answer).toMatchObject({provenAt})
  expect(api.watches[0]?.aborted).toBe(true)
})

test('the proof may come before the list', async () => {
  const list = Promise.withResolvers<string>()
  const {answer, send} = setUp({list: list.promise})
  await send(event('ADDED', 'web', '150'), bookmark('250'))
  expect(await isPending(answer)).toBe(true)
  list.resolve('200')
  expect(brief(await answer)).toEqual({changes: ['changed web web:1'], provenAt: '250'})
})

test('without newer versions in the cluster, nothing is waited for', async () => {
  const {api, answer} = setUp({from: '200'})
  expect(await answer).toEqual({changes: [], provenAt: '200'})
  expect(api.watches.every(({aborted}) => aborted)).toBe(true)
})

test('of each workload the last state is returned', async () => {
  const {answer, send} = setUp()
  await send(
    event('ADDED', 'web', '101'),
    event('MODIFIED', 'web', '102', {image: 'web:2'}),
    event('ADDED', 'gone', '103'),
    event('MODIFIED', 'reborn', '104', {uid: 'first'}),
    event('DELETED', 'reborn', '105', {uid: 'first'}),
    event('ADDED', 'reborn', '106', {uid: 'second', image: 'web:3'}),
    event('DELETED', 'gone', '107'),
    event('MODIFIED', 'web', '108', {image: 'web:4'}),
    bookmark('200'),
  )
  expect(brief(await answer)).toEqual({
    changes: ['changed web web:4', 'deleted gone', 'changed reborn web:3'],
    provenAt: '200',
  })
  expect(await answer).toMatchObject({
    changes: [{workload: {kind: 'Deployment', namespace: 'shop', uid: 'uid-web'}}, {}, {}],
  })
})

test.each([
  {because: 'the server no longer has the history, inside a stream', events: [error(410)], unproven: 'expired'},
  {because: 'the server ends the watch for another reason', events: [error(500)], unproven: 'failed'},
  {because: 'a bookmark has no version', events: [bookmark('')], unproven: 'failed'},
  {
    because: 'a change has a version that is not a number',
    events: [event('ADDED', 'web', 'v7')],
    unproven: 'incomparable',
  },
  {
    because: 'changes before the failure do not matter',
    events: [event('ADDED', 'web', '150'), error(410), bookmark('200')],
    unproven: 'expired',
  },
])('no proof: $because', async ({events, unproven}) => {
  const {api, answer, send} = setUp({list: new Promise<string>(() => undefined)})
  await send(...events)
  expect(await answer).toEqual({unproven})
  expect(api.watches[0]?.aborted).toBe(true)
})

const raise = (status: number) => (): never => {
  throw refusal(status)
}

test.each([
  {because: 'the server no longer has the history, as a status', options: {watch: raise(410)}, unproven: 'expired'},
  {because: 'a watch is not permitted', options: {watch: raise(403)}, unproven: 'forbidden'},
  {because: 'a list is not permitted', options: {get: raise(403)}, unproven: 'forbidden'},
  {because: 'the server asks to wait', options: {watch: raise(429)}, unproven: 'failed'},
  {because: 'the list fails', options: {get: raise(500)}, unproven: 'failed'},
  {because: 'the cluster’s version is lower: another history', options: {from: '201'}, unproven: 'ahead'},
  {because: 'its version is much lower', options: {from: '1000', list: '999'}, unproven: 'ahead'},
  {because: 'the list has no version', options: {list: ''}, unproven: 'failed'},
  {because: 'the list has a version that is not a number', options: {list: '0x200'}, unproven: 'incomparable'},
])('no proof: $because', async ({options, unproven}) => {
  const {api, answer} = setUp(options)
  expect(await answer).toEqual({unproven})
  expect(api.watches.every(({aborted}) => aborted)).toBe(true)
})

test.each(['', '0', '00', '-1', '1.5', 'abc', '9'.repeat(21)])('no proof from "%s", and no request', async (from) => {
  const {api, answer} = setUp({from})
  expect(await answer).toEqual({unproven: 'incomparable'})
  expect(api.gets).toEqual([])
})

test.each([
  {because: 'it said nothing', events: []},
  {because: 'its bookmark had a lower version', events: [bookmark('199')]},
  {because: 'it sent changes, perhaps not all', events: [event('ADDED', 'web', '150')]},
])('the end of a watch proves nothing: $because', async ({events}) => {
  const {api, answer, send} = setUp()
  await send(...events)
  api.watches[0]?.end()
  expect(await answer).toEqual({unproven: 'silent'})
})

test('a watch that has ended is evaluated when the list arrives', async () => {
  const list = Promise.withResolvers<string>()
  const {api, answer, send} = setUp({list: list.promise})
  await send(bookmark('200'))
  api.watches[0]?.end()
  expect(await isPending(answer)).toBe(true)
  list.resolve('200')
  expect(await answer).toEqual({changes: [], provenAt: '200'})
})

test('a truncated line, or one that is not an event, ends the watch', async () => {
  const {api, answer, send} = setUp()
  await send(event('ADDED', 'web', '150'))
  api.watches[0]?.sendBytes(Buffer.from('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"20'))
  api.watches[0]?.end()
  expect(await answer).toEqual({unproven: 'silent'})
})

test('a watch that the server does not end is ended by us, five seconds after its last event', async () => {
  const {api, clock, answer, send} = setUp()
  await clock.advance(4_000)
  await send(event('ADDED', 'web', '150'))
  await clock.advance(4_999)
  expect(await isPending(answer)).toBe(true)
  await clock.advance(1)
  expect(await answer).toEqual({unproven: 'silent'})
  expect(api.watches[0]?.aborted).toBe(true)
})

test('a connection that is lost is no proof', async () => {
  const {api, answer, send} = setUp()
  await send(event('ADDED', 'web', '150'))
  api.watches[0]?.fail(refusal(503))
  expect(await answer).toEqual({unproven: 'failed'})
})

test('ends at once with the signal, and hides no bug', async () => {
  const controller = new AbortController()
  const stopped = setUp({signal: controller.signal})
  await stopped.send()
  controller.abort(new Error('enough'))
  await expect(stopped.answer).rejects.toThrow('enough')
  const buggy = setUp({
    get: () => {
      throw new TypeError('oops')
    },
  })
  await expect(buggy.answer).rejects.toThrow(TypeError)
})

test('of each workload the result says whether it existed before: its first change shows it', async () => {
  const {answer, send} = setUp()
  await send(
    event('ADDED', 'new', '101'),
    event('MODIFIED', 'new', '102'),
    event('MODIFIED', 'old', '103'),
    event('DELETED', 'gone', '104'),
    event('ADDED', 'brief', '105'),
    event('DELETED', 'brief', '106'),
    event('DELETED', 'reborn', '107'),
    event('ADDED', 'reborn', '108', {uid: 'second'}),
    bookmark('200'),
  )
  const found = await answer
  const changes = 'changes' in found ? found.changes : []
  expect(changes.map(({type, wasThere, workload}) => `${workload.name} ${type} ${wasThere}`)).toEqual([
    'new changed false',
    'old changed true',
    'gone deleted true',
    'brief deleted false',
    'reborn changed true',
  ])
})
