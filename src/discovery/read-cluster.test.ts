import {describe, expect, test} from 'vitest'
import {parseImageQuery} from '../image/image-query.ts'
import {HubspokeError} from '../model/failure.ts'
import {type WorkloadKind, workloadKinds} from '../model/workload.ts'
import {isProblem} from '../shared/problem.ts'
import type {ReadRequest} from './answer/reader.ts'
import {buildImageCache, encodeImageCache} from './cache/image-cache.ts'
import {readCluster} from './read-cluster.ts'
import {chooseNamespaces} from './select/select-namespaces.ts'
import {fakeClock} from './testing/fake-clock.ts'
import {type FakeClusterOptions, failing, fakeCluster, refusing, workload} from './testing/fake-cluster.ts'

const place = 'hubspoke-system/deployment-image-cache'
const workloads = [
  workload('shop/web', 'web:1'),
  workload('shop/api', 'api:1'),
  workload('DaemonSet/shop/web-agent', 'web:2'),
  workload('blog/web', 'web:1'),
]

function cached({clusterUid = 'uid-east', cachedWorkloads = [workload('cached/web', 'web:1')]} = {}): string {
  return encodeImageCache(
    buildImageCache({
      clusterUid,
      builtAt: new Date('2026-11-24T11:59:00Z'),
      resourceVersions: new Map<WorkloadKind, string>(workloadKinds.map((kind) => [kind, '1'])),
      workloads: cachedWorkloads,
    }),
  )
}

function cluster(options: FakeClusterOptions & {cache?: string} = {}) {
  const made = fakeCluster({workloads, ...options})
  if (options.cache !== undefined) made.stored.set(place, {data: {'cache.json': options.cache}, resourceVersion: '1'})
  return made
}

function read(from: ReturnType<typeof fakeCluster>, more: Partial<ReadRequest> = {}) {
  const query = parseImageQuery('web')
  if (isProblem(query)) throw new Error(query.problem)
  const request: ReadRequest = {
    query,
    kinds: workloadKinds,
    namespaces: chooseNamespaces([]),
    fresh: 'exact',
    writes: false,
    cacheNamespace: 'hubspoke-system',
    ...more,
  }
  return readCluster(from, request, {clock: fakeClock(), signal: new AbortController().signal})
}

const names = (answer: Awaited<ReturnType<typeof read>>) =>
  answer.reading.matches.map(({kind, namespace, name}) => `${kind} ${namespace}/${name}`)

const scanned = ['Deployment blog/web', 'Deployment shop/web', 'DaemonSet shop/web-agent']

describe('an exact answer', () => {
  test('is scanned, and says who the cluster is, why it was scanned and what it cost', async () => {
    const answer = await read(cluster())
    expect(names(answer)).toEqual(scanned)
    expect(answer.reading).toMatchObject({
      context: {name: 'east'},
      identity: {uid: 'uid-east', isFallback: false},
      serverVersion: 'v1.36.3',
      tier: 'scan',
      tierReason: 'no image cache in this cluster',
      workloadsRead: 4,
      unread: [],
      cost: {requests: 6},
    })
    expect(answer.reading).not.toHaveProperty('problem')
    expect(answer.reading.matches[0]).toMatchObject({uid: 'uid-Deployment-blog-web', matched: [{image: 'web:1'}]})
  })

  test.each([
    {made: cluster({cache: cached()}), reason: 'a list is estimated to take 0ms, catching up 800ms'},
    {made: cluster({cache: cached({clusterUid: 'other'})}), reason: 'the image cache is of another cluster'},
    {made: cluster({cache: '{'}), reason: 'the image cache cannot be used: the image cache is not a JSON object'},
    {
      made: cluster({trouble: refusing(/^read/)}),
      reason: 'the image cache could not be read: Not allowed',
    },
  ])('never takes a cache: $reason', async ({made, reason}) => {
    const answer = await read(made)
    expect(names(answer)).toEqual(scanned)
    expect(answer.reading).toMatchObject({tier: 'scan', tierReason: reason})
  })

  test('does not need the version of the server', async () => {
    const answer = await read(cluster({trouble: failing(/version/, () => new HubspokeError('forbidden', 'No.'))}))
    expect(names(answer)).toEqual(scanned)
    expect(answer.reading).not.toHaveProperty('serverVersion')
  })
})

