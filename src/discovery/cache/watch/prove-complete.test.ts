import {expect, test} from 'vitest'
import {createVirtualClock} from '../../../../test/support/virtual-clock.ts'
import type {ClusterAccess} from '../../../kube/ports/cluster-access.ts'
import {type WorkloadKind, workloadKinds} from '../../../model/workload.ts'
import {fakeCluster, workload} from '../../testing/fake-cluster.ts'
import {proveComplete} from './prove-complete.ts'
import {createWatchState, type Watching} from './watch-state.ts'

/** A cluster at version 200 whose server reports its version and its time, and a mirror at version 100. */
function setUp({at = 200n}: {readonly at?: bigint} = {}) {
  const clock = createVirtualClock({loopback: false, start: new Date('2026-11-24T10:00:00Z')})
  const asked: WorkloadKind[] = []
  const said: string[] = []
  const fake = fakeCluster({workloads: [workload('shop/web', 'web:2')]})
  const cluster: ClusterAccess = {
    ...fake,
    workloads: {
      ...fake.workloads,
      async newest(kind) {
        asked.push(kind)
        // The clock of the server advances with every answer.
        return {version: at, serverDate: new Date(Date.UTC(2026, 10, 24, 12, 0, asked.length))}
      },
      async *list(kind, request, signal) {
        for await (const page of fake.workloads.list(kind, request, signal)) yield {...page, resourceVersion: `${at}`}
      },
    },
  }
  const state = createWatchState(clock)
  for (const kind of workloadKinds) state.mirror.list(kind, [], 100n)
  const ending = new AbortController()
  const watching: Watching = {
    cluster,
    clusterUid: 'uid-east',
    namespace: 'hubspoke-system',
    state,
    clock,
    stop: ending.signal,
    onEvent: (event) => void (event.type === 'notice' && said.push(event.message)),
  }
  const end = proveComplete(watching, ending.signal)
  end.catch(() => undefined)
  const bookmark = (kind: WorkloadKind, version: bigint) => state.mirror.take(kind, {type: 'bookmark', version})
  return {clock, asked, said, state, ending, end, bookmark}
}

test('is proved when every kind has reached the version of a list that was requested after the server sent its time', async () => {
  const {clock, asked, state, bookmark} = setUp()
  await clock.advance(3_000)
  expect(asked).toEqual(['Deployment', 'Deployment', 'StatefulSet', 'DaemonSet'])
  bookmark('Deployment', 200n)
  bookmark('StatefulSet', 205n)
  bookmark('DaemonSet', 199n)
  await clock.advance(1_000)
  expect(state.proof).toBeUndefined()
  bookmark('DaemonSet', 200n)
  await clock.advance(0)
  // The time of the first answer, not those of the lists that prove it.
  expect(state.proof).toMatchObject({provenAt: new Date('2026-11-24T12:00:01Z'), begunAt: 0})
})

test('again every ten seconds', async () => {
  const {clock, asked, state, bookmark} = setUp()
  await clock.advance(0)
  for (const kind of workloadKinds) bookmark(kind, 300n)
  await clock.advance(0)
  const first = state.proof
  expect(first).toBeDefined()
  await clock.advance(9_999)
  expect(asked).toHaveLength(4)
  await clock.advance(1)
  expect(asked).toHaveLength(8)
})

test('a kind that does not report its version is listed after a minute, which proves it', async () => {
  const {clock, said, state, bookmark} = setUp()
  await clock.advance(0)
  bookmark('StatefulSet', 200n)
  bookmark('DaemonSet', 200n)
  await clock.advance(59_999)
  expect(state.proof).toBeUndefined()
  await clock.advance(1)
  expect(said).toEqual(['east  listing Deployments: the server does not report its current version'])
  expect(state.proof).toBeDefined()
  expect(state.mirror.versionOf('Deployment')).toBe(200n)
})

test('a cluster with a lower version than before was restored: the known state is dropped', async () => {
  const {end, state} = setUp({at: 99n})
  await expect(end).rejects.toMatchObject({failureClass: 'conflict', message: expect.stringContaining('restored')})
  expect(state.mirror.isWhole()).toBe(false)
  expect(state.proof).toBeUndefined()
})

test('on a stop during the wait it ends, and nothing is proved', async () => {
  const {clock, end, state, ending} = setUp()
  await clock.advance(5_000)
  ending.abort()
  await end
  expect(state.proof).toBeUndefined()
})
