import {expect, test} from 'vitest'
import {fakeClock} from '../testing/fake-clock.ts'
import {type FakeClusterOptions, fakeCluster} from '../testing/fake-cluster.ts'
import {randomCache} from '../testing/random-cache.ts'
import {saveImageCache} from './save-image-cache.ts'
import {showCache} from './show-cache.ts'

const namespace = 'hubspoke-system'
const deps = () => ({clock: fakeClock(), signal: new AbortController().signal})
const small = randomCache(1, {workloads: 20, repositories: 5})
const large = randomCache(1, {workloads: 3000, repositories: 700})

async function show(cache?: typeof small, options: FakeClusterOptions = {}) {
  const cluster = fakeCluster(options)
  const saved = cache && (await saveImageCache(cluster.configMaps, namespace, cache, deps()))
  const before = cluster.requests.length
  const entry = await showCache(cluster, namespace, deps())
  return {entry, requests: cluster.requests.slice(before), bytes: saved?.isSaved ? saved.bytes : undefined}
}

test.each([
  {what: 'one ConfigMap', cache: small, shards: 0},
  {what: 'a head and its shards', cache: large, shards: 16},
])('a cache in $what is described from one ConfigMap', async ({cache, shards}) => {
  const {entry, requests, bytes} = await show(cache)
  expect(entry).toMatchObject({
    context: 'east',
    uid: 'uid-east',
    state: 'present',
    reason: '',
    builtAt: '2026-11-24T10:00:00.000Z',
    ageMs: 7_200_000,
    workloads: cache.workloads,
    images: cache.images.size,
    shards,
    bytes,
    problem: null,
  })
  expect(requests).toEqual(['identity', `read ${namespace}/deployment-image-cache`])
})

test.each([
  {because: 'there is none', cache: undefined, reason: 'no image cache in this cluster', bytes: null},
  {because: 'it is foreign', cache: large, reason: 'the image cache is of another cluster', bytes: expect.any(Number)},
])('is missing where $because', async ({cache, reason, bytes}) => {
  const {entry} = await show(cache, {identity: {uid: 'uid-west', isFallback: false}})
  expect(entry).toMatchObject({state: 'missing', reason, shards: null, images: null, bytes})
})
