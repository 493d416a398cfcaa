import {describe, expect, test} from 'vitest'
import type {WorkloadPage} from '../../kube/ports/workloads.ts'
import {HubspokeError} from '../../model/failure.ts'
import {type WorkloadImages, workloadKinds} from '../../model/workload.ts'
import {chooseNamespaces} from '../select/select-namespaces.ts'
import {fakeClock} from '../testing/fake-clock.ts'
import {type FakeCluster, failing, fakeCluster, refusing, workload} from '../testing/fake-cluster.ts'
import {type ScanRequest, scanWorkloads} from './scan-workloads.ts'

const workloads = [
  workload('shop/web', 'web:1'),
  workload('shop/api', 'api:1'),
  workload('blog/web', 'web:1'),
  workload('default/tool', 'tool:1'),
  workload('StatefulSet/shop/db', 'postgres:16'),
  workload('DaemonSet/kube-system/proxy', 'proxy:1'),
]

const placeOf = ({kind, namespace, name}: WorkloadImages): string => `${kind} ${namespace}/${name}`

function scan(
  cluster: FakeCluster,
  {namespaces = [], ...request}: {namespaces?: string[]} & Partial<Omit<ScanRequest, 'namespaces'>> = {},
) {
  const wanted = {kinds: workloadKinds, namespaces: chooseNamespaces(namespaces), ...request}
  return scanWorkloads(cluster, wanted, placeOf, {clock: fakeClock(), signal: new AbortController().signal})
}

describe('a whole scan', () => {
  test('lists each kind once over all namespaces', async () => {
    const cluster = fakeCluster({workloads})
    const found = await scan(cluster)
    expect(cluster.requests).toEqual(['list Deployment', 'list StatefulSet', 'list DaemonSet'])
    expect(found.kept).toEqual(workloads.map(placeOf))
    expect(found).toMatchObject({workloadsRead: 6, unread: [], isWhole: true})
    expect([...found.resourceVersions.keys()]).toEqual(workloadKinds)
  })

  test('keeps the selected workloads of every page, and counts the rest', async () => {
    const cluster = fakeCluster({workloads, pageSize: 3})
    const wanted = {kinds: workloadKinds, namespaces: chooseNamespaces([])}
    const keep = (one: WorkloadImages) => (one.name === 'tool' ? one.name : undefined)
    const found = await scanWorkloads(cluster, wanted, keep, {clock: fakeClock(), signal: new AbortController().signal})
    expect(cluster.requests).toContain('list Deployment from 3')
    expect(found).toMatchObject({kept: ['tool'], workloadsRead: 6})
  })

  test('drops the pages from before a restart of the list', async () => {
    const cluster = fakeCluster({workloads})
    async function* restarting(): AsyncGenerator<WorkloadPage & {restarted?: boolean}> {
      yield {workloads: [workload('shop/gone', 'web:1'), workload('shop/web', 'web:1')], resourceVersion: '5'}
      yield {workloads: [workload('shop/web', 'web:1')], resourceVersion: '9', restarted: true}
      yield {workloads: [workload('shop/zzz', 'web:1')], resourceVersion: '9'}
    }
    const found = await scan({...cluster, workloads: {...cluster.workloads, list: restarting}}, {kinds: ['Deployment']})
    expect(found.kept).toEqual(['Deployment shop/web', 'Deployment shop/zzz'])
    expect(found.workloadsRead).toBe(2)
    expect(found.resourceVersions.get('Deployment')).toBe('9')
  })

  test('restarts a list that broke in the middle, without its earlier pages', async () => {
    const breaks = failing(/from 2/, () => new HubspokeError('unreachable', 'Cut.'), 1)
    const found = await scan(fakeCluster({workloads, pageSize: 2, trouble: breaks}))
    expect(found.kept).toEqual(workloads.map(placeOf))
    expect(found).toMatchObject({workloadsRead: 6, isWhole: true})
  })
})

describe('a partial scan', () => {
  test.each([
    {request: {kinds: ['Deployment', 'StatefulSet'] as const}, because: 'a kind is missing'},
    {request: {namespaces: ['*']}, because: 'namespaces were chosen'},
    {request: {selector: 'app=web'}, because: 'a selector excludes some'},
  ])('is not whole: $because', async ({request}) => {
    expect((await scan(fakeCluster({workloads}), request)).isWhole).toBe(false)
  })

  test('is not whole: a kind was refused', async () => {
    expect((await scan(fakeCluster({workloads, trouble: refusing(/DaemonSet/)}))).isWhole).toBe(false)
  })
})

