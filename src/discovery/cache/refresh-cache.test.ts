import {expect, test} from 'vitest'
import {HubspokeError} from '../../model/failure.ts'
import {fakeClock} from '../testing/fake-clock.ts'
import {type FakeClusterOptions, failing, fakeCluster, refusing, workload} from '../testing/fake-cluster.ts'
import {readImageCache} from './cache-store.ts'
import {refreshCache} from './refresh-cache.ts'

const workloads = [workload('shop/web', 'web:1', 'envoy:1'), workload('StatefulSet/shop/db', 'postgres:16')]
const deps = () => ({clock: fakeClock(), signal: new AbortController().signal})

async function refresh(options: FakeClusterOptions = {}) {
  const cluster = fakeCluster({workloads, ...options})
  const refreshed = await refreshCache(cluster, 'hubspoke-system', deps())
  return {cluster, refreshed}
}

test('the whole cluster is saved, and can be read back', async () => {
  const {cluster, refreshed} = await refresh()
  expect(refreshed).toMatchObject({saved: {isSaved: true}, identity: {uid: 'uid-east'}, unread: []})
  const stored = await readImageCache(cluster.configMaps, 'hubspoke-system', deps())
  expect(stored).toMatchObject({
    state: 'present',
    cache: {clusterUid: 'uid-east', builtAt: new Date('2026-11-24T12:00:00Z'), workloads: 2},
  })
  expect(stored.state === 'present' && [...stored.cache.images.keys()]).toEqual(['envoy:1', 'postgres:16', 'web:1'])
})

test('it is dated by the clock of the server, and by that of this machine where the server sends no time', async () => {
  const serverDate = new Date('2026-11-24T13:00:00Z')
  expect((await refresh({serverDate})).refreshed.cache?.builtAt).toEqual(serverDate)
  expect((await refresh({trouble: refusing(/date/)})).refreshed.cache?.builtAt).toEqual(
    new Date('2026-11-24T12:00:00Z'),
  )
})

const headOf = (version: string) => {
  const resourceVersions = {Deployment: version, StatefulSet: version, DaemonSet: version}
  const text = JSON.stringify({images: {}, schemaVersion: 1, clusterUid: 'uid-east', resourceVersions})
  return {data: {'cache.json': text}, resourceVersion: 'v1'}
}
const place = 'hubspoke-system/deployment-image-cache'

test('a cache that was ahead of the cluster before the list is of another history, and is replaced', async () => {
  const cluster = fakeCluster({workloads})
  cluster.stored.set(place, headOf('99999'))
  const {saved} = await refreshCache(cluster, 'hubspoke-system', deps())
  expect(saved).toMatchObject({isSaved: true})
})

test('a newer cache that another client saved during the list stays', async () => {
  const trouble = (request: string) => {
    if (request === 'list DaemonSet') cluster.stored.set(place, {...headOf('99999'), resourceVersion: 'v2'})
  }
  const cluster = fakeCluster({workloads, trouble})
  cluster.stored.set(place, headOf('1'))
  const {saved} = await refreshCache(cluster, 'hubspoke-system', deps())
  expect(saved).toMatchObject({isSaved: false, why: 'newer-there'})
})

test('a cluster that was read in part is not saved', async () => {
  const {cluster, refreshed} = await refresh({trouble: refusing(/DaemonSet/)})
  expect(refreshed.saved).toEqual({
    isSaved: false,
    why: 'not-whole',
    reason: 'Only a part of the cluster could be read: Not allowed.',
  })
  expect(refreshed).not.toHaveProperty('cache')
  expect(cluster.stored.size).toBe(0)
})

test('a cluster without an identity is not saved', async () => {
  const {cluster, refreshed} = await refresh({identity: {uid: 'sha256:abc', isFallback: true}})
  expect(refreshed).toMatchObject({saved: {isSaved: false, why: 'unknown-cluster'}, cache: {workloads: 2}})
  expect(cluster.stored.size).toBe(0)
})

test('if its namespace is missing, the cache is returned, to be saved later', async () => {
  const {refreshed} = await refresh({namespaces: []})
  expect(refreshed).toMatchObject({saved: {isSaved: false, why: 'no-namespace'}, cache: {workloads: 2}})
})

test('a cluster that cannot be read is an error', async () => {
  const trouble = failing(/list/, () => new HubspokeError('server-error', 'Internal error.', {suggestions: ['wait']}))
  const error = await refresh({trouble}).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({failureClass: 'server-error', message: 'Internal error.', suggestions: ['wait']})
})
