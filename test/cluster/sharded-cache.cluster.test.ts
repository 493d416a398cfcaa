import {createHash} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {readImageCache} from '../../src/discovery/cache/cache-store.ts'
import {
  type BuiltImageCache,
  buildImageCache,
  type CachedImages,
  encodeImageCache,
} from '../../src/discovery/cache/image-cache.ts'
import {saveImageCache} from '../../src/discovery/cache/save-image-cache.ts'
import {showCache} from '../../src/discovery/cache/show-cache.ts'
import {type CacheShape, digestOf, randomCache} from '../../src/discovery/testing/random-cache.ts'
import type {ConfigMaps} from '../../src/kube/ports/config-maps.ts'
import {type WorkloadImages, workloadKinds} from '../../src/model/workload.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {findInProcess, foundIn, type InProcess} from './find-in-process.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {fleet, namespace as namespaceNamed, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const namespace = 'hubspoke-system'
const path = `/api/v1/namespaces/${namespace}/configmaps`
const image = 'registry.example/shop/web:1.0'
const kib = 1024

interface ConfigMap {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly resourceVersion: string
    readonly labels?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly {readonly kind: string; readonly name: string; readonly uid: string}[]
  }
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
}

/** Short for all that a cache says of who runs what. */
function fingerprintOf(images: CachedImages): string {
  const lines = [...images].flatMap(([spelled, workloads]) => workloads.map((one) => JSON.stringify([spelled, one])))
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex')
}

