import {describe, expect, test} from 'vitest'
import {HubspokeError} from '../../model/failure.ts'
import {fakeClock} from '../testing/fake-clock.ts'
import {failing, fakeCluster} from '../testing/fake-cluster.ts'
import {cachePlace, clusterHolding, smallCache} from '../testing/stored-cache.ts'
import {readImageCache} from './cache-store.ts'
import {encodeImageCache} from './image-cache.ts'

const deps = () => ({clock: fakeClock(), signal: new AbortController().signal})

const read = (cluster: ReturnType<typeof fakeCluster>) => readImageCache(cluster.configMaps, 'hubspoke-system', deps())

describe('reading', () => {
  test('costs one request', async () => {
    const cluster = clusterHolding(encodeImageCache(smallCache(['1', '1', '1'])))
    await expect(read(cluster)).resolves.toMatchObject({state: 'present', cache: {workloads: 1}, resourceVersion: 'v7'})
    expect(cluster.requests).toEqual([`read ${cachePlace}`])
  })

  test('a ConfigMap that does not exist is missing', async () => {
    await expect(read(fakeCluster())).resolves.toEqual({state: 'missing'})
  })

  test('broken content is a sentence', async () => {
    await expect(read(clusterHolding('{'))).resolves.toEqual({
      state: 'unreadable',
      problem: 'The image cache is not a JSON object.',
      uid: '',
      resourceVersion: 'v7',
      bytes: 1,
    })
  })

  test('a ConfigMap without the key is not an image cache', async () => {
    const cluster = fakeCluster()
    cluster.stored.set(cachePlace, {data: {}, resourceVersion: 'v7'})
    await expect(read(cluster)).resolves.toMatchObject({problem: 'The image cache has no key "cache.json".'})
  })

  test('a failed request is an error, after a retry', async () => {
    const cluster = fakeCluster({trouble: failing(/read/, () => new HubspokeError('unreachable', 'Cut.'))})
    await expect(read(cluster)).rejects.toThrow('Cut.')
    expect(cluster.requests).toHaveLength(3)
  })
})