/** Built, with versions to start from, and never listed because that is faster. */
const large = {smallCluster: 0}

describe('an exact answer of a large cluster', () => {
  test('is the image cache with what has changed since', async () => {
    const changes = {
      Deployment: {
        changes: [
          {type: 'changed', wasThere: false, workload: workload('new/web', 'web:3')},
          {type: 'deleted', wasThere: true, workload: workload('blog/web')},
        ],
        provenAt: '7',
      },
    } as const
    const made = cluster({cache: cached({cachedWorkloads: workloads}), changes})
    const answer = await read(made, large)
    expect(names(answer)).toEqual(['Deployment new/web', 'Deployment shop/web', 'DaemonSet shop/web-agent'])
    expect(answer.reading).toMatchObject({
      identity: {uid: 'uid-east', isFallback: false},
      serverVersion: 'v1.36.3',
      tier: 'cache+changes',
      tierReason: 'the image cache with 2 changes',
      cacheAgeMs: 60_000,
      workloadsRead: 4,
      unread: [],
      cost: {requests: 6},
    })
    expect(answer.reading).not.toHaveProperty('problem')
    expect(made.requests.toSorted()).toEqual([
      'changes DaemonSet since 1',
      'changes Deployment since 1',
      'changes StatefulSet since 1',
      'identity',
      `read ${place}`,
      'version',
    ])
  })

  test.each([
    {cache: undefined, reason: 'no image cache in this cluster'},
    {cache: cached({clusterUid: 'other'}), reason: 'the image cache is of another cluster'},
    {cache: '{', reason: 'the image cache cannot be used: the image cache is not a JSON object'},
    {cache: '{"web:1": ["old/web"]}', reason: 'the image cache does not name its cluster'},
    {
      cache: '{"images": {"web:1": ["old/web"]}, "clusterUid": "uid-east"}',
      reason: 'the image cache has no resourceVersions',
    },
  ])('is scanned where there is nothing to start from: $reason', async ({cache, reason}) => {
    const made = cluster(cache === undefined ? {} : {cache})
    const answer = await read(made, large)
    expect(names(answer)).toEqual(scanned)
    expect(answer.reading).toMatchObject({tier: 'scan', tierReason: reason})
    expect(made.requests.join()).not.toContain('changes')
  })

  test('is scanned where its UID may not be read', async () => {
    const made = cluster({cache: cached(), identity: {uid: 'sha256:abc', isFallback: true}})
    expect((await read(made, large)).reading).toMatchObject({tier: 'scan'})
    expect(made.requests.join()).not.toContain('changes')
  })

  test.each([
    {more: {selector: 'app=web'}, reason: 'the image cache has no labels'},
    {more: {namespaces: chooseNamespaces(['shop', 'blog'])}, reason: 'only named namespaces are asked for'},
  ])('is listed at once where $reason', async ({more, reason}) => {
    const made = cluster({cache: cached()})
    const answer = await read(made, {...large, ...more})
    expect(names(answer)).toEqual(scanned)
    expect(answer.reading).toMatchObject({tier: 'scan', tierReason: reason})
    expect(made.requests.join()).not.toMatch(/changes|read/)
  })

  test('is caught up with for patterns of namespaces, and for more of them than are listed one by one', async () => {
    const many = ['shop', ...Array.from({length: 10}, (_, i) => `team-${i}`)]
    for (const patterns of [['sh*'], ['shop', 'sh*'], many]) {
      const made = cluster({cache: cached({cachedWorkloads: workloads})})
      const answer = await read(made, {...large, namespaces: chooseNamespaces(patterns)})
      expect(names(answer)).toEqual(['Deployment shop/web', 'DaemonSet shop/web-agent'])
      expect(answer.reading.tier).toBe('cache+changes')
      expect(answer.patternsSeen).toContain(patterns[0])
    }
  })
})

