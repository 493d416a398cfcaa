import {describe, expect, test} from 'vitest'
import {parseImageQuery} from '../../image/image-query.ts'
import type {ChangesSince, Unproven} from '../../kube/ports/workloads.ts'
import {HubspokeError} from '../../model/failure.ts'
import {type WorkloadImages, type WorkloadKind, workloadKinds} from '../../model/workload.ts'
import {isProblem} from '../../shared/problem.ts'
import {buildImageCache, type ImageCache} from '../cache/image-cache.ts'
import {chooseNamespaces} from '../select/select-namespaces.ts'
import {fakeClock} from '../testing/fake-clock.ts'
import {type FakeClusterOptions, failing, fakeCluster, refusing, workload} from '../testing/fake-cluster.ts'
import {answerByChanges} from './answer-by-changes.ts'
import type {Reader} from './reader.ts'

/** The running workloads; the cache, and the changes, differ, so that the source of an answer can be seen. */
const live = [
  workload('live/web', 'web:1'),
  workload('StatefulSet/live/web', 'web:1'),
  workload('DaemonSet/live/web', 'web:1'),
]
const cachedOnes = [
  workload('cached/web', 'web:1'),
  workload('StatefulSet/cached/web', 'web:1'),
  workload('DaemonSet/cached/web', 'web:1'),
]

function cacheOf(kinds: readonly WorkloadKind[] = workloadKinds): ImageCache {
  return buildImageCache({
    clusterUid: 'uid-east',
    builtAt: new Date('2026-11-24T11:59:00Z'),
    resourceVersions: new Map(kinds.map((kind, i) => [kind, String(10 + i)])),
    workloads: cachedOnes.filter(({kind}) => kinds.includes(kind)),
  })
}

async function ask(options: FakeClusterOptions, more: {cache?: ImageCache; kinds?: readonly WorkloadKind[]} = {}) {
  const query = parseImageQuery('web')
  if (isProblem(query)) throw new Error(query.problem)
  const cluster = fakeCluster({workloads: live, ...options})
  const reader: Reader = {
    cluster,
    request: {
      query,
      kinds: more.kinds ?? workloadKinds,
      namespaces: chooseNamespaces([]),
      fresh: 'exact',
      writes: false,
      cacheNamespace: 'hubspoke-system',
    },
    deps: {clock: fakeClock(), signal: new AbortController().signal},
    identity: async () => ({uid: 'uid-east', isFallback: false}),
    version: async () => undefined,
    imageCache: async () => ({state: 'missing'}),
  }
  const answer = await answerByChanges(reader, more.cache ?? cacheOf(), 60_000)
  return {answer, cluster, found: answer.matches.map(({kind, namespace}) => `${kind} ${namespace}`)}
}

const changed = (...now: readonly WorkloadImages[]): ChangesSince => ({
  changes: now.map((one) => ({
    type: 'changed',
    wasThere: cachedOnes.some(({name}) => name === one.name),
    workload: one,
  })),
  provenAt: '99',
})

describe('a kind whose changes are proved', () => {
  test('is answered by the cache with its changes, without a list', async () => {
    const changes = {
      Deployment: changed(workload('new/web', 'web:2'), workload('cached/web', 'api:1')),
      DaemonSet: {
        changes: [{type: 'deleted', wasThere: true, workload: workload('DaemonSet/cached/web')}],
        provenAt: '99',
      },
    } as const
    const {answer, cluster, found} = await ask({changes})
    expect(found).toEqual(['StatefulSet cached', 'Deployment new'])
    expect(answer).toMatchObject({
      tier: 'cache+changes',
      tierReason: 'the image cache with 3 changes',
      cacheAgeMs: 60_000,
      workloadsRead: 3,
      unread: [],
    })
    expect(cluster.requests).toEqual([
      'changes Deployment since 10',
      'changes StatefulSet since 11',
      'changes DaemonSet since 12',
    ])
  })

  test('is read only if it was requested', async () => {
    const {found, cluster} = await ask({}, {kinds: ['StatefulSet']})
    expect(found).toEqual(['StatefulSet cached'])
    expect(cluster.requests).toEqual(['changes StatefulSet since 11'])
  })
})

const reasons: Readonly<Record<Unproven, string>> = {
  expired: 'the server no longer has changes that old',
  ahead: 'the image cache is ahead of the cluster',
  incomparable: 'its version is not one to start from',
  forbidden: 'changes may not be watched',
  silent: 'the server sent no proof in time',
  failed: 'the changes could not be read',
}

