import {describe, expect, test} from 'vitest'
import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadKind} from '../../model/workload.ts'
import {fakeClock} from '../testing/fake-clock.ts'
import {failing, fakeCluster, workload} from '../testing/fake-cluster.ts'
import {readImageCache} from './cache-store.ts'
import {type BuiltImageCache, buildImageCache, encodeImageCache} from './image-cache.ts'

const place = 'hubspoke-system/deployment-image-cache'
const deps = () => ({clock: fakeClock(), signal: new AbortController().signal})

function cache(versions: readonly [string, string, string], more: Partial<BuiltImageCache> = {}): BuiltImageCache {
  const kinds: readonly WorkloadKind[] = ['Deployment', 'StatefulSet', 'DaemonSet']
  const built = buildImageCache({
    clusterUid: 'uid-east',
    builtAt: new Date('2026-11-24T10:00:00Z'),
    resourceVersions: new Map(kinds.map((kind, i) => [kind, versions[i] ?? ''])),
    workloads: [workload('shop/web', 'web:1')],
  })
  return {...built, ...more}
}

const read = (cluster: ReturnType<typeof fakeCluster>) => readImageCache(cluster.configMaps, 'hubspoke-system', deps())

function holding(text: string, options: Parameters<typeof fakeCluster>[0] = {}) {
  const cluster = fakeCluster(options)
  cluster.stored.set(place, {data: {'cache.json': text}, resourceVersion: 'v7'})
  return cluster
}

describe('reading', () => {
  test('costs one request', async () => {
    const cluster = holding(encodeImageCache(cache(['1', '1', '1'])))
    await expect(read(cluster)).resolves.toMatchObject({state: 'present', cache: {workloads: 1}, resourceVersion: 'v7'})
    expect(cluster.requests).toEqual([`read ${place}`])
  })

  test('what is not there is missing', async () => {
    await expect(read(fakeCluster())).resolves.toEqual({state: 'missing'})
  })

  test('what is broken is a sentence', async () => {
    await expect(read(holding('{'))).resolves.toEqual({
      state: 'unreadable',
      problem: 'The image cache is not a JSON object.',
      uid: '',
      resourceVersion: 'v7',
      bytes: 1,
    })
  })

  test('a ConfigMap without the key is somebody else’s', async () => {
    const cluster = fakeCluster()
    cluster.stored.set(place, {data: {}, resourceVersion: 'v7'})
    await expect(read(cluster)).resolves.toMatchObject({problem: 'The image cache has no key "cache.json".'})
  })

  test('a request that fails is an error, after it was tried again', async () => {
    const cluster = fakeCluster({trouble: failing(/read/, () => new HubspokeError('unreachable', 'Cut.'))})
    await expect(read(cluster)).rejects.toThrow('Cut.')
    expect(cluster.requests).toHaveLength(3)
  })
})
