import {beforeAll, describe, expect, test} from 'vitest'
import {type ImageQuery, parseImageQuery} from '../../image/image-query.ts'
import {HubspokeError} from '../../model/failure.ts'
import {workloadKinds} from '../../model/workload.ts'
import {isProblem} from '../../shared/problem.ts'
import {answerFromCache} from '../answer/answer-from-cache.ts'
import {chooseNamespaces} from '../select/select-namespaces.ts'
import {fakeClock} from '../testing/fake-clock.ts'
import {type FakeCluster, type FakeClusterOptions, fakeCluster, refusing, workload} from '../testing/fake-cluster.ts'
import {digestOf, randomCache} from '../testing/random-cache.ts'
import {readCacheHead, readImageCache} from './cache-store.ts'
import {type BuiltImageCache, buildImageCache, type CachedImages, encodeImageCache} from './image-cache.ts'
import {pack} from './pack-text.ts'
import {maxWholeBytes} from './replace-cache.ts'
import {saveImageCache} from './save-image-cache.ts'

const namespace = 'hubspoke-system'
const head = `${namespace}/deployment-image-cache`
const deps = () => ({clock: fakeClock(), signal: new AbortController().signal})
const never = new AbortController().signal

/** Nearly a mebibyte, so that it is split; the other caches differ from it in all images or in a few. */
const shape = {workloads: 3000, repositories: 700}
const caches = {
  old: randomCache(1, shape),
  next: randomCache(1, {...shape, generation: 1}),
  last: randomCache(1, {...shape, generation: 2}),
  near: randomCache(1, {...shape, generation: 3, changing: 0.002}),
  small: randomCache(2, {workloads: 10, repositories: 4}),
}
const {old, next, last, near, small} = caches
/** Every image with the number of its workloads. */
const contentOf = (images: CachedImages) =>
  [...images]
    .map(([image, entries]) => `${image} ${entries.length}`)
    .sort()
    .join()
const nameOf = new Map(Object.entries(caches).map(([name, {images}]) => [contentOf(images), name]))

const at = (version: number, cache: BuiltImageCache): BuiltImageCache => ({
  ...cache,
  resourceVersions: new Map(workloadKinds.map((kind) => [kind, `${version}`])),
})

const save = (cluster: FakeCluster, cache: BuiltImageCache) =>
  saveImageCache(cluster.configMaps, namespace, cache, deps())
const read = (cluster: FakeCluster, query?: ImageQuery) => readImageCache(cluster.configMaps, namespace, deps(), query)
const shardsIn = (cluster: FakeCluster) => [...cluster.stored.keys()].filter((place) => place !== head).sort()

function query(text: string): ImageQuery {
  const parsed = parseImageQuery(text)
  if (isProblem(parsed)) throw new Error(parsed.problem)
  return parsed
}

async function holding(cache: BuiltImageCache, options: FakeClusterOptions = {}): Promise<FakeCluster> {
  const cluster = fakeCluster(options)
  expect(await save(cluster, cache)).toMatchObject({isSaved: true})
  return cluster
}

/** The name of the cache that is found, or why there is none. A mix of two caches matches no name. */
async function found({configMaps, stored: objects}: FakeCluster): Promise<string> {
  const untroubled = {
    ...configMaps,
    async read(inNamespace: string, name: string) {
      const object = objects.get(`${inNamespace}/${name}`)
      return object && {uid: '', data: {}, binaryData: {}, ...object}
    },
  }
  const stored = await readImageCache(untroubled, namespace, deps())
  if (stored.state !== 'present') return stored.state
  return nameOf.get(contentOf(stored.cache.images)) ?? 'torn'
}

test('a cache that fits stays in one ConfigMap, and one byte more is split', async () => {
  const grown = (length: number) => {
    const cache = buildImageCache({...small, workloads: [workload('shop/web', 'x'.repeat(length))]})
    return {cache, bytes: encodeImageCache(cache).length}
  }
  const padding = maxWholeBytes - grown(0).bytes
  expect(grown(padding).bytes).toBe(maxWholeBytes)
  const [whole, split] = [await holding(grown(padding).cache), await holding(grown(padding + 1).cache)]
  expect([...whole.stored.keys()]).toEqual([head])
  expect(shardsIn(split)).toHaveLength(16)
})