describe('a kind without a proof', () => {
  test.each(Object.entries(reasons) as [Unproven, string][])(
    'is scanned, that kind alone: %s',
    async (unproven, why) => {
      const changes = {Deployment: changed(workload('new/web', 'web:2')), StatefulSet: {unproven}}
      const {answer, cluster, found} = await ask({changes})
      expect(found.toSorted()).toEqual(['DaemonSet cached', 'Deployment cached', 'Deployment new', 'StatefulSet live'])
      expect(answer).toMatchObject({
        tier: 'cache+changes',
        tierReason: `the image cache with 1 change; StatefulSets scanned: ${why}`,
        workloadsRead: 4,
        unread: [],
      })
      expect(answer).not.toHaveProperty('problem')
      expect(cluster.requests.filter((request) => request.startsWith('list'))).toEqual(['list StatefulSet'])
    },
  )

  test('is one that the cache does not contain', async () => {
    const {answer, cluster, found} = await ask({}, {cache: cacheOf(['Deployment', 'StatefulSet'])})
    expect(found).toEqual(['Deployment cached', 'StatefulSet cached', 'DaemonSet live'])
    expect(answer.tierReason).toBe(
      'the image cache with no changes; DaemonSets scanned: the image cache does not list them',
    )
    expect(cluster.requests).not.toContain('changes DaemonSet since 12')
  })

  test('makes the answer a scan if it is every kind', async () => {
    const changes = {
      Deployment: {unproven: 'expired'},
      StatefulSet: {unproven: 'expired'},
      DaemonSet: {unproven: 'expired'},
    } as const
    const {answer, found} = await ask({changes})
    expect(found).toEqual(['Deployment live', 'StatefulSet live', 'DaemonSet live'])
    expect(answer).toMatchObject({
      tier: 'scan',
      tierReason: 'the image cache could not be brought up to date: the server no longer has changes that old',
      workloadsRead: 3,
    })
    expect(answer).not.toHaveProperty('cacheAgeMs')
  })

  test('is unread where it cannot be listed either', async () => {
    const {answer, found} = await ask({
      changes: {StatefulSet: {unproven: 'forbidden'}},
      trouble: refusing(/list StatefulSet/),
    })
    expect(found).toEqual(['Deployment cached', 'DaemonSet cached'])
    expect(answer.unread).toEqual([{kind: 'StatefulSet', failure: expect.objectContaining({class: 'forbidden'})}])
    expect(answer.tier).toBe('cache+changes')
  })

  test('is unread where it cannot be listed, also where every other kind was listed', async () => {
    const unproven = {unproven: 'expired'} as const
    const {answer, found} = await ask({
      changes: {Deployment: unproven, StatefulSet: unproven, DaemonSet: unproven},
      trouble: refusing(/list Deployment/),
    })
    expect(found).toEqual(['StatefulSet live', 'DaemonSet live'])
    expect(answer.unread.map(({kind}) => kind)).toEqual(['Deployment'])
    expect(answer.tier).toBe('scan')
    expect(answer).not.toHaveProperty('problem')
  })

  test('is unread in part where it can be listed in part', async () => {
    const {answer} = await ask({
      changes: {StatefulSet: {unproven: 'forbidden'}},
      trouble: refusing(/list StatefulSet$/),
    })
    expect(answer.unread.map(({kind, namespace}) => [kind, namespace])).toEqual([['StatefulSet', undefined]])
  })

  test('is a problem where nothing at all can be read', async () => {
    const unproven = {unproven: 'forbidden'} as const
    const {answer} = await ask({
      changes: {Deployment: unproven, StatefulSet: unproven, DaemonSet: unproven},
      trouble: refusing(/^list/),
    })
    expect(answer).toMatchObject({problem: {class: 'forbidden'}, unread: [], matches: []})
    expect(answer).not.toHaveProperty('tier')
  })

  test('is waited for like any list', async () => {
    const {found} = await ask({
      changes: {StatefulSet: {unproven: 'failed'}},
      trouble: failing(/list/, () => new HubspokeError('unreachable', 'Cut.'), 2),
    })
    expect(found).toContain('StatefulSet live')
  })
})

test('a bug in reading changes is not hidden', async () => {
  await expect(ask({trouble: failing(/changes DaemonSet/, () => new TypeError('oops'))})).rejects.toThrow(TypeError)
})