describe('an answer that was proved lately', () => {
  const provenWithinMs = 30_000
  const serverDate = new Date('2026-11-24T15:00:00Z')
  const proved = (provenAt: string) => cached().replace('"workloads"', `"provenAt":"${provenAt}","workloads"`)

  test('is the cache, in one request, by the clock of the server', async () => {
    const made = cluster({cache: proved('2026-11-24T14:59:50Z'), serverDate})
    const answer = await read(made, {fresh: {provenWithinMs}})
    expect(names(answer)).toEqual(['Deployment cached/web'])
    expect(answer.reading).toMatchObject({
      identity: {uid: 'uid-east', fromCache: true},
      tier: 'cache',
      tierReason: 'the image cache was proved complete 11s ago',
      cacheAgeMs: 11_000,
    })
    expect(made.requests).toEqual([`read ${place}`])
  })

  test.each([
    {
      because: 'the proof is too old, whatever the clock here says',
      made: cluster({cache: proved('2026-11-24T12:00:00Z'), serverDate}),
      reason: 'the image cache was proved complete 3h ago; the image cache with no changes',
    },
    {
      because: 'nobody proved it',
      made: cluster({cache: cached(), serverDate}),
      reason: 'nothing has proved the image cache complete; the image cache with no changes',
    },
    {
      because: 'the server does not tell the time',
      made: cluster({cache: proved('2026-11-24T12:00:00Z')}),
      reason: 'the server reports no date; the image cache with no changes',
    },
  ])('is exact instead where $because', async ({made, reason}) => {
    const answer = await read(made, {fresh: {provenWithinMs}, ...large})
    expect(names(answer)).toEqual(['Deployment cached/web'])
    expect(answer.reading).toMatchObject({
      identity: {uid: 'uid-east', isFallback: false},
      serverVersion: 'v1.36.3',
      tier: 'cache+changes',
      tierReason: reason,
    })
    expect(made.requests.filter((request) => request.startsWith('read'))).toHaveLength(1)
    expect(made.requests.indexOf('version')).toBeLessThan(made.requests.indexOf('changes Deployment since 1'))
  })

  test.each([
    {made: cluster(), more: {}, reason: 'no image cache in this cluster'},
    {
      made: cluster({cache: cached(), serverDate}),
      more: {},
      reason: 'nothing has proved the image cache complete; a list is estimated to take 0ms, catching up 800ms',
    },
    {
      made: cluster({cache: proved('2026-11-24T14:59:50Z'), serverDate}),
      more: {selector: 'app=web'},
      reason: 'the image cache has no labels',
    },
    {
      made: cluster({trouble: refusing(/^read/)}),
      more: {},
      reason: 'the image cache could not be read: Not allowed',
    },
  ])('is scanned: $reason', async ({made, more, reason}) => {
    const answer = await read(made, {fresh: {provenWithinMs}, ...more})
    expect(names(answer)).toEqual(scanned)
    expect(answer.reading).toMatchObject({
      identity: {uid: 'uid-east', isFallback: false},
      serverVersion: 'v1.36.3',
      tier: 'scan',
      tierReason: reason,
    })
  })

  test('has no tier where nothing can be read', async () => {
    const {reading} = await read(cluster({cache: cached(), trouble: refusing(/^list/)}), {fresh: {provenWithinMs}})
    expect(reading).toMatchObject({problem: {class: 'forbidden'}})
    expect(reading).not.toHaveProperty('tierReason')
  })

  test('of a cluster that does not answer is waited for once', async () => {
    const made = cluster({trouble: failing(/./, () => new HubspokeError('unreachable', 'Cut.'))})
    await expect(read(made, {fresh: {provenWithinMs}})).rejects.toThrow('Cut.')
    expect(made.requests).toEqual(Array.from({length: 3}, () => `read ${place}`))
  })
})

describe('a scan that was asked for', () => {
  test('does not look at the cache', async () => {
    const made = cluster({cache: cached()})
    expect((await read(made, {fresh: 'scan'})).reading).toMatchObject({tier: 'scan', tierReason: 'asked for'})
    expect(made.requests).not.toContain(`read ${place}`)
  })
})

