import {describe, expect, test} from 'vitest'
import {type ImageQuery, parseImageQuery} from '../../image/image-query.ts'
import {canonicalImage, isImageReference, parseImageReference} from '../../image/image-ref.ts'
import {type WorkloadKind, workloadKinds} from '../../model/workload.ts'
import {isProblem} from '../../shared/problem.ts'
import {answerFromCache} from '../answer/answer-from-cache.ts'
import {chooseNamespaces} from '../select/select-namespaces.ts'
import {workload} from '../testing/fake-cluster.ts'
import {digestOf, randomCache, randomFrom} from '../testing/random-cache.ts'
import {decodeImageCache} from './decode-image-cache.ts'
import {buildImageCache, type ImageCache} from './image-cache.ts'
import {packShards} from './pack-shards.ts'
import {encodeShardedHead, type ShardedCache, type ShardIndex, shardsFor} from './shard-index.ts'
import {joinImages, splitImages} from './split-images.ts'

const inNoCluster = {build: 'b1', kept: () => undefined}

function queryOf(text: string): ImageQuery | undefined {
  const query = parseImageQuery(text)
  return isProblem(query) ? undefined : query
}

/** Every form of query for an image. */
function questionsAbout(image: string): readonly string[] {
  const reference = parseImageReference(image)
  if (!isImageReference(reference)) return [image]
  const {domain, path, digest} = reference
  const name = `${domain}/${path}`
  return [image, canonicalImage(reference), name, `${name.toUpperCase()}`, `${name}:1.*`, `${name}:nosuch`].concat(
    digest === undefined ? [] : [digest, `${name}@${digest}`, `elsewhere.example/x@${digest}`, `${name}:1.*@${digest}`],
  )
}

async function shard(cache: ReturnType<typeof randomCache>, shards: number): Promise<ShardedCache> {
  const {index} = await packShards(cache, {...inNoCluster, shards})
  const decoded = decodeImageCache(encodeShardedHead({...cache, index}))
  if (!('index' in decoded)) throw new Error(JSON.stringify(decoded))
  return decoded
}

describe('a head', () => {
  test('contains its origin and the index of its shards, and no images', async () => {
    const cache = {...randomCache(3, {workloads: 60, repositories: 9}), provenAt: new Date('2026-11-24T11:00:00Z')}
    const {index} = await packShards(cache, {...inNoCluster, shards: 4})
    const text = encodeShardedHead({...cache, index})
    const document = JSON.parse(text)
    expect(document).toMatchObject({
      schemaVersion: 1,
      clusterUid: 'uid-east',
      builtAt: '2026-11-24T10:00:00.000Z',
      resourceVersions: {Deployment: '100', StatefulSet: '100', DaemonSet: '100'},
      workloads: 60,
      provenAt: '2026-11-24T11:00:00.000Z',
      shards: {build: 'b1', hash: 'fnv1a-32', count: 4, imageCount: cache.images.size},
    })
    expect(document).not.toHaveProperty('images')
    const {images, ...origin} = cache
    expect(decodeImageCache(text)).toEqual({...origin, index})
    expect(images.size).toBeGreaterThan(0)
  })

  test('counts only by kind where there are too many namespaces', async () => {
    const many = Array.from({length: 1500}, (_, i) => workload(`namespace-${i}/web`, 'web:1'))
    const {index} = await shard(
      buildImageCache({...randomCache(1, {workloads: 0, repositories: 1}), workloads: many}),
      2,
    )
    expect(index.counts).toEqual({kinds: {Deployment: 1500, StatefulSet: 0, DaemonSet: 0}})
  })

  const good = {
    build: 'b1',
    hash: 'fnv1a-32',
    count: 1,
    imageCount: 3,
    unparsed: [],
    kinds: [1],
    each: [{build: 'b1', fingerprint: 'f', bytes: 1, digests: ''}],
  }
  const origin = {clusterUid: 'u', builtAt: '2026-11-24T10:00:00Z', resourceVersions: {Deployment: '1'}, workloads: 1}
  const head = (shards: object, more: object = {}) => JSON.stringify({schemaVersion: 1, ...origin, ...more, shards})

  test('is read with unknown keys of a later version', () => {
    const shards = {...good, more: 1, namespaces: {shop: [1, 2, 3, 4], blog: [7]}}
    expect(decodeImageCache(head(shards, {further: true}))).toMatchObject({
      index: {
        counts: {
          kinds: {Deployment: 1, StatefulSet: 0, DaemonSet: 0},
          namespaces: new Map([
            ['shop', {Deployment: 1, StatefulSet: 2, DaemonSet: 3}],
            ['blog', {Deployment: 7, StatefulSet: 0, DaemonSet: 0}],
          ]),
        },
      },
    })
  })

  const broken = 'The image cache has broken "shards".'
  const nameless = 'The image cache is sharded and its head is incomplete.'
  test.each([
    [head({...good, hash: 'sha1'}), 'The image cache is sharded by "sha1", which this hubspoke cannot read.'],
    [head({...good, hash: 7}), 'The image cache is sharded by "7", which this hubspoke cannot read.'],
    [head({...good, hash: undefined}), 'The image cache is sharded by "", which this hubspoke cannot read.'],
    [head({...good, count: 2}), broken],
    [head({...good, each: []}), broken],
    [head({...good, each: {}}), broken],
    [head({...good, each: [null]}), broken],
    [head({...good, each: [{...good.each[0], build: '../x'}]}), broken],
    [head({...good, each: [{...good.each[0], bytes: -1}]}), broken],
    [head({...good, each: [{...good.each[0], fingerprint: ''}]}), broken],
    [head({...good, each: [{...good.each[0], digests: 7}]}), broken],
    [head({...good, build: 'a/b'}), broken],
    [head({...good, imageCount: '3'}), broken],
    [head({...good, unparsed: [1.5]}), broken],
    [head({...good, kinds: undefined}), broken],
    [head({...good, namespaces: []}), broken],
    [head({...good, namespaces: {shop: 3}}), broken],
    [head(good, {clusterUid: undefined}), nameless],
    [head(good, {builtAt: undefined}), nameless],
    [head(good, {workloads: undefined}), nameless],
    [head(good, {resourceVersions: {}}), nameless],
    [head(good, {resourceVersions: 7}), 'The image cache has broken "resourceVersions".'],
    [head([]), 'The image cache has no "images".'],
    [head(good, {schemaVersion: 2}), 'The image cache has schema version "2", which this hubspoke cannot read.'],
  ])('that is broken is a sentence: %.140s', (text, problem) => {
    expect(decodeImageCache(text)).toEqual({problem})
  })
})

