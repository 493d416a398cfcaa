import {describe, expect, test} from 'vitest'
import {parseImageQuery} from '../image/image-query.ts'
import {HubspokeError} from '../model/failure.ts'
import {type WorkloadImages, type WorkloadKind, workloadKinds} from '../model/workload.ts'
import {isProblem} from '../shared/problem.ts'
import type {ReadRequest} from './answer/reader.ts'
import {buildImageCache, encodeImageCache} from './cache/image-cache.ts'
import {readCluster} from './read-cluster.ts'
import {chooseNamespaces} from './select/select-namespaces.ts'
import {fakeClock} from './testing/fake-clock.ts'
import {type FakeClusterOptions, failing, fakeCluster, workload} from './testing/fake-cluster.ts'

const others = Array.from({length: 100}, (_, i) => workload(`other/api-${i}`, 'api:1'))
const web = workload('shop/web', 'web:1')
const agent = workload('DaemonSet/shop/web-agent', 'web:2')

interface Made extends FakeClusterOptions {
  /** What the image cache says that the cluster runs. */
  readonly cached?: readonly WorkloadImages[]
  readonly clusterUid?: string
}

function cluster({cached = [web, agent, ...others], clusterUid = 'uid-east', ...options}: Made = {}) {
  const made = fakeCluster({workloads: [web, agent, ...others], ...options})
  const cache = buildImageCache({
    clusterUid,
    builtAt: new Date('2026-11-24T11:59:00Z'),
    resourceVersions: new Map<WorkloadKind, string>(workloadKinds.map((kind) => [kind, '1'])),
    workloads: cached,
  })
  const data = {'cache.json': encodeImageCache(cache)}
  made.stored.set('hubspoke-system/deployment-image-cache', {data, resourceVersion: '1'})
  return made
}

async function read(from: ReturnType<typeof fakeCluster>, more: Partial<ReadRequest> = {}) {
  const query = parseImageQuery('web')
  if (isProblem(query)) throw new Error(query.problem)
  const request: ReadRequest = {
    query,
    kinds: workloadKinds,
    namespaces: chooseNamespaces([]),
    fresh: 'exact',
    writes: true,
    cacheNamespace: 'hubspoke-system',
    smallCluster: 0,
    ...more,
  }
  const {reading} = await readCluster(from, request, {clock: fakeClock(), signal: new AbortController().signal})
  return reading
}

const named = ({matches}: Awaited<ReturnType<typeof read>>) =>
  matches.map(({namespace, name}) => `${namespace}/${name}`)

describe('a verb that writes', () => {
  test('reads each workload that the image cache and its changes name, and nothing else of the cluster', async () => {
    const made = cluster()
    const reading = await read(made)
    expect(named(reading)).toEqual(['shop/web', 'shop/web-agent'])
    expect(reading).toMatchObject({tier: 'cache+changes', tierReason: 'the image cache with no changes', dropped: []})
    expect(reading.matches.map(({uid}) => uid)).toEqual([web.uid, agent.uid])
    expect(made.requests.filter((request) => request.startsWith('read D')).toSorted()).toEqual([
      'read DaemonSet shop/web-agent',
      'read Deployment shop/web',
    ])
    expect(made.requests.filter((request) => request.startsWith('list'))).toEqual([])
  })

  test('lists a namespace where many targets are, instead of reading each of them', async () => {
    const many = Array.from({length: 5}, (_, i) => workload(`shop/web-${i}`, 'web:1'))
    const moved = workload('shop/web-4', 'api:2')
    const made = cluster({
      cached: [agent, ...many, ...others],
      workloads: [agent, ...many.slice(0, 3), moved, ...others],
    })
    const reading = await read(made)
    expect(named(reading)).toEqual(['shop/web-0', 'shop/web-1', 'shop/web-2', 'shop/web-agent'])
    expect(reading.dropped).toEqual([
      {kind: 'Deployment', namespace: 'shop', name: 'web-3', why: 'gone'},
      {kind: 'Deployment', namespace: 'shop', name: 'web-4', why: 'runs another image'},
    ])
    expect(made.requests.filter((request) => /^(list|read D)/.test(request)).toSorted()).toEqual([
      'list Deployment in shop',
      'read DaemonSet shop/web-agent',
    ])
  })

  test('has in its plan what began to run the image a moment ago', async () => {
    const young = workload('shop/young', 'web:3')
    const changes = {
      Deployment: {changes: [{type: 'changed', wasThere: false, workload: young}], provenAt: '7'},
    } as const
    const reading = await read(cluster({workloads: [web, agent, young, ...others], changes}))
    expect(named(reading)).toEqual(['shop/web', 'shop/young', 'shop/web-agent'])
  })

  test('drops what is gone or runs another image by now, and says so', async () => {
    const moved = {...agent, images: [{container: 'web', image: 'api:1', role: 'container'}] as const}
    const reading = await read(cluster({workloads: [moved, ...others]}), {fresh: 'cache'})
    expect(reading.matches).toEqual([])
    expect(reading).toMatchObject({
      tier: 'cache',
      cacheAgeMs: 60_000,
      dropped: [
        {kind: 'Deployment', namespace: 'shop', name: 'web', why: 'gone'},
        {kind: 'DaemonSet', namespace: 'shop', name: 'web-agent', why: 'runs another image'},
      ],
    })
  })

  test('takes the identity from the cluster, also where it takes the image cache as it is', async () => {
    const reading = await read(cluster(), {fresh: 'cache'})
    expect(reading.identity).toEqual({uid: 'uid-east', isFallback: false})
  })

  test.each([{fresh: 'cache'}, {fresh: {provenWithinMs: 60_000}}, {fresh: 'exact'}] as const)(
    'never takes a cache of another cluster: $fresh',
    async ({fresh}) => {
      const reading = await read(cluster({clusterUid: 'other'}), {fresh})
      expect(reading.tier).toBe('scan')
      expect(named(reading)).toEqual(['shop/web', 'shop/web-agent'])
    },
  )

  test('is planned from a list where a target cannot be read', async () => {
    const trouble = failing(/read Deployment/, () => new HubspokeError('forbidden', 'You may not get it.'))
    const reading = await read(cluster({trouble}))
    expect(named(reading)).toEqual(['shop/web', 'shop/web-agent'])
    expect(reading).toMatchObject({tier: 'scan', tierReason: 'a target could not be read: You may not get it'})
  })

  test('is planned from a list where that takes less than a read per target', async () => {
    const few = others.slice(0, 20)
    const reading = await read(cluster({cached: [web, agent, ...few], workloads: [web, agent, ...few]}))
    expect(reading).toMatchObject({tier: 'scan', tierReason: '2 targets take more to read than a list of 22'})
  })

  test('is planned from a list where labels choose the workloads', async () => {
    const reading = await read(cluster(), {selector: 'app=web'})
    expect(reading).toMatchObject({tier: 'scan', tierReason: 'the image cache has no labels'})
  })
})