describe('an answer from the cache', () => {
  test('is as old as it says, has no UIDs, and lists nothing', async () => {
    const made = cluster({cache: cached()})
    const answer = await read(made, {fresh: 'cache'})
    expect(names(answer)).toEqual(['Deployment cached/web'])
    expect(answer.reading).toMatchObject({
      identity: {uid: 'uid-east', isFallback: false, fromCache: true},
      tier: 'cache',
      tierReason: 'the image cache was taken as it is, with its UID',
      cacheAgeMs: 60_000,
      workloadsRead: 1,
    })
    expect(answer.reading.matches[0]?.uid).toBe('')
    expect(made.requests).toEqual([`read ${place}`])
    expect(answer.reading.cost.requests).toBe(1)
  })

  test('believes what the cache says of its cluster', async () => {
    const answer = await read(cluster({cache: cached({clusterUid: 'other'})}), {fresh: 'cache'})
    expect(names(answer)).toEqual(['Deployment cached/web'])
    expect(answer.reading).toMatchObject({identity: {uid: 'other', fromCache: true}, tier: 'cache'})
  })

  test('asks the cluster who it is where the cache does not say', async () => {
    const made = cluster({cache: '{"web:1": ["old/web"]}'})
    const {reading} = await read(made, {fresh: 'cache', kinds: ['Deployment']})
    expect(reading.identity).toEqual({uid: 'uid-east', isFallback: false})
    expect(made.requests).toEqual([`read ${place}`, 'identity'])
  })

  test('is the same as a scan finds, but for the UIDs', async () => {
    const made = cluster({cache: cached({cachedWorkloads: workloads})})
    const [fromCache, fromList] = [await read(made, {fresh: 'cache'}), await read(made)]
    const known = fromList.reading.matches.map((match) => ({...match, uid: ''}))
    expect(fromCache.reading.matches).toEqual(known)
    expect(fromCache.reading.workloadsRead).toBe(fromList.reading.workloadsRead)
  })

  test('may come from an older form, which is said', async () => {
    const answer = await read(cluster({cache: '{"web:1": ["old/web"]}'}), {fresh: 'cache', kinds: ['Deployment']})
    expect(names(answer)).toEqual(['Deployment old/web'])
    expect(answer.reading.tierReason).toContain('unverified')
    expect(answer.reading).not.toHaveProperty('cacheAgeMs')
  })

  test('from a cache of the future is new', async () => {
    const future = cached().replace('2026-11-24T11:59', '2026-11-24T13:00')
    expect((await read(cluster({cache: future}), {fresh: 'cache'})).reading.cacheAgeMs).toBe(0)
  })

  test.each([
    {made: cluster(), reason: 'no image cache in this cluster'},
    {made: cluster({cache: '{'}), reason: 'the image cache cannot be used: the image cache is not a JSON object'},
    {made: cluster({trouble: refusing(/^read/)}), reason: 'the image cache could not be read: Not allowed'},
  ])('falls to a scan, seen: $reason', async ({made, reason}) => {
    const answer = await read(made, {fresh: 'cache'})
    expect(names(answer)).toEqual(scanned)
    expect(answer.reading).toMatchObject({tier: 'scan', tierReason: reason})
  })

  test.each([{more: {selector: 'app=web'}, reason: 'the image cache has no labels'}])(
    'is not given: $reason',
    async ({more, reason}) => {
      const answer = await read(cluster({cache: cached()}), {fresh: 'cache', ...more})
      expect(names(answer)).toEqual(scanned)
      expect(answer.reading).toMatchObject({tier: 'scan', tierReason: reason})
    },
  )
})

