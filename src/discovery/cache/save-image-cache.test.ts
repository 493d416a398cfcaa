import {describe, expect, test} from 'vitest'
import {HubspokeError} from '../../model/failure.ts'
import {fakeClock} from '../testing/fake-clock.ts'
import {failing, fakeCluster, refusing} from '../testing/fake-cluster.ts'
import {cachePlace, clusterHolding, smallCache} from '../testing/stored-cache.ts'
import {type BuiltImageCache, encodeImageCache} from './image-cache.ts'
import {saveImageCache} from './save-image-cache.ts'

const deps = () => ({clock: fakeClock(), signal: new AbortController().signal})

const save = (cluster: ReturnType<typeof fakeCluster>, ours: BuiltImageCache) =>
  saveImageCache(cluster.configMaps, 'hubspoke-system', ours, deps())

describe('saving', () => {
  test('creates the ConfigMap and can be read back', async () => {
    const cluster = fakeCluster()
    const ours = smallCache(['1', '2', '3'])
    const text = encodeImageCache(ours)
    await expect(save(cluster, ours)).resolves.toEqual({isSaved: true, bytes: text.length, shards: 0})
    expect(cluster.stored.get(cachePlace)?.data).toEqual({'cache.json': text})
  })

  test.each([
    {theirs: encodeImageCache(smallCache(['9', '9', '9'])), because: 'ours is newer, compared as numbers'},
    {theirs: encodeImageCache(smallCache(['10', '20', '30'])), because: 'nothing has changed since'},
    {
      theirs: encodeImageCache(smallCache(['99', '99', '99'], {clusterUid: 'other'})),
      because: 'it is of another cluster',
    },
    {theirs: '{"images": {}}', because: 'it does not name its cluster'},
    {theirs: 'broken', because: 'it cannot be read'},
  ])('replaces the stored cache: $because', async ({theirs}) => {
    const cluster = clusterHolding(theirs)
    await expect(save(cluster, smallCache(['10', '20', '30']))).resolves.toMatchObject({isSaved: true})
    expect(cluster.stored.get(cachePlace)?.data?.['cache.json']).toContain('"Deployment":"10"')
  })

  test.each([
    {versions: ['11', '21', '31'], because: 'all are newer'},
    {versions: ['9', '9', '31'], because: 'one is newer'},
    {versions: ['100', '1', '1'], because: 'a longer number is the larger one'},
  ] as const)('gives way: $because', async ({versions}) => {
    const cluster = clusterHolding(encodeImageCache(smallCache(versions)))
    await expect(save(cluster, smallCache(['10', '20', '30']))).resolves.toMatchObject({
      isSaved: false,
      why: 'newer-there',
    })
    expect(cluster.stored.get(cachePlace)?.resourceVersion).toBe('v7')
  })

  test('reads again when another client was faster, and keeps a newer cache', async () => {
    let writes = 0
    const cluster = fakeCluster({
      trouble: (request) => {
        if (!request.startsWith('write') || ++writes > 1) return
        cluster.stored.set(cachePlace, {
          data: {'cache.json': encodeImageCache(smallCache(['11', '21', '31']))},
          resourceVersion: 'v8',
        })
      },
    })
    await expect(save(cluster, smallCache(['10', '20', '30']))).resolves.toMatchObject({why: 'newer-there'})
    expect(writes).toBe(1)
  })

  test('reads again when another client was faster, and replaces an older cache', async () => {
    let writes = 0
    const cluster = fakeCluster({
      trouble: (request) => {
        if (!request.startsWith('write') || ++writes > 1) return
        cluster.stored.set(cachePlace, {
          data: {'cache.json': encodeImageCache(smallCache(['1', '2', '3']))},
          resourceVersion: 'v8',
        })
      },
    })
    await expect(save(cluster, smallCache(['10', '20', '30']))).resolves.toMatchObject({isSaved: true})
    expect(writes).toBe(2)
  })

  test('stops when another client is always faster', async () => {
    const cluster = fakeCluster({trouble: failing(/write/, () => new HubspokeError('conflict', 'No.', {status: 409}))})
    await expect(save(cluster, smallCache(['1', '1', '1']))).resolves.toEqual({
      isSaved: false,
      why: 'contended',
      reason: 'Another client wrote the image cache at the same time, 4 times in a row.',
    })
    expect(cluster.requests.filter((request) => request.startsWith('write'))).toHaveLength(4)
  })

  test('reports a missing namespace, so that it can be created', async () => {
    const cluster = fakeCluster({namespaces: []})
    await expect(save(cluster, smallCache(['1', '1', '1']))).resolves.toEqual({
      isSaved: false,
      why: 'no-namespace',
      reason: 'There is no namespace "hubspoke-system" to save the image cache in.',
    })
    await cluster.configMaps.createNamespace('hubspoke-system', new AbortController().signal)
    await expect(save(cluster, smallCache(['1', '1', '1']))).resolves.toMatchObject({isSaved: true})
  })

  test.each([/write/, /read/])('is not saved when %s is forbidden, with the reason', async (pattern) => {
    await expect(save(fakeCluster({trouble: refusing(pattern)}), smallCache(['1', '1', '1']))).resolves.toEqual({
      isSaved: false,
      why: 'forbidden',
      reason: 'Not allowed.',
    })
  })

  test('a cluster that does not answer is an error, not a refusal', async () => {
    const cluster = fakeCluster({trouble: failing(/write/, () => new HubspokeError('unreachable', 'Cut.'))})
    await expect(save(cluster, smallCache(['1', '1', '1']))).rejects.toThrow('Cut.')
    expect(cluster.requests.filter((request) => request.startsWith('write'))).toHaveLength(1)
  })

  test('a bug is not reported as a refusal', async () => {
    const cluster = fakeCluster({trouble: failing(/write/, () => new TypeError('oops'))})
    await expect(save(cluster, smallCache(['1', '1', '1']))).rejects.toThrow(TypeError)
  })
})
