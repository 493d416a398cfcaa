import {expect, test} from 'vitest'
import {createVirtualClock} from '../../../../test/support/virtual-clock.ts'
import {HubspokeError} from '../../../model/failure.ts'
import {type FakeClusterOptions, failing, fakeCluster, workload} from '../../testing/fake-cluster.ts'
import {randomCache} from '../../testing/random-cache.ts'
import {keepSaving} from './keep-saving.ts'
import {createWatchState, type Watching} from './watch-state.ts'

/** A watch of a known cluster that has saved nothing yet. */
function setUp(options: FakeClusterOptions = {}, workloads = 100) {
  const clock = createVirtualClock({loopback: false})
  const cluster = fakeCluster(options)
  const state = createWatchState(clock)
  state.mirror.adopt(randomCache(3, {workloads, repositories: 3000, namespaces: 200}))
  const stop = new AbortController()
  const said: string[] = []
  const watching: Watching = {
    cluster,
    clusterUid: 'uid-east',
    namespace: 'hubspoke-system',
    state,
    clock,
    stop: stop.signal,
    onEvent: (event) => void (event.type === 'notice' && said.push(event.message)),
  }
  let version = 1_000_000_000n
  const change = () => {
    const image = `registry.example/shop/web:${++version}`
    state.mirror.take('Deployment', {type: 'changed', version, workload: workload('shop/web', image)})
  }
  const written = () => cluster.requests.filter((request) => request.startsWith('write '))
  const heads = () => written().filter((request) => request.endsWith('/deployment-image-cache'))
  const start = (lock?: Parameters<typeof keepSaving>[1]) => {
    const end = keepSaving(watching, lock, stop.signal)
    end.catch(() => undefined)
    return end
  }
  const untilWritten = async (count: number) => {
    while (state.writes < count) await new Promise(setImmediate)
  }
  return {clock, cluster, state, stop, said, change, written, heads, start, untilWritten}
}

test('of 10,000 workloads one change is one shard and the head', async () => {
  const {clock, state, said, change, written, start, untilWritten} = setUp({}, 10_000)
  void start()
  await untilWritten(1)
  const before = written().length
  expect(before).toBeGreaterThan(60)
  await clock.advance(1_000)
  change()
  await untilWritten(2)
  const [shard, head, ...more] = written().slice(before)
  expect(shard).toMatch(/^write hubspoke-system\/deployment-image-cache-[0-9a-f]{10}-\d+$/)
  expect(head).toBe('write hubspoke-system/deployment-image-cache')
  expect(more).toEqual([])
  expect(said).toEqual(['east  the image cache was written', 'east  1 change written'])
  expect(state.size).toMatchObject({shards: 64})
})

test('there is at least a second between two writes; then all changes are written together', async () => {
  const {clock, said, change, heads, start, untilWritten} = setUp()
  void start()
  await untilWritten(1)
  const before = heads().length
  for (let n = 0; n < 9; n++) {
    change()
    await clock.advance(111)
  }
  expect(heads()).toHaveLength(before)
  await clock.advance(1)
  await untilWritten(2)
  expect(heads()).toHaveLength(before + 1)
  // Of one workload there were nine changes.
  expect(said.at(-1)).toBe('east  9 changes written')
})

test('after the loss of the Lease it writes nothing, and ends', async () => {
  const {written, start} = setUp()
  const unused = () => {
    throw new Error('not asked')
  }
  await start({holds: async () => false, renew: unused, keep: unused, entry: unused, release: unused})
  expect(written()).toEqual([])
})

test('a write that fails is a failure; nothing counts as saved', async () => {
  const trouble = failing(/^write .*cache$/, () => new HubspokeError('server-error', 'Broken.', {status: 400}))
  const {state, start} = setUp({trouble})
  await expect(start()).rejects.toMatchObject({message: 'Broken.'})
  expect(state.saved).toBeUndefined()
})

test('on a stop it writes pending changes, a second after the last write, and ends', async () => {
  const {clock, stop, change, heads, start, untilWritten} = setUp()
  const end = start()
  await untilWritten(1)
  const before = heads().length
  change()
  stop.abort()
  await clock.advance(999)
  expect(heads()).toHaveLength(before)
  await clock.advance(1)
  await end
  expect(heads()).toHaveLength(before + 1)
})

test('on a stop without pending changes it ends at once', async () => {
  const {stop, heads, start, untilWritten} = setUp()
  const end = start()
  await untilWritten(1)
  const before = heads().length
  stop.abort()
  await end
  expect(heads()).toHaveLength(before)
})
