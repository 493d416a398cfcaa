import {expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadFeed} from '../ports/workloads.ts'
import {type FakeAnswers, fakeApi, listOf, refusal} from '../testing/fake-api.ts'
import {toWorkloadState} from '../workloads/workload-state.ts'
import {createWorkloadFollower} from './workload-follower.ts'

const never = new AbortController().signal
const web = {kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u1'} as const
const api2 = {kind: 'Deployment', namespace: 'pay', name: 'api', uid: 'u2'} as const

const object = (resourceVersion: string, workload: typeof web | typeof api2 = web) => ({
  kind: workload.kind,
  metadata: {namespace: workload.namespace, name: workload.name, uid: workload.uid, resourceVersion},
})
const changed = (resourceVersion: string, workload?: typeof web | typeof api2) => ({
  type: 'MODIFIED',
  object: object(resourceVersion, workload),
})
const bookmark = (resourceVersion: string) => ({
  type: 'BOOKMARK',
  object: {kind: 'Deployment', metadata: {resourceVersion}},
})
const expired = {type: 'ERROR', object: {kind: 'Status', code: 410}}
const list = (resourceVersion: string) => listOf('Deployment', [], resourceVersion)

interface Options extends FakeAnswers {
  readonly mayWatch?: () => boolean
}

function setUp({mayWatch = () => true, ...answers}: Options = {}) {
  const read = (path: string) => (path.endsWith('/api') ? object('1', api2) : object('1'))
  const api = fakeApi({get: (path) => (path.includes('?limit=1') ? list('100') : read(path)), ...answers})
  const clock = createVirtualClock({loopback: false})
  const closing = new AbortController()
  const follower = createWorkloadFollower('Deployment', {api, clock, closing: closing.signal, mayWatch})
  return {api, clock, closing, follower}
}

async function next(feed: WorkloadFeed): Promise<string> {
  const state = await feed.next(never)
  return state === 'deleted' ? state : state.resourceVersion
}

const watchPath = (version: string, scope = '') =>
  `/apis/apps/v1/${scope}deployments?watch=1&allowWatchBookmarks=true&resourceVersion=${version}&timeoutSeconds=300`

const raise = (status: number): never => {
  throw refusal(status)
}

test('one watch of all namespaces, from a consistent list of one, serves all followers', async () => {
  const {api, follower} = setUp()
  const [first, second] = await Promise.all([follower.follow(web, never), follower.follow(api2, never)])
  expect(api.gets).toEqual(['/apis/apps/v1/deployments?limit=1'])
  expect(api.watches.map(({path}) => path)).toEqual([watchPath('100')])
  api.watches[0]?.send(changed('101'))
  api.watches[0]?.send(changed('102', api2))
  expect([await next(first), await next(second)]).toEqual(['101', '102'])
})

test('follow waits until the server has accepted the watch', async () => {
  const accepted = Promise.withResolvers<void>()
  const {api, follower} = setUp()
  const watch = api.watch
  Object.assign(api, {
    watch: async (...asked: Parameters<typeof watch>) => accepted.promise.then(() => watch(...asked)),
  })
  let followed = false
  const following = follower.follow(web, never).then(() => {
    followed = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(followed).toBe(false)
  accepted.resolve()
  await following
})

test('a watch that the server ends is resumed where it ended, at once', async () => {
  const {api, clock, follower} = setUp()
  const feed = await follower.follow(web, never)
  api.watches[0]?.send(bookmark('150'))
  api.watches[0]?.end()
  await clock.advance(0)
  expect(api.watches.map(({path}) => path)).toEqual([watchPath('100'), watchPath('150')])
  api.watches[1]?.send(changed('151'))
  expect(await next(feed)).toBe('151')
})

test('lines and characters that are split between chunks arrive whole', async () => {
  const {api, follower} = setUp()
  const feed = await follower.follow(web, never)
  const event = {
    type: 'MODIFIED',
    object: {...object('101'), spec: {template: {spec: {containers: [{name: 'ü😀', image: 'x'}]}}}},
  }
  for (const byte of Buffer.from(`${JSON.stringify(event)}\n`)) api.watches[0]?.sendBytes(Uint8Array.of(byte))
  expect(await feed.next(never)).toMatchObject({images: [{container: 'ü😀'}]})
})

test('a watch that breaks is resumed, later with each failure in a row, and at most after five seconds', async () => {
  let refuse = true
  const {api, clock, follower} = setUp({watch: () => (refuse && api.watches.length > 0 ? raise(503) : undefined)})
  const feed = await follower.follow(web, never)
  api.watches[0]?.fail(refusal(500))
  await clock.advance(30_000)
  expect(clock.slept.filter((ms) => ms < 10_000).slice(0, 7)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000])
  refuse = false
  await clock.advance(5_000)
  api.watches[1]?.send(changed('101'))
  expect(await next(feed)).toBe('101')
  api.watches[1]?.fail(refusal(500))
  await clock.advance(250)
  expect(api.watches.map(({path}) => path)).toEqual([watchPath('100'), watchPath('100'), watchPath('101')])
})

test('a watch that was established for a while counts as working, even without events', async () => {
  const {api, clock, follower} = setUp()
  await follower.follow(web, never)
  for (let index = 0; index < 4; index++) {
    await clock.advance(5_000)
    api.watches[index]?.fail(refusal(500))
    await clock.advance(250)
  }
  expect(api.watches).toHaveLength(5)
})

test('the server determines how long to wait', async () => {
  const {api, clock, follower} = setUp({
    watch() {
      if (api.watches.length > 0) throw new HubspokeError('throttled', '', {status: 429, retryAfterMs: 7_000})
    },
  })
  await follower.follow(web, never)
  api.watches[0]?.fail(refusal(500))
  await clock.advance(300)
  expect(clock.slept).toContain(7_000)
})

test('a watch that repeatedly ends at once is slowed down', async () => {
  const {api, clock, follower} = setUp({watch: () => undefined})
  await follower.follow(web, never)
  for (let index = 0; index < 20; index++) {
    api.watches[index]?.end()
    await clock.advance(100)
  }
  expect(api.watches.length).toBeLessThan(6)
})

test.each([
  {because: 'as an event inside the stream', tell: (api: ReturnType<typeof fakeApi>) => api.watches[0]?.send(expired)},
  {because: 'as the answer to the next watch', tell: (api: ReturnType<typeof fakeApi>) => api.watches[0]?.end()},
])('a version that is too old, reported $because, leads to fresh states and a new watch', async ({tell}) => {
  let version = '100'
  const {api, clock, follower} = setUp({
    get(path) {
      if (path.includes('?limit=1')) return list(version)
      return path.endsWith('/web') ? object('190') : raise(404)
    },
    watch: (path) => (api.watches.length > 0 && path.includes('resourceVersion=100') ? raise(410) : undefined),
  })
  const [here, gone] = await Promise.all([follower.follow(web, never), follower.follow(api2, never)])
  version = '200'
  tell(api)
  await clock.advance(250)
  expect([await next(here), await next(gone)]).toEqual(['190', 'deleted'])
  expect(api.watches.at(-1)?.path).toBe(watchPath('200'))
  api.watches.at(-1)?.send(changed('201'))
  expect(await next(here)).toBe('201')
})

test('a change between the list and the reads is delivered once, and never out of order', async () => {
  const {api, clock, follower} = setUp({get: (path) => (path.includes('?limit=1') ? list('100') : object('105'))})
  const feed = await follower.follow(web, never)
  api.watches[0]?.send(expired)
  await clock.advance(0)
  expect(await next(feed)).toBe('105')
  for (const version of ['103', '105', '107']) api.watches[1]?.send(changed(version))
  await clock.advance(0)
  expect(await next(feed)).toBe('107')
})

test('silence of ninety seconds ends a watch, bookmarks keep it', async () => {
  const {api, clock, follower} = setUp()
  await follower.follow(web, never)
  await clock.advance(60_000)
  api.watches[0]?.send(bookmark('110'))
  await clock.advance(89_000)
  expect(api.watches).toHaveLength(1)
  await clock.advance(1_000)
  expect(api.watches.map(({path}) => path)).toEqual([watchPath('100'), watchPath('110')])
  expect(api.watches[0]?.aborted).toBe(true)
})

test.each([
  {
    because: 'the list',
    answers: {get: (path: string) => (path.startsWith('/apis/apps/v1/deployments') ? raise(403) : list('100'))},
  },
  {
    because: 'the watch',
    answers: {watch: (path: string) => (path.startsWith('/apis/apps/v1/deployments') ? raise(403) : undefined)},
  },
])('one watch per namespace where $because of all namespaces is forbidden', async ({answers}) => {
  const {api, follower} = setUp(answers)
  const feed = await follower.follow(web, never)
  await Promise.all([follower.follow({...web, name: 'other', uid: 'u9'}, never), follower.follow(api2, never)])
  expect(api.watches.map(({path}) => path).sort()).toEqual([
    watchPath('100', 'namespaces/pay/'),
    watchPath('100', 'namespaces/shop/'),
  ])
  for (const watch of api.watches) watch.send(changed('101'))
  expect(await next(feed)).toBe('101')
})

test('a read every two seconds where no watch is permitted', async () => {
  let version = 1
  const {api, clock, follower} = setUp({
    get: (path) => (path.includes('?limit=1') ? list('100') : object(String(version))),
    watch: () => raise(403),
  })
  const feed = await follower.follow(web, never)
  expect(await next(feed)).toBe('1')
  version = 2
  await clock.advance(1_999)
  expect(api.gets.filter((path) => path.endsWith('/web'))).toHaveLength(1)
  await clock.advance(1)
  expect(await next(feed)).toBe('2')
  feed.close()
  await clock.advance(10_000)
  expect(api.gets.filter((path) => path.endsWith('/web'))).toHaveLength(2)
})

test('no further watch than the connection carries: reads beyond', async () => {
  let watches = 0
  const {api, follower} = setUp({
    mayWatch: () => ++watches <= 2,
    watch: (path) => (path.startsWith('/apis/apps/v1/deployments') ? raise(403) : undefined),
  })
  await follower.follow(web, never)
  await follower.follow(api2, never)
  expect(api.watches).toHaveLength(1)
  expect(api.gets.at(-1)).toBe('/apis/apps/v1/namespaces/pay/deployments/api')
})

test('a watch without followers makes room for another one, also for its own namespace again', async () => {
  let watches = 0
  const {api, follower, clock} = setUp({
    mayWatch: () => ++watches <= 2,
    watch: (path) => (path.startsWith('/apis/apps/v1/deployments') ? raise(403) : undefined),
  })
  const first = await follower.follow(web, never)
  first.close()
  const second = await follower.follow(api2, never)
  expect(api.watches.map(({path, aborted}) => [path, aborted])).toEqual([
    [watchPath('100', 'namespaces/shop/'), true],
    [watchPath('100', 'namespaces/pay/'), false],
  ])
  second.close()
  const again = await follower.follow(web, never)
  api.watches[2]?.send(changed('101'))
  expect(await next(again)).toBe('101')
  await clock.advance(10_000)
  expect(api.watches).toHaveLength(3)
  expect(api.gets.filter((path) => !path.includes('limit=1'))).toEqual([])
})

test('a poll continues after transient failures, and ends with a permanent one', async () => {
  let answer: () => unknown = () => object('1')
  const {clock, follower} = setUp({
    get: (path) => (path.includes('?limit=1') ? list('100') : answer()),
    watch: () => raise(403),
  })
  const feed = await follower.follow(web, never)
  await next(feed)
  answer = () => raise(503)
  await clock.advance(4_000)
  answer = () => object('2')
  await clock.advance(2_000)
  expect(await next(feed)).toBe('2')
  answer = () => raise(403)
  await clock.advance(2_000)
  await expect(feed.next(never)).rejects.toMatchObject({failureClass: 'forbidden'})
})

test('followers do not notice when permissions are revoked during a watch', async () => {
  let forbidden = false
  const {api, clock, follower} = setUp({
    get: (path) => (path.includes('?limit=1') ? list('100') : object('103')),
    watch: () => (forbidden ? raise(403) : undefined),
  })
  const feed = await follower.follow(web, never)
  forbidden = true
  api.watches[0]?.end()
  await clock.advance(0)
  expect(await next(feed)).toBe('103')
})

test('following that fails rejects with the reason, leaves nothing behind, and can be repeated', async () => {
  let status = 503
  const {api, clock, follower} = setUp({watch: () => (status === 200 ? undefined : raise(status))})
  await expect(follower.follow(web, never)).rejects.toMatchObject({failureClass: 'server-error'})
  await clock.advance(60_000)
  expect(api.gets).toHaveLength(1)
  status = 401
  await expect(follower.follow(web, never)).rejects.toMatchObject({failureClass: 'unauthenticated'})
  status = 200
  const feed = await follower.follow(web, never)
  api.watches[0]?.send(changed('101'))
  expect(await next(feed)).toBe('101')
})

test('credentials that are refused during a watch end its feeds', async () => {
  const {api, clock, follower} = setUp({watch: () => (api.watches.length > 0 ? raise(401) : undefined)})
  const feed = await follower.follow(web, never)
  api.watches[0]?.end()
  await clock.advance(0)
  await expect(feed.next(never)).rejects.toMatchObject({failureClass: 'unauthenticated'})
})

test('abort ends the wait for a watch, close ends everything', async () => {
  const {api, closing, clock, follower} = setUp()
  const feed = await follower.follow(web, never)
  const controller = new AbortController()
  controller.abort(new Error('enough'))
  await expect(follower.follow(api2, controller.signal)).rejects.toThrow('enough')
  const waiting = feed.next(never)
  closing.abort(new HubspokeError('unreachable', 'The connection was closed.'))
  await expect(waiting).rejects.toThrow('The connection was closed.')
  expect(api.watches[0]?.aborted).toBe(true)
  await clock.advance(1_000_000)
  expect([api.watches.length, clock.sleepers]).toEqual([1, 0])
})

const polls = (paths: readonly string[]) => paths.filter((path) => path.endsWith('/web')).length

test('after ninety seconds without events, workloads are read, repeatedly', async () => {
  let version = 1
  const {api, clock, follower} = setUp({
    get(path) {
      if (path.includes('?limit=1')) return list('100')
      return path.endsWith('/api') ? object('1', api2) : object(String(version))
    },
  })
  const feed = await follower.follow(web, never)
  version = 7
  await clock.advance(89_999)
  expect(polls(api.gets)).toBe(0)
  await clock.advance(1)
  expect(await next(feed)).toBe('7')
  version = 8
  await clock.advance(2_000)
  expect(await next(feed)).toBe('8')
  await follower.follow(api2, never)
  expect(api.gets.at(-1)).toBe('/apis/apps/v1/namespaces/pay/deployments/api')
})

test('bytes that are not an event do not end the silence', async () => {
  const {api, clock, follower} = setUp({get: (path) => (path.includes('?limit=1') ? list('100') : object('7'))})
  const feed = await follower.follow(web, never)
  for (let second = 0; second < 90; second += 10) {
    api.watches[0]?.sendBytes(Buffer.from(' '))
    await clock.advance(10_000)
  }
  expect(await next(feed)).toBe('7')
})

test.each([
  {because: 'without response headers', watch: undefined},
  {because: 'that a proxy times out (HTTP 504)', watch: () => raise(504)},
])('a watch $because is replaced by reads, and for the next workload at once', async ({watch}) => {
  const get = (path: string) => {
    if (path.includes('?limit=1')) return list('100')
    return path.endsWith('/api') ? object('1', api2) : object('1')
  }
  const {api, clock, follower} = setUp({get, ...(watch && {watch})})
  if (watch === undefined) Object.assign(api, {watch: (_path: string, signal: AbortSignal) => untilAborted(signal)})
  const following = follower.follow(web, never)
  await clock.advance(30_000)
  expect(await next(await following)).toBe('1')
  expect(await next(await follower.follow(api2, never))).toBe('1')
})

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

test('an event ends the reads that replaced a silent watch', async () => {
  const {api, clock, follower} = setUp({get: (path) => (path.includes('?limit=1') ? list('100') : object('7'))})
  const feed = await follower.follow(web, never)
  await clock.advance(90_000)
  expect(await next(feed)).toBe('7')
  api.watches.at(-1)?.send(changed('9'))
  expect(await next(feed)).toBe('9')
  await follower.follow(api2, never)
  expect(api.gets.filter((path) => path.endsWith('/api'))).toEqual([])
})

test('after a write without an event the workload is read, after one with an event it is not', async () => {
  const get = (path: string) => (path.includes('?limit=1') ? list('100') : object('107'))
  const {api, clock, follower} = setUp({get})
  const feed = await follower.follow(web, never)
  follower.expect(toWorkloadState('Deployment', object('105')))
  await clock.advance(9_999)
  expect(polls(api.gets)).toBe(0)
  await clock.advance(1)
  expect(await next(feed)).toBe('107')
  follower.expect(toWorkloadState('Deployment', object('106')))
  feed.close()
  await clock.advance(60_000)
  expect(polls(api.gets)).toBe(1)
})