describe('a cache in shards', () => {
  let cluster: FakeCluster
  beforeAll(async () => {
    cluster = await holding(old)
  })

  test('is a head without images that owns labelled ConfigMaps of packed JSON', () => {
    const stored = cluster.stored.get(head)
    const document = JSON.parse(stored?.data?.['cache.json'] ?? '')
    expect(document).not.toHaveProperty('images')
    expect(document.shards).toMatchObject({hash: 'fnv1a-32', count: 16, imageCount: old.images.size})
    expect(shardsIn(cluster)).toEqual(
      Array.from({length: 16}, (_, n) => `${head}-${document.shards.build}-${n}`).sort(),
    )
    for (const place of shardsIn(cluster)) {
      expect(cluster.stored.get(place)).toMatchObject({
        labels: {'hubspoke.dev/cache-build': document.shards.build},
        owner: {name: 'deployment-image-cache', uid: stored?.uid},
        binaryData: {'shard.json.gz': expect.any(Uint8Array)},
      })
    }
  })

  test('contains its size', async () => {
    const stored = await readCacheHead(cluster.configMaps, namespace, deps())
    const sizes = shardsIn(cluster).map(
      (place) => cluster.stored.get(place)?.binaryData?.['shard.json.gz']?.length ?? 0,
    )
    const headBytes = Buffer.byteLength(cluster.stored.get(head)?.data?.['cache.json'] ?? '')
    const bytes = headBytes + sizes.reduce((sum, size) => sum + size, 0)
    expect(stored).toMatchObject({state: 'present', bytes})
    expect(await save(cluster, old)).toEqual({isSaved: true, bytes: expect.any(Number), shards: 16})
  })

  test('is read whole, or in two requests for a repository', async () => {
    expect(await found(cluster)).toBe('old')
    const before = cluster.requests.length
    const stored = await read(cluster, query('ghcr.io/acme/team-5/service-5'))
    expect(cluster.requests.slice(before)).toEqual([`read ${head}`, expect.stringContaining(`read ${head}-`)])
    if (stored.state !== 'present') throw new Error(stored.state)
    const ask = {query: query('ghcr.io/acme/team-5/service-5'), kinds: workloadKinds, namespaces: chooseNamespaces([])}
    const [answer, expected] = [answerFromCache(stored.cache, ask), answerFromCache(old, ask)]
    const names = ({matches}: typeof answer) => matches.map(({name}) => name).sort()
    expect(names(answer)).toEqual(names(expected))
    expect(answer).toMatchObject({workloadsRead: 3000, unread: []})
    expect(answer.matches.length).toBeGreaterThan(0)
  })

  test('is read in one request for a digest that it does not contain', async () => {
    const before = cluster.requests.length
    const strangers = Array.from({length: 20}, (_, i) => query(`sha256:${i.toString(16).padStart(2, '0').repeat(32)}`))
    for (const stranger of strangers) expect(await read(cluster, stranger)).toMatchObject({state: 'present'})
    expect(cluster.requests.length - before).toBeLessThan(30)
  })
})

