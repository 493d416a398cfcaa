import {describe, expect, test} from 'vitest'
import type {ClusterIdentity} from '../../model/cluster.ts'
import type {HubEvent} from '../../model/event.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {RecordedTarget} from '../../model/recorded-run.ts'
import {type WorkloadTarget, workloadTarget} from '../../model/workload-target.ts'
import {done, open} from '../../summary/testing/recorded.ts'
import {fakeClock} from '../testing/fake-clock.ts'
import {type FakeClusterOptions, fakeCluster} from '../testing/fake-cluster.ts'
import {findRecorded} from './find-recorded.ts'
import {planRecorded} from './plan-recorded.ts'

const runId = '20261124-030412-9f3a'
const query = {text: 'web', repository: {domain: 'docker.io', path: 'library/web'}}
const images = [{container: 'app', image: 'web:2', role: 'container'}] as const

/** A kubeconfig of fake clusters; what is recorded of the contexts is by `uid-of-<context>` and `https://<context>.example:6443`. */
function scene(clusters: Readonly<Record<string, Partial<FakeClusterOptions> & {readonly server?: string}>>) {
  const events: HubEvent[] = []
  const stop = new AbortController()
  const opened = new Map(
    Object.entries(clusters).map(([context, options]) => [
      context,
      fakeCluster({identity: {uid: `uid-of-${context}`, isFallback: false}, ...options, context}),
    ]),
  )
  const contexts = Object.entries(clusters).map(([name, {server}]) => ({
    name,
    server: server ?? `https://${name}.example:6443`,
    namespace: 'default',
  }))
  const deps = {
    clock: fakeClock(),
    signal: stop.signal,
    onEvent: (event: HubEvent) => void events.push(event),
    endpointOf: (context: string) => context,
    open(context: string) {
      const cluster = opened.get(context)
      if (cluster === undefined) throw new RangeError(context)
      return cluster
    },
  }
  return {
    stop,
    events,
    asked: () => [...opened].filter(([, {requests}]) => requests.length > 0).map(([context]) => context),
    async find(targets: readonly RecordedTarget<WorkloadTarget>[]) {
      const {readings, scope} = await findRecorded({runId, query, targets, excluded: [], contexts}, deps)
      return {readings, scope, ...planRecorded(readings, {runId, targets, excluded: []})}
    },
  }
}

const is = (uid: string, isFallback = false): {identity: ClusterIdentity} => ({identity: {uid, isFallback}})
const down = {trouble: () => Promise.reject(new HubspokeError('unreachable', 'Cannot reach it.'))}
const web = open('eu/shop/Deployment/web', 'writing')
const cart = open('us/pay/StatefulSet/cart', 'planned')

test('asks who the clusters are, and plans what is recorded, in its order', async () => {
  const {find, asked} = scene({us: {}, eu: {}, other: {}})
  const {targets, unreached, scope, readings} = await find([web, cart])
  expect(targets).toEqual([web.target, cart.target])
  expect(unreached).toEqual([])
  expect(scope).toEqual({
    kinds: ['Deployment', 'StatefulSet'],
    namespaces: ['pay', 'shop'],
    contexts: ['eu', 'us'],
    contextsLeftOut: [],
    targetsOf: {type: 'run', name: runId},
  })
  expect(readings).toMatchObject([
    {tier: 'ledger', tierReason: `targets of the run ${runId}`, serverVersion: 'v1.36.3', cost: {requests: 3}},
    {tier: 'ledger'},
  ])
  expect(asked().sort()).toEqual(['eu', 'us'])
})

describe('what the plan wants to know of the targets', () => {
  const traits = {owner: null, replacement: {recreates: true, wanted: 1, awayAtOnce: 1, podLabels: {}}}
  const {kind, namespace, name, uid} = web.target
  const listed = {kind, namespace, name, uid, images, traits}

  test('is listed in their namespaces, for themselves alone: not for one that has taken a name', async () => {
    const other = {...listed, uid: 'another'}
    const {find} = scene({eu: {workloads: [listed, other]}})
    const {traits: known, readings, targets, asRecorded} = await find([web])
    expect(targets).toEqual([{...web.target, matched: images}])
    expect(asRecorded).toEqual(new Set())
    expect([...(known ?? [])]).toEqual([[web.target.key, traits]])
    expect(readings[0]).toMatchObject({workloadsRead: 2, unread: [], cost: {requests: 3}})
  })

  test('is left out where it may not be listed: the targets are planned all the same', async () => {
    const trouble = (request: string) => {
      if (request.startsWith('list')) throw new HubspokeError('forbidden', 'May not list.')
    }
    const {find} = scene({eu: {workloads: [listed], trouble}})
    const {targets, traits: known, readings} = await find([web])
    expect(targets).toEqual([web.target])
    expect(known).toEqual(new Map())
    expect(readings[0]).toMatchObject({unread: [], workloadsRead: 0})
    expect(readings[0]).not.toHaveProperty('problem')
  })

  test('has no images of one that runs others by now: it is planned with the recorded ones', async () => {
    const others = [{...images[0], image: 'other:2'}]
    const {find} = scene({eu: {workloads: [{...listed, images: others}]}})
    const {targets, asRecorded} = await find([web])
    expect(targets).toEqual([web.target])
    expect(asRecorded).toEqual(new Set([web.target.key]))
  })

  test('is asked in all namespaces at once where there are many', async () => {
    const many = Array.from({length: 11}, (_, index) => open(`eu/shop-${index}/Deployment/web`, 'planned'))
    const {find} = scene({eu: {}})
    expect((await find(many)).readings[0]).toMatchObject({cost: {requests: 3}})
  })
})

