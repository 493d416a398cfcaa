import {expect, test} from 'vitest'
import {workloadKinds} from '../../model/workload.ts'
import {fakeClock} from '../testing/fake-clock.ts'
import {type FakeClusterOptions, fakeCluster, refusing, workload} from '../testing/fake-cluster.ts'
import {randomCache} from '../testing/random-cache.ts'
import {refreshEntry} from './refresh-entry.ts'
import {saveImageCache} from './save-image-cache.ts'

const namespace = 'hubspoke-system'
const deps = () => ({clock: fakeClock(), signal: new AbortController().signal})
const many = Array.from({length: 5000}, (_, i) =>
  workload(`team-${i % 40}/service-${i}`, `ghcr.io/acme/team-${i % 40}/service-${i}:1.${i % 7}`, 'envoy:1'),
)

async function refresh(options: FakeClusterOptions, agrees = false) {
  const cluster = fakeCluster({workloads: many, ...options})
  const asked: string[] = []
  const mayCreateNamespace = async () => {
    asked.push(namespace)
    return agrees
  }
  const entry = await refreshEntry(cluster, {cacheNamespace: namespace, mayCreateNamespace}, deps())
  return {entry, cluster, asked}
}

test('contains the number of shards, and the size of all', async () => {
  const {entry, cluster} = await refresh({})
  const packed = [...cluster.stored.values()].flatMap(({binaryData}) => binaryData?.['shard.json.gz']?.length ?? [])
  expect(packed).toHaveLength(32)
  const bytes = packed.reduce((sum, size) => sum + size, 0)
  expect(entry).toMatchObject({state: 'saved', reason: '', workloads: 5000, images: 5001, shards: 32, problem: null})
  expect(entry.bytes).toBeGreaterThan(bytes)
})

test('a cache counts as saved if older shards could not be removed, with the reason', async () => {
  const cluster = fakeCluster({workloads: many, trouble: refusing(/^delete/)})
  for (const generation of [0, 1]) {
    const version = String(generation + 1)
    await saveImageCache(
      cluster.configMaps,
      namespace,
      randomCache(generation, {workloads: 3000, repositories: 700, version}),
      deps(),
    )
  }
  const request = {cacheNamespace: namespace, mayCreateNamespace: async () => false}
  expect(await refreshEntry(cluster, request, deps())).toMatchObject({
    state: 'saved',
    reason: 'Shards of older builds are left: Not allowed.',
    problem: null,
  })
})

test('a missing namespace is created after confirmation', async () => {
  const {entry, asked} = await refresh({workloads: [], namespaces: []}, true)
  expect(asked).toEqual([namespace])
  expect(entry).toMatchObject({state: 'saved', shards: 0})
})

test('without confirmation the command is suggested, and no cache is described', async () => {
  const {entry} = await refresh({workloads: [], namespaces: []})
  expect(entry).toMatchObject({
    state: 'not-saved',
    shards: null,
    bytes: null,
    problem: {class: 'rejected', suggestions: ['kubectl --context east create namespace hubspoke-system']},
  })
})

test('a newer cache that was saved during the list is kept, without a problem', async () => {
  const trouble = async (asked: string) => {
    if (asked === 'list DaemonSet') await saveImageCache(cluster.configMaps, namespace, newer, deps())
  }
  const cluster = fakeCluster({workloads: many, trouble})
  const newer = {...randomCache(1, {workloads: 5, repositories: 2}), resourceVersions: versions('999')}
  const request = {cacheNamespace: namespace, mayCreateNamespace: async () => false}
  expect(await refreshEntry(cluster, request, deps())).toMatchObject({state: 'not-saved', shards: null, problem: null})
})

function versions(version: string) {
  return new Map(workloadKinds.map((kind) => [kind, version]))
}