describe('a refresh', () => {
  test('keeps the shards in which nothing has changed', async () => {
    const cluster = await holding(old)
    const [before, kept] = [cluster.requests.length, shardsIn(cluster)]
    expect(await save(cluster, {...old, builtAt: new Date('2026-11-24T11:00:00Z')})).toMatchObject({shards: 16})
    expect(cluster.requests.slice(before).filter((request) => request.startsWith('write'))).toEqual([`write ${head}`])
    expect(shardsIn(cluster)).toEqual(kept)
    const moved = buildImageCache({...old, workloads: [workload('shop/one-more', 'ghcr.io/acme/team-5/service-5:9')]})
    const images = new Map([...old.images, ...moved.images])
    const from = cluster.requests.length
    await save(cluster, {...old, images, workloads: 3001})
    const written = cluster.requests.slice(from).filter((request) => request.startsWith('write'))
    expect(written).toEqual([expect.stringContaining(`write ${head}-`), `write ${head}`])
    const stored = await read(cluster, query('ghcr.io/acme/team-5/service-5:9'))
    expect(stored).toMatchObject({state: 'present', cache: {workloads: 3001}})
    if (stored.state === 'present') expect(stored.cache.images.get('ghcr.io/acme/team-5/service-5:9')).toHaveLength(1)
  })

  test('keeps the shards of the previous build, and removes older ones', async () => {
    const cluster = await holding(old)
    const first = shardsIn(cluster)
    await save(cluster, next)
    expect(shardsIn(cluster)).toHaveLength(32)
    expect(shardsIn(cluster)).toEqual(expect.arrayContaining(first))
    const second = shardsIn(cluster).filter((place) => !first.includes(place))
    await save(cluster, last)
    expect(shardsIn(cluster)).toHaveLength(32)
    expect(shardsIn(cluster)).toEqual(expect.arrayContaining(second))
    expect(await found(cluster)).toBe('last')
  })

  test('of a cluster that has shrunk is one ConfigMap again, and its shards are removed by the next one', async () => {
    const cluster = await holding(old)
    expect(await save(cluster, small)).toMatchObject({shards: 0})
    expect(await found(cluster)).toBe('small')
    expect(shardsIn(cluster)).toHaveLength(16)
    await save(cluster, at(200, small))
    expect(shardsIn(cluster)).toHaveLength(16)
  })

  test('rewrites a shard that another client has removed', async () => {
    const cluster = await holding(old)
    const [lost = ''] = shardsIn(cluster)
    cluster.stored.delete(lost)
    expect(await found(cluster)).toBe('unreadable')
    await save(cluster, old)
    expect(await found(cluster)).toBe('old')
  })

  test('of a cache whose head was deleted starts again', async () => {
    const cluster = await holding(old)
    await cluster.configMaps.delete(namespace, 'deployment-image-cache', never)
    expect(cluster.stored.size).toBe(0)
    await save(cluster, old)
    expect(await found(cluster)).toBe('old')
  })

  test('with one repository that is too large for a ConfigMap is not saved, and leaves nothing behind', async () => {
    const noise = (from: number) => Array.from({length: 16}, (_, i) => digestOf(16 * from + i)).join('')
    const workloads = Array.from({length: 2000}, (_, i) => workload(`shop/${noise(i)}`, `ghcr.io/acme/all:${i}`))
    const ours = buildImageCache({...last, workloads})
    const cluster = await holding(old)
    const before = shardsIn(cluster)
    expect(await save(cluster, ours)).toEqual({
      isSaved: false,
      why: 'too-large',
      reason:
        'The images of one repository take more than the 900 KiB that fit into one ConfigMap; this cluster is scanned instead.',
    })
    expect(shardsIn(cluster)).toEqual(before)
    expect(await found(cluster)).toBe('old')
  })
})

/** Checks before each request of a writer, which is the same as after the writer's death at that request. */
async function watched(start: BuiltImageCache | undefined, write: (cluster: FakeCluster) => Promise<unknown>) {
  const seen: string[] = []
  let isWriting = false
  const cluster: FakeCluster = fakeCluster({
    trouble: async () => {
      if (isWriting) seen.push(await found(cluster))
    },
  })
  if (start) await save(cluster, start)
  isWriting = true
  await write(cluster)
  isWriting = false
  return {seen: [...new Set([...seen, await found(cluster)])], looks: seen.length}
}