describe('refuses all of it', () => {
  test.each([
    {eu: is('uid-of-us'), says: '"uid-of-us".', because: 'the context leads elsewhere'},
    {
      eu: is('sha256:1', true),
      says: 'its namespace "kube-system" may not be read',
      because: 'nobody can tell any more',
    },
  ])('$because', async ({eu, says}) => {
    const {find} = scene({eu, us: {}})
    const refusal = find([web, cart])
    await expect(refusal).rejects.toMatchObject({failureClass: 'usage', message: expect.stringContaining(says)})
    await expect(refusal).rejects.toThrow('the UID of that one is "uid-of-eu"')
  })

  test('when a context is gone, and those with its server lead elsewhere or cannot be asked', async () => {
    const server = 'https://eu.example:6443'
    const {find} = scene({us: {}, moved: {server}, dead: {server, ...down}})
    const refusal = find([web, cart])
    await expect(refusal).rejects.toThrow(
      'of the contexts with that server ("moved", "dead") none leads to its cluster',
    )
    await expect(refusal).rejects.toThrow('Cannot reach it.')
  })
})

test('a context that is gone: the first with its server that leads to its cluster, and no further one is asked', async () => {
  const server = 'https://eu.example:6443'
  const there = {server, ...is('uid-of-eu')}
  const {find, events, asked} = scene({moved: {server}, first: there, second: there})
  const {targets} = await find([web])
  expect(targets).toEqual([workloadTarget({...web.target, context: 'first'})])
  expect(asked()).toEqual(['moved', 'first'])
  expect(events).toContainEqual({
    type: 'notice',
    message: 'Context "eu" is not in the kubeconfig any more; "first" leads to the same cluster and is taken.',
  })
})

test('a context that is down, while another recorded one leads to its cluster: that one is taken', async () => {
  const target = workloadTarget({...cart.target, context: 'admin', clusterUid: 'uid-of-eu'})
  const admin: RecordedTarget<WorkloadTarget> = {...cart, target}
  const {find} = scene({eu: down, admin: is('uid-of-eu')})
  const {targets, unreached, readings} = await find([web, admin])
  expect(targets.map(({via}) => via)).toEqual(['admin', 'admin'])
  expect(targets).toMatchObject(targets.map(() => ({context: 'admin', server: 'https://admin.example:6443'})))
  expect(unreached).toEqual([])
  expect(readings[0]).toMatchObject({context: {name: 'eu'}, problem: {class: 'unreachable'}})
})

test.each([
  {recorded: cart, outcome: 'not-run', says: 'not started: Cannot reach it.', because: 'no write was sent'},
  {
    recorded: open('us/pay/StatefulSet/cart', 'writing'),
    outcome: 'unverified',
    says: `the run ${runId} may have written it, and it could not be looked at`,
    because: 'a write was announced',
  },
  {
    recorded: done('us/pay/StatefulSet/cart', 'unverified'),
    outcome: 'unverified',
    says: `the run ${runId} has written it, and it could not be looked at`,
    because: 'a write was accepted',
  },
])('in a cluster that is down a target is $outcome: $because', async ({recorded, outcome, says}) => {
  const {find} = scene({eu: {}, us: down})
  const {targets, unreached} = await find([web, recorded])
  expect(targets).toEqual([web.target])
  expect(unreached).toMatchObject([{target: recorded.target, outcome, failure: {class: 'unreachable'}}])
  expect(unreached?.[0]?.reason).toContain(says)
})

test('stopped, it ends at once, and no target is forgotten', async () => {
  const {find, stop} = scene({eu: {trouble: () => new Promise<void>(() => undefined)}})
  const found = find([web])
  stop.abort()
  const {targets, unreached} = await found
  expect(targets).toEqual([])
  expect(unreached).toMatchObject([{target: web.target, outcome: 'unverified', failure: {class: 'timeout'}}])
})