describe('namespaces', () => {
  test('that are named are listed separately', async () => {
    const cluster = fakeCluster({workloads})
    const found = await scan(cluster, {namespaces: ['shop', 'blog'], kinds: ['Deployment']})
    expect(cluster.requests).toEqual(['list Deployment in shop', 'list Deployment in blog'])
    expect(found.kept).toEqual(['Deployment shop/web', 'Deployment shop/api', 'Deployment blog/web'])
    expect(found.resourceVersions.size).toBe(0)
  })

  test('of a glob, and named ones with it, filter one list of the whole cluster', async () => {
    const cluster = fakeCluster({workloads})
    const found = await scan(cluster, {namespaces: ['b*', 'default', 'nope'], kinds: ['Deployment']})
    expect(cluster.requests).toEqual(['list Deployment'])
    expect(found.kept).toEqual(['Deployment blog/web', 'Deployment default/tool'])
    expect(found.workloadsRead).toBe(2)
    expect([...found.patternsSeen]).toEqual(['b*', 'default'])
  })

  test('the selector is sent to the server, in both forms of lists', async () => {
    const cluster = fakeCluster({workloads})
    await scan(cluster, {selector: 'app=web', kinds: ['Deployment']})
    await scan(cluster, {selector: 'app=web', kinds: ['Deployment'], namespaces: ['shop']})
    expect(cluster.requests).toEqual(['list Deployment -l app=web', 'list Deployment in shop -l app=web'])
  })
})

describe('without permission to list a whole cluster', () => {
  const trouble = refusing(/^list \w+$/)

  test('the namespace of the context is read, and the rest is unread', async () => {
    const found = await scan(fakeCluster({workloads, trouble}))
    expect(found.kept).toEqual(['Deployment default/tool'])
    expect(found.unread.map(({kind, namespace, failure}) => [kind, namespace, failure.class])).toEqual(
      workloadKinds.map((kind) => [kind, undefined, 'forbidden']),
    )
    expect(found.problem).toBeUndefined()
  })

  test('namespaces that were named in addition to a glob are read', async () => {
    const cluster = fakeCluster({workloads, trouble})
    const found = await scan(cluster, {namespaces: ['shop', 'b*'], kinds: ['Deployment']})
    expect(cluster.requests).toEqual(['list Deployment', 'list Deployment in shop'])
    expect(found.kept).toEqual(['Deployment shop/web', 'Deployment shop/api'])
    expect(found.unread).toHaveLength(1)
  })

  test('the namespace of the context is read only if it is selected', async () => {
    const cluster = fakeCluster({workloads, trouble})
    const found = await scan(cluster, {namespaces: ['s*'], kinds: ['Deployment']})
    expect(cluster.requests).toEqual(['list Deployment'])
    expect(found.problem?.class).toBe('forbidden')
    expect((await scan(cluster, {namespaces: ['def*'], kinds: ['Deployment']})).kept).toEqual([
      'Deployment default/tool',
    ])
  })

  test('a named namespace that is refused is unread by its name', async () => {
    const found = await scan(fakeCluster({workloads, trouble: refusing(/in blog/)}), {namespaces: ['shop', 'blog']})
    expect(found.kept).toHaveLength(3)
    expect(found.unread.map(({kind, namespace}) => `${kind} in ${namespace}`)).toEqual([
      'Deployment in blog',
      'StatefulSet in blog',
      'DaemonSet in blog',
    ])
  })
})

describe('trouble', () => {
  const broken = () => new HubspokeError('server-error', 'Internal error.', {status: 500})

  test('with one kind does not affect the others', async () => {
    const cluster = fakeCluster({workloads, trouble: failing(/StatefulSet/, broken)})
    const found = await scan(cluster)
    expect(found.kept).toHaveLength(5)
    expect(found.unread).toEqual([
      {kind: 'StatefulSet', failure: {class: 'server-error', message: 'Internal error.', suggestions: []}},
    ])
    expect(cluster.requests.filter((request) => request === 'list StatefulSet')).toHaveLength(3)
  })

  test('with every kind is the problem of the cluster', async () => {
    const found = await scan(fakeCluster({workloads, trouble: failing(/list/, broken)}))
    expect(found).toMatchObject({kept: [], unread: [], isWhole: false, problem: {class: 'server-error'}})
  })

  test('other than permission does not lead to reads of single namespaces', async () => {
    const cluster = fakeCluster({
      workloads,
      trouble: failing(/^list \w+$/, () => new HubspokeError('timeout', 'Slow.')),
    })
    expect((await scan(cluster)).problem?.class).toBe('timeout')
    expect(cluster.requests).toHaveLength(3)
  })

  test('that is a bug is not hidden', async () => {
    const bug = failing(/StatefulSet/, () => new TypeError('oops'))
    await expect(scan(fakeCluster({workloads, trouble: bug}))).rejects.toThrow(TypeError)
  })
})