interface QueryScope {
  readonly namespaces?: readonly string[]
  readonly kinds?: readonly WorkloadKind[]
}

const scopes: readonly QueryScope[] = [
  {},
  {namespaces: ['team-3']},
  {namespaces: ['team-*', 'x*']},
  {kinds: ['DaemonSet']},
  {kinds: ['StatefulSet', 'DaemonSet'], namespaces: ['team-0']},
]

describe('an answer from the shards that can contain it', () => {
  const seeds = Array.from({length: 12}, (_, seed) => ({seed}))

  test.each(seeds)('is that of the whole cache, for every form of query ($seed)', async ({seed}) => {
    const random = randomFrom(seed)
    const cache = randomCache(seed, {workloads: 60, repositories: 1 + Math.floor(random() * 40)})
    const sharded = await shard(cache, 2 ** Math.floor(random() * 7))
    const images = [...cache.images.keys()]
    const texts = new Set([...images.flatMap(questionsAbout), 'nosuch', digestOf(987_654), 'web:1.*', 'odd:*'])
    for (const text of texts) {
      const query = queryOf(text)
      if (!query) continue
      const more = scopes[Math.floor(random() * scopes.length)] ?? {}
      expect({text, ...comparable(fromShards(cache, sharded.index, query), query, more)}).toEqual({
        text,
        ...comparable(cache, query, more),
      })
    }
  })

  test('needs one shard for a repository, with or without a digest', async () => {
    const {index} = await shard(randomCache(5, {workloads: 400, repositories: 90}), 32)
    for (const text of ['web', 'ghcr.io/acme/web:1.*', `web@${digestOf(1)}`, 'web:1']) {
      expect(shardsFor(queryOf(text) as ImageQuery, index).length).toBe(1)
    }
  })

  test('is found for an invalid reference with the same text as the query', async () => {
    const workloads = ['web:1.*', 'web:1.0'].map((image) => workload(`shop/${image.length}-${image.at(-1)}`, image))
    const cache = buildImageCache({...randomCache(1, {workloads: 0, repositories: 1}), workloads})
    const {index} = await shard(cache, 64)
    const query = queryOf('web:1.*') as ImageQuery
    expect(index.unparsed).toHaveLength(1)
    expect(comparable(fromShards(cache, index, query), query, {}).matches.map(({name}) => name)).toEqual(['7-*', '7-0'])
    expect(shardsFor(queryOf('web:1.0') as ImageQuery, index)).toHaveLength(1)
  })

  test('needs hardly more shards for a bare digest than contain it', async () => {
    const cache = randomCache(6, {workloads: 2000, repositories: 300})
    const {index} = await shard(cache, 64)
    const digests = [...cache.images.keys()].flatMap((image) => image.split('@sha256:')[1] ?? [])
    const known = digests.filter((hex) => hex.length === 64).map((hex) => shardsOf(`sha256:${hex}`, index))
    expect(Math.min(...known)).toBeGreaterThan(0)
    expect(known.reduce((sum, count) => sum + count, 0) / known.length).toBeLessThan(2.5)
    const strangers = Array.from({length: 200}, (_, i) => shardsOf(digestOf(1_000_000 + i), index))
    expect(strangers.reduce((sum, count) => sum + count, 0) / strangers.length).toBeLessThan(1.5)
  })

  const shardsOf = (digest: string, index: ShardIndex) => shardsFor(queryOf(digest) as ImageQuery, index).length
})

function fromShards(cache: ImageCache, index: ShardIndex, query: ImageQuery): ImageCache {
  const parts = splitImages(cache.images, index.shards.length)
  const images = joinImages(shardsFor(query, index).flatMap((number) => parts[number] ?? []))
  return {...cache, images, wholeCounts: index.counts}
}

function comparable(cache: ImageCache, query: ImageQuery, {namespaces = [], kinds = workloadKinds}: QueryScope) {
  // Suggestions come only from the shards that were read.
  const {near: _near, ...answer} = answerFromCache(cache, {query, kinds, namespaces: chooseNamespaces(namespaces)})
  const byName = (a: {name: string}, b: {name: string}) => (a.name < b.name ? -1 : 1)
  const matches = answer.matches.map(({images: _, ...match}) => match).sort(byName)
  return {...answer, matches, patternsSeen: [...answer.patternsSeen].sort()}
}