describe('reading during a write', () => {
  test.each([
    {what: 'shards in the place of shards', start: old, after: next, seen: ['old', 'next'], looks: 19},
    {what: 'a few shards in the place of shards', start: old, after: near, seen: ['old', 'near'], looks: 5},
    {what: 'shards in the place of one ConfigMap', start: small, after: old, seen: ['small', 'old'], looks: 19},
    {what: 'one ConfigMap in the place of shards', start: old, after: small, seen: ['old', 'small'], looks: 3},
    {what: 'shards where there was nothing', after: old, seen: ['missing', 'unreadable', 'old'], looks: 20},
  ])('finds the old cache or the new one: $what', async ({start, after, seen, looks}) => {
    expect(await watched(start, (cluster) => save(cluster, after))).toEqual({seen, looks})
  })

  test('finds nothing else while old shards are removed', async () => {
    const {seen, looks} = await watched(old, async (cluster) => {
      await save(cluster, next)
      await save(cluster, last)
    })
    expect(seen).toEqual(['old', 'next', 'last'])
    expect(looks).toBe(2 * 19 + 16)
  })

  test('reads the head again, if it was read before two builds', async () => {
    const cluster = await holding(old)
    const builds = [next, last]
    const slow = {
      ...cluster.configMaps,
      async read(...args: Parameters<typeof cluster.configMaps.read>) {
        const stored = await cluster.configMaps.read(...args)
        for (const build of builds.splice(0)) await save(cluster, build)
        return stored
      },
    }
    const stored = await readImageCache(slow, namespace, deps(), query('ghcr.io/acme/team-5/service-5'))
    expect(stored).toMatchObject({state: 'present'})
    expect(builds).toEqual([])
  })

  test('finds the whole cache, if the head was read before one build', async () => {
    const cluster = await holding(old)
    const builds = [next]
    const slow = {
      ...cluster.configMaps,
      async read(...args: Parameters<typeof cluster.configMaps.read>) {
        const stored = await cluster.configMaps.read(...args)
        for (const build of builds.splice(0)) await save(cluster, build)
        return stored
      },
    }
    const stored = await readImageCache(slow, namespace, deps())
    expect(stored.state === 'present' && nameOf.get(contentOf(stored.cache.images))).toBe('old')
  })
})

describe('a shard that is missing', () => {
  test('leads to a second read of the head, and then to an unreadable cache', async () => {
    const cluster = await holding(old)
    const [lost = ''] = shardsIn(cluster)
    cluster.stored.delete(lost)
    const before = cluster.requests.length
    expect(await read(cluster)).toMatchObject({
      state: 'unreadable',
      problem: 'A shard of the image cache is missing.',
    })
    expect(cluster.requests.slice(before).filter((request) => request === `read ${head}`)).toHaveLength(2)
  })

  test.each([
    {because: 'it is another one', packed: () => pack('{"images": {}}')},
    {because: 'it is broken', packed: async () => new Uint8Array([1, 2, 3])},
    {because: 'it is empty', packed: undefined},
  ])('counts like a shard that is not the one of its head: $because', async ({packed}) => {
    const cluster = await holding(old)
    const [place = ''] = shardsIn(cluster)
    const shard = cluster.stored.get(place)
    const binaryData = packed ? {'shard.json.gz': await packed()} : {}
    if (shard) cluster.stored.set(place, {...shard, binaryData})
    expect(await read(cluster)).toMatchObject({
      state: 'unreadable',
      problem: 'A shard of the image cache is not the one that its head lists.',
    })
  })

  test('that cannot be read is a failure of the request', async () => {
    const cluster = await holding(old, {trouble: refusing(/^read .*cache-/)})
    await expect(read(cluster)).rejects.toMatchObject({failureClass: 'forbidden'})
    expect(await readCacheHead(cluster.configMaps, namespace, deps())).toMatchObject({state: 'present'})
  })
})