describe.skipIf(!binaries)('an image cache in shards, in a real cluster', () => {
  let cluster: RealCluster
  let hub: InProcess
  let clusterUid: string
  let version = 1_000_000
  const deps = () => ({clock: systemClock, signal: new AbortController().signal})

  /** What the cluster really runs, and ten thousand workloads that it does not. */
  const real: WorkloadImages[] = Array.from({length: 6}, (_, i) => ({
    kind: 'Deployment',
    namespace: ['blue', 'green'][i % 2] ?? '',
    name: `app-${i}`,
    uid: '',
    images: [{container: 'app', image, role: 'container'}],
  }))
  const cacheOf = (more: Partial<CacheShape> = {}): BuiltImageCache => {
    const made = randomCache(1, {workloads: 10_000, repositories: 3000, namespaces: 200, ...more})
    const own = buildImageCache({...made, workloads: real})
    return {...made, clusterUid, images: new Map([...made.images, ...own.images]), workloads: made.workloads + 6}
  }
  /** Every cache is newer than the one before it. */
  const save = (cache: BuiltImageCache, configMaps = hub.access.configMaps, signal = new AbortController().signal) => {
    const resourceVersions = new Map(workloadKinds.map((kind) => [kind, `${++version}`]))
    return saveImageCache(configMaps, namespace, {...cache, resourceVersions}, {...deps(), signal})
  }
  const stored = async () => (await cluster.get<{items: readonly ConfigMap[]}>(path)).items
  const shards = async () =>
    (await stored()).filter(({metadata}) => metadata.name.startsWith('deployment-image-cache-'))
  const head = () => cluster.get<ConfigMap>(`${path}/deployment-image-cache`)
  const costOf = async <Result>(work: () => Promise<Result>) => {
    const before = hub.access.cost()
    const result = await work()
    const {requests, bytesRead} = hub.access.cost()
    return {result, requests: requests - before.requests, bytesRead: bytesRead - before.bytesRead}
  }
  const repositories = (cache: BuiltImageCache) =>
    Map.groupBy(cache.images.keys(), (each) => each.replace(/@.*/, '').replace(/:[^/]*$/, ''))

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'shards', nodes: 1})
    await cluster.apply(fleet({deployments: 6, namespaces: ['blue', 'green'], image, onImage: 6, replicas: 0}))
    hub = await findInProcess(cluster)
    await hub.access.configMaps.createNamespace(namespace, deps().signal)
    clusterUid = (await hub.access.identity(deps().signal)).uid
  }, 120_000)
  afterAll(async () => {
    await hub?.access.close()
    await cluster?.delete()
  })

  test('caught up with, counts what has come and gone since, whichever shards were read', async () => {
    const other = ['first', 'second', 'third'].map((name) =>
      workload({namespace: 'blue', name, image: 'registry.example/other:1', replicas: 0}),
    )
    const versions = workloadKinds.map(async (kind) => {
      const {metadata} = await cluster.get<ConfigMap>(`/apis/apps/v1/${kind.toLowerCase()}s?limit=1`)
      return [kind, metadata.resourceVersion] as const
    })
    const cache = {...cacheOf(), resourceVersions: new Map(await Promise.all(versions))}
    expect(await saveImageCache(hub.access.configMaps, namespace, cache, deps())).toMatchObject({shards: 64})
    const count = async (...namespaces: readonly string[]) => {
      const {tier, workloadsRead} = await hub.find(image, {smallCluster: 0, namespaces})
      expect(tier).toBe('cache+changes')
      return workloadsRead
    }
    expect([await count(), await count('blu*')]).toEqual([10_006, 3])
    await cluster.apply(other)
    await cluster.client.delete('/apis/apps/v1/namespaces/blue/deployments/third')
    expect([await count(), await count('blu*')]).toEqual([10_008, 5])
    for (const name of ['first', 'second']) {
      await cluster.client.delete(`/apis/apps/v1/namespaces/blue/deployments/${name}`)
    }
    expect(await count()).toBe(10_006)
    // The build before stays beside the next one, and the next test looks at one.
    const left = [...(await shards()).map(({metadata}) => metadata.name), 'deployment-image-cache']
    await Promise.all(left.map((name) => cluster.client.delete(`${path}/${name}`)))
    expect(await shards()).toEqual([])
  })

  test('of three mebibytes is a head and ConfigMaps that it owns', async () => {
    const cache = cacheOf({workloads: 12_000})
    expect(encodeImageCache(cache).length).toBeGreaterThan(3 * kib * kib)
    expect(await save(cache)).toEqual({isSaved: true, shards: 64, bytes: expect.any(Number)})
    const {metadata, data} = await head()
    const document = JSON.parse(data?.['cache.json'] ?? '')
    expect(Object.keys(document)).not.toContain('images')
    const {build} = document.shards
    for (const shard of await shards()) {
      expect(shard.metadata.name).toMatch(new RegExp(`^deployment-image-cache-${build}-\\d+$`))
      expect(shard.metadata.ownerReferences).toMatchObject([
        {kind: 'ConfigMap', name: 'deployment-image-cache', uid: metadata.uid},
      ])
      expect(Object.keys(shard.binaryData ?? {})).toEqual(['shard.json.gz'])
    }
    const selector = `app.kubernetes.io/managed-by=hubspoke,hubspoke.dev/cache-build=${build}`
    const listed = await cluster.kubectl(['get', 'configmap', '-n', namespace, '-l', selector, '-o', 'name'])
    expect(listed.stdout.trimEnd().split('\n')).toHaveLength(64)
    expect(await showCache(hub.access, namespace, deps())).toMatchObject({
      state: 'present',
      workloads: 12_006,
      images: cache.images.size,
      shards: 64,
    })
  })

  test('costs two requests and less than 64 KiB for a repository, whichever it is', async () => {
    const cache = cacheOf({workloads: 12_000})
    await save(cache)
    expect(encodeImageCache(cache).length).toBeGreaterThan(3 * kib * kib)
    const groups = [...repositories(cache)].filter(([name]) => /^[a-zA-Z.:0-9]+\/[a-z0-9/-]+$/.test(name))
    const many = groups.sort(([, a], [, b]) => b.length - a.length).slice(0, 5)
    const bytes: number[] = []
    for (const [repository] of [...many, ...groups.slice(0, 3000).filter((_, i) => i % 60 === 0)]) {
      const {result, requests, bytesRead} = await costOf(() => hub.find(repository, {fresh: 'cache'}))
      expect({repository, tier: result.tier, requests}).toEqual({repository, tier: 'cache', requests: 2})
      expect(result.matches.length).toBeGreaterThan(0)
      expect(result.workloadsRead).toBe(12_006)
      bytes.push(bytesRead)
    }
    expect(Math.max(...bytes)).toBeLessThan(64 * kib)
    const missing = await costOf(() => hub.find('registry.example/no/such', {fresh: 'cache'}))
    expect(missing).toMatchObject({requests: 2, result: {matches: [], tier: 'cache', workloadsRead: 12_006}})
  })

  test('costs hardly more for a bare digest', async () => {
    const digests = [...cacheOf().images.keys()].flatMap((each) => /@(sha256:[0-9a-f]{64})$/.exec(each)?.[1] ?? [])
    const requests: number[] = []
    for (const digest of digests.filter((_, i) => i % Math.ceil(digests.length / 30) === 0)) {
      const {result, ...cost} = await costOf(() => hub.find(digest, {fresh: 'cache'}))
      expect(result.matches.length).toBeGreaterThan(0)
      requests.push(cost.requests)
    }
    expect(requests.reduce((sum, count) => sum + count, 0) / requests.length).toBeLessThan(4)
    const nowhere = await costOf(() => hub.find(digestOf(123_456_789), {fresh: 'cache'}))
    expect(nowhere.result.matches).toEqual([])
    expect(nowhere.requests).toBeLessThan(6)
  })

  describe('asked for', () => {
    const [own, other] = [digestOf(987_654), digestOf(987_655)]
    const spelled = [
      'nginx',
      'nginx:1.25',
      'docker.io/library/nginx:latest',
      `nginx@${other}`,
      `nginx:1.27@${own}`,
      `registry.example/copy@${own}`,
    ]
    beforeAll(async () => {
      const place = {namespace: 'spellings', replicas: 0}
      const objects = spelled.map((one, i) => workload({...place, name: `app-${i}`, image: one}))
      await cluster.apply([namespaceNamed('spellings'), ...objects])
      const workloads = spelled.map((one, i) => ({
        kind: 'Deployment' as const,
        namespace: 'spellings',
        name: `app-${i}`,
        uid: '',
        images: [{container: 'app', image: one, role: 'container' as const}],
      }))
      const made = cacheOf()
      const images = buildImageCache({...made, workloads}).images
      expect(await save({...made, images: new Map([...made.images, ...images])})).toMatchObject({shards: 64})
    })
    afterAll(() => cluster.client.delete('/api/v1/namespaces/spellings'))

    test.each([
      {query: 'nginx', finds: [0, 1, 2, 3, 4], because: 'any tag, any digest'},
      {query: 'nginx:latest', finds: [0, 2], because: 'what a pod template without a tag means'},
      {query: 'docker.io/library/nginx:1.27', finds: [4], because: 'a tag, whatever its digest'},
      {query: 'nginx:1.2*', finds: [1, 4], because: 'a glob of tags'},
      {query: `nginx:1.27@${own}`, finds: [4], because: 'tag and digest'},
      {query: `nginx@${own}`, finds: [4], because: 'a digest, whatever its tag'},
      {query: own, finds: [4, 5], because: 'a bare digest, in whichever repository'},
      {query: other, finds: [3], because: 'a bare digest without a tag'},
    ])('$query: $because, from the shards as from a list', async ({query, finds}) => {
      const expected = finds.map((i) => `Deployment spellings/app-${i} app=${spelled[i]}`).sort()
      const taken = await hub.find(query, {fresh: 'cache'})
      expect({tier: taken.tier, found: foundIn(taken)}).toEqual({tier: 'cache', found: expected})
      const listed = await hub.find(query, {fresh: 'scan'})
      expect({tier: listed.tier, found: foundIn(listed)}).toEqual({tier: 'scan', found: expected})
    })
  })

  test('who reads during fifty refreshes always finds what runs, and never a part of it', async () => {
    const expected = foundIn(await hub.find(image, {fresh: 'scan'}))
    expect(expected).toHaveLength(6)
    const large = {workloads: 12_000}
    const builds = [0, 1, 2].map((generation) => cacheOf({...large, generation}))
    const changes = [3, 4].map((generation) => cacheOf({...large, generation, changing: 0.003}))
    expect(encodeImageCache(builds[0] as BuiltImageCache).length).toBeGreaterThan(3 * kib * kib)
    const whole = new Set([...builds, ...changes].map(({images}) => fingerprintOf(images)))
    expect(whole.size).toBe(5)
    const turns = Array.from({length: 50}, (_, turn) => (turn % 5 === 0 ? builds[(turn / 5) % 3] : changes[turn % 2]))
    await save(builds[0] as BuiltImageCache)
    let isWriting = true
    const wholeReads = {read: 0, overtaken: 0}
    const seen = {cache: 0, scan: 0, 'cache+changes': 0, ledger: 0, file: 0}
    const read = async (): Promise<void> => {
      while (isWriting) {
        const reading = await hub.find(image, {fresh: 'cache'})
        expect(foundIn(reading)).toEqual(expected)
        seen[reading.tier ?? 'scan']++
      }
    }
    const readAll = async (): Promise<void> => {
      while (isWriting) {
        const all = await readImageCache(hub.access.configMaps, namespace, deps())
        if (all.state === 'present') expect(whole).toContain(fingerprintOf(all.cache.images))
        else expect(all).toMatchObject({state: 'unreadable', problem: 'A shard of the image cache is missing.'})
        wholeReads[all.state === 'present' ? 'read' : 'overtaken']++
      }
    }
    const write = async (): Promise<void> => {
      try {
        for (const cache of turns) expect(await save(cache as BuiltImageCache)).toMatchObject({isSaved: true})
      } finally {
        isWriting = false
      }
    }
    await Promise.all([write(), read(), readAll()])
    expect(seen.cache).toBeGreaterThan(20)
    expect(seen.scan).toBeLessThan(seen.cache / 10)
    expect(wholeReads.read).toBeGreaterThan(10)
    process.stderr.write(
      `During 50 refreshes of 3 MiB: ${seen.cache} answers from the cache, ${seen.scan} from lists; all shards read ` +
        `${wholeReads.read} times, overtaken ${wholeReads.overtaken} times.\n`,
    )
  }, 300_000)

  test('keeps unchanged shards, and the whole build before it', async () => {
    const [first, near] = [cacheOf(), cacheOf({generation: 7, changing: 0.003})]
    await save(first)
    const before = new Set((await shards()).map(({metadata}) => metadata.name))
    const {result, requests} = await costOf(() => save(near))
    expect(result).toMatchObject({isSaved: true})
    const after = (await shards()).map(({metadata}) => metadata.name)
    const added = after.filter((name) => !before.has(name))
    expect(added.length).toBeGreaterThan(0)
    expect(added.length).toBeLessThan(16)
    expect(requests).toBeLessThan(3 + added.length + 64 + 1)
    expect(after.length).toBe(64 + added.length)
  })

  test('a writer that dies half-way leaves the old cache, and shards that the next writer removes', async () => {
    await save(cacheOf({generation: 1}))
    const before = (await shards()).length
    const killed = new AbortController()
    let writes = 0
    const dying: ConfigMaps = {
      ...hub.access.configMaps,
      write(...args) {
        if (++writes === 20) killed.abort(new Error('killed'))
        return hub.access.configMaps.write(...args)
      },
    }
    await expect(save(cacheOf({generation: 2}), dying, killed.signal)).rejects.toThrow('killed')
    expect((await shards()).length).toBeGreaterThan(before)
    expect(foundIn(await hub.find(image, {fresh: 'cache'}))).toHaveLength(6)
    await save(cacheOf({generation: 1}))
    await save(cacheOf({generation: 3}))
    expect(await shards()).toHaveLength(128)
  })

  test('two writers at once leave one whole cache', async () => {
    await Promise.all([save(cacheOf({generation: 4})), save(cacheOf({generation: 5})), save(cacheOf({generation: 4}))])
    const whole = await readImageCache(hub.access.configMaps, namespace, deps())
    expect(whole).toMatchObject({state: 'present', cache: {workloads: 10_006}})
  })

  test('gives its place to one ConfigMap when the cluster is small, and stays for who has read its head', async () => {
    await save(cacheOf())
    const small = buildImageCache({...cacheOf({workloads: 0}), workloads: real})
    expect(await save(small)).toMatchObject({isSaved: true, shards: 0})
    expect(await showCache(hub.access, namespace, deps())).toMatchObject({state: 'present', workloads: 6, shards: 0})
    expect((await costOf(() => hub.find(image, {fresh: 'cache'}))).requests).toBe(1)
    expect(await shards()).toHaveLength(64)
  })

  test('is gone with its head', async () => {
    await cluster.client.delete(`${path}/deployment-image-cache`)
    await expect.poll(async () => (await shards()).length, {timeout: 60_000}).toBe(0)
    await save(cacheOf())
    expect(await shards()).toHaveLength(64)
    const deleted = await cluster.kubectl(['delete', 'configmap', '-n', namespace, 'deployment-image-cache'])
    expect(deleted.exitCode).toBe(0)
    await expect.poll(async () => (await shards()).length, {timeout: 60_000}).toBe(0)
  }, 180_000)
})
