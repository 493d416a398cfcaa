import {describe, expect, test} from 'vitest'
import type {ClusterIdentity} from '../../model/cluster.ts'
import type {HubEvent} from '../../model/event.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {RecordedTarget} from '../../model/recorded-run.ts'
import {targetKey} from '../../model/target.ts'
import {done, open} from '../../summary/testing/recorded.ts'
import {fakeClock} from '../testing/fake-clock.ts'
import {type FakeClusterOptions, fakeCluster} from '../testing/fake-cluster.ts'
import {planRecalled} from './plan-recalled.ts'
import {recallTargets} from './recall-targets.ts'

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
    async recall(targets: readonly RecordedTarget[]) {
      const {readings, scope} = await recallTargets({runId, query, targets, excluded: [], contexts}, deps)
      return {readings, scope, ...planRecalled(readings, {runId, targets, excluded: []})}
    },
  }
}

const is = (uid: string, isFallback = false): {identity: ClusterIdentity} => ({identity: {uid, isFallback}})
const down = {trouble: () => Promise.reject(new HubspokeError('unreachable', 'Cannot reach it.'))}
const web = open('eu/shop/Deployment/web', 'writing')
const cart = open('us/pay/StatefulSet/cart', 'planned')

test('asks who the clusters are, and plans what is recorded, in its order', async () => {
  const {recall, asked} = scene({us: {}, eu: {}, other: {}})
  const {targets, unreached, scope, readings} = await recall([web, cart])
  expect(targets).toEqual([web.target, cart.target])
  expect(unreached).toEqual([])
  expect(scope).toEqual({
    kinds: ['Deployment', 'StatefulSet'],
    namespaces: ['pay', 'shop'],
    contexts: ['eu', 'us'],
    contextsLeftOut: [],
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
    const {recall} = scene({eu: {workloads: [listed, other]}})
    const {traits: known, readings, targets, asRecorded} = await recall([web])
    expect(targets).toEqual([{...web.target, matched: images}])
    expect(asRecorded).toEqual(new Set())
    expect([...(known ?? [])]).toEqual([[targetKey(web.target), traits]])
    expect(readings[0]).toMatchObject({workloadsRead: 2, unread: [], cost: {requests: 3}})
  })

  test('is left out where it may not be listed: the targets are planned all the same', async () => {
    const trouble = (request: string) => {
      if (request.startsWith('list')) throw new HubspokeError('forbidden', 'May not list.')
    }
    const {recall} = scene({eu: {workloads: [listed], trouble}})
    const {targets, traits: known, readings} = await recall([web])
    expect(targets).toEqual([web.target])
    expect(known).toEqual(new Map())
    expect(readings[0]).toMatchObject({unread: [], workloadsRead: 0})
    expect(readings[0]).not.toHaveProperty('problem')
  })

  test('has no images of one that runs others by now: it is planned with the recorded ones', async () => {
    const others = [{...images[0], image: 'other:2'}]
    const {recall} = scene({eu: {workloads: [{...listed, images: others}]}})
    const {targets, asRecorded} = await recall([web])
    expect(targets).toEqual([web.target])
    expect(asRecorded).toEqual(new Set([targetKey(web.target)]))
  })

  test('is asked in all namespaces at once where there are many', async () => {
    const many = Array.from({length: 11}, (_, index) => open(`eu/shop-${index}/Deployment/web`, 'planned'))
    const {recall} = scene({eu: {}})
    expect((await recall(many)).readings[0]).toMatchObject({cost: {requests: 3}})
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
    const {recall} = scene({eu, us: {}})
    const refusal = recall([web, cart])
    await expect(refusal).rejects.toMatchObject({failureClass: 'usage', message: expect.stringContaining(says)})
    await expect(refusal).rejects.toThrow('the UID of that one is "uid-of-eu"')
  })

  test('when a context is gone, and those with its server lead elsewhere or cannot be asked', async () => {
    const server = 'https://eu.example:6443'
    const {recall} = scene({us: {}, moved: {server}, dead: {server, ...down}})
    const refusal = recall([web, cart])
    await expect(refusal).rejects.toThrow(
      'of the contexts with that server ("moved", "dead") none leads to its cluster',
    )
    await expect(refusal).rejects.toThrow('Cannot reach it.')
  })
})

test('a context that is gone: the first with its server that leads to its cluster, and no further one is asked', async () => {
  const server = 'https://eu.example:6443'
  const there = {server, ...is('uid-of-eu')}
  const {recall, events, asked} = scene({moved: {server}, first: there, second: there})
  const {targets} = await recall([web])
  expect(targets).toEqual([{...web.target, context: 'first'}])
  expect(asked()).toEqual(['moved', 'first'])
  expect(events).toContainEqual({
    type: 'notice',
    message: 'Context "eu" is not in the kubeconfig any more; "first" leads to the same cluster and is taken.',
  })
})

test('a context that is down, while another recorded one leads to its cluster: that one is taken', async () => {
  const admin: RecordedTarget = {...cart, target: {...cart.target, context: 'admin', clusterUid: 'uid-of-eu'}}
  const {recall} = scene({eu: down, admin: is('uid-of-eu')})
  const {targets, unreached, readings} = await recall([web, admin])
  expect(targets.map(({context}) => context)).toEqual(['admin', 'admin'])
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
  const {recall} = scene({eu: {}, us: down})
  const {targets, unreached} = await recall([web, recorded])
  expect(targets).toEqual([web.target])
  expect(unreached).toMatchObject([{target: recorded.target, outcome, failure: {class: 'unreachable'}}])
  expect(unreached?.[0]?.reason).toContain(says)
})

test('stopped, it ends at once, and no target is forgotten', async () => {
  const {recall, stop} = scene({eu: {trouble: () => new Promise<void>(() => undefined)}})
  const recalled = recall([web])
  stop.abort()
  const {targets, unreached} = await recalled
  expect(targets).toEqual([])
  expect(unreached).toMatchObject([{target: web.target, outcome: 'unverified', failure: {class: 'timeout'}}])
})