describe('trouble', () => {
  test('with the identity is trouble with the cluster: nobody could say whose workloads these are', async () => {
    const trouble = failing(/identity/, () => new HubspokeError('unauthenticated', 'Who are you?'))
    await expect(read(cluster({trouble}))).rejects.toThrow('Who are you?')
    await expect(read(cluster({trouble}), {fresh: 'cache'})).rejects.toThrow('Who are you?')
  })

  test('with the connection is waited for once, and not again by a list', async () => {
    const made = cluster({trouble: failing(/./, () => new HubspokeError('unreachable', 'Cut.'))})
    await expect(read(made, {fresh: 'cache'})).rejects.toThrow('Cut.')
    expect(made.requests).toEqual(Array.from({length: 3}, () => `read ${place}`))
  })

  test('with the cache alone is no trouble for an exact answer', async () => {
    const trouble = failing(/^read/, () => new HubspokeError('timeout', 'No answer.'))
    const answer = await read(cluster({trouble}))
    expect(names(answer)).toEqual(scanned)
    expect(answer.reading.tierReason).toBe('the image cache could not be read: No answer')
  })

  test('that passes is waited for', async () => {
    const trouble = failing(/identity|Deployment|read/, () => new HubspokeError('unreachable', 'Cut.'), 3)
    const answer = await read(cluster({cache: cached(), trouble}))
    expect(answer.reading).toMatchObject({tierReason: 'a list is estimated to take 0ms, catching up 800ms', unread: []})
  })

  test('with a kind leaves that kind unread', async () => {
    const answer = await read(cluster({trouble: refusing(/DaemonSet/)}))
    expect(names(answer)).toEqual(scanned.slice(0, 2))
    expect(answer.reading.unread.map(({kind}) => kind)).toEqual(['DaemonSet', 'DaemonSet'])
  })

  test('with all kinds is a problem, and no tier answered', async () => {
    const {reading} = await read(cluster({trouble: refusing(/^list/)}))
    expect(reading).toMatchObject({problem: {class: 'forbidden'}, matches: [], identity: {uid: 'uid-east'}})
    expect(reading).not.toHaveProperty('tier')
    expect(reading).not.toHaveProperty('tierReason')
  })

  test('of hubspoke’s own making is not hidden', async () => {
    for (const what of [/version/, /^read/, /identity/, /DaemonSet/]) {
      const trouble = failing(what, () => new TypeError('oops'))
      await expect(read(cluster({trouble}))).rejects.toThrow(TypeError)
    }
  })
})

describe('what may not be read', () => {
  const stale = [workload('shop/gone', 'web:1'), workload('pay/web', 'web:1'), workload('DaemonSet/pay/web', 'web:1')]
  const ofCache = (answer: Awaited<ReturnType<typeof read>>) =>
    answer.reading.cachedOnly?.matches.map(({kind, namespace, name}) => `${kind} ${namespace}/${name}`)

  test('is told as the image cache has it; of what was read the cache has nothing to say', async () => {
    const trouble = refusing(/^list \w+ in pay/)
    const from = cluster({cache: cached({cachedWorkloads: stale}), trouble})
    const answer = await read(from, {namespaces: chooseNamespaces(['shop', 'pay'])})
    expect(ofCache(answer)).toEqual(['Deployment pay/web', 'DaemonSet pay/web'])
    expect(answer.reading.cachedOnly?.ageMs).toBe(60_000)
    expect(from.requests.filter((what) => what === `read ${place}`)).toHaveLength(1)
  })

  test('instead of all namespaces those that were named are read, and the rest is told', async () => {
    const from = cluster({cache: cached({cachedWorkloads: stale}), trouble: refusing(/^list Deployment$/)})
    expect(ofCache(await read(from, {namespaces: chooseNamespaces(['shop', 'p*'])}))).toEqual(['Deployment pay/web'])
  })

  test('is not what failed for another reason: nobody is kept from trying again', async () => {
    const from = cluster({
      cache: cached({cachedWorkloads: stale}),
      trouble: failing(/^list Deployment/, () => new HubspokeError('server-error', 'Broken.', {status: 400})),
    })
    const answer = await read(from, {fresh: 'scan'})
    expect(answer.reading.unread).toHaveLength(1)
    expect(answer.reading.cachedOnly).toBeUndefined()
    expect(from.requests).not.toContain(`read ${place}`)
  })
})