describe('writers', () => {
  const died = () => new HubspokeError('unreachable', 'Cut.')

  test.each([1, 2, 3, 4, 12, 19])(
    'that died at request %i leave the old cache, and shards that the next one removes',
    async (at) => {
      let requests = 0
      let isDying = false
      const cluster = await holding(old, {
        trouble: () => {
          if (isDying && ++requests >= at) throw died()
        },
      })
      isDying = true
      await expect(save(cluster, next)).rejects.toThrow('Cut.')
      isDying = false
      expect(await found(cluster)).toBe('old')
      await save(cluster, last)
      expect(await found(cluster)).toBe('last')
      expect(shardsIn(cluster)).toHaveLength(32)
    },
  )

  test('whose head was refused remove their shards', async () => {
    let isRefusing = false
    const refuse = refusing(/^write .*image-cache$/)
    const cluster = await holding(old, {trouble: (request) => (isRefusing ? refuse(request) : undefined)})
    const before = shardsIn(cluster)
    isRefusing = true
    expect(await save(cluster, next)).toEqual({isSaved: false, why: 'forbidden', reason: 'Not allowed.'})
    expect(shardsIn(cluster)).toEqual(before)
    expect(await found(cluster)).toBe('old')
  })

  test('of which one was faster: the other one writes again, or keeps the newer cache, and nothing is lost', async () => {
    for (const [ours, theirs, end] of [
      [at(300, next), at(200, last), 'next'],
      [at(200, next), at(300, last), 'last'],
      [at(200, next), at(200, next), 'next'],
      [at(200, next), at(100, small), 'next'],
    ] as const) {
      let isFaster = false
      const cluster: FakeCluster = fakeCluster({
        trouble: async (request) => {
          if (!isFaster || request !== `write ${head}`) return
          isFaster = false
          await save(cluster, theirs)
        },
      })
      await save(cluster, old)
      isFaster = true
      await save(cluster, ours)
      expect(isFaster).toBe(false)
      expect(await found(cluster)).toBe(end)
    }
  })

  test('at once leave one whole cache, with only its shards and those of the previous build', async () => {
    const cluster = await holding(old)
    const writers = [at(201, next), at(202, last), at(203, near), at(203, near), at(204, next)]
    const saved = await Promise.all(writers.map((cache) => save(cluster, cache)))
    expect(saved.some(({isSaved}) => isSaved)).toBe(true)
    expect(await found(cluster)).toBe('next')
    await save(cluster, at(300, last))
    await save(cluster, at(301, old))
    expect(await found(cluster)).toBe('old')
    expect(shardsIn(cluster)).toHaveLength(32)
  })

  test('without permission to delete save the cache, and report that older shards are left', async () => {
    const cluster = await holding(old, {trouble: refusing(/^delete/)})
    expect(await save(cluster, next)).toMatchObject({isSaved: true})
    const saved = await save(cluster, last)
    expect(saved).toMatchObject({isSaved: true, leftOver: 'Shards of older builds are left: Not allowed.'})
    expect(await found(cluster)).toBe('last')
    expect(shardsIn(cluster)).toHaveLength(48)
  })

  test('without permission to list save the cache, keep unchanged shards, and report what they do not know', async () => {
    const cluster = await holding(old, {trouble: refusing(/^list/)})
    const before = cluster.requests.length
    const saved = await save(cluster, at(200, old))
    expect(saved).toMatchObject({
      isSaved: true,
      leftOver: 'Shards of older builds may be left: ConfigMaps may not be listed.',
    })
    expect(cluster.requests.slice(before).filter((request) => request.startsWith('write'))).toEqual([`write ${head}`])
  })

  test('whose shard was written without a reply continue', async () => {
    const cluster = fakeCluster()
    let isLost = true
    const configMaps: FakeCluster['configMaps'] = {
      ...cluster.configMaps,
      async write(inNamespace, name, ...rest) {
        const written = await cluster.configMaps.write(inNamespace, name, ...rest)
        if (!isLost || !name.endsWith('-0')) return written
        isLost = false
        throw died()
      },
    }
    expect(await saveImageCache(configMaps, namespace, old, deps())).toMatchObject({isSaved: true})
    expect(isLost).toBe(false)
    expect(shardsIn(cluster)).toHaveLength(16)
    expect(cluster.requests.filter((request) => request.startsWith('list'))).toHaveLength(1)
    expect(await found(cluster)).toBe('old')
  })

  test('without a namespace report it', async () => {
    expect(await save(fakeCluster({namespaces: []}), old)).toMatchObject({isSaved: false, why: 'no-namespace'})
  })
})
