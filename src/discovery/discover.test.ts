import {describe, expect, test} from 'vitest'
import {parseImageQuery} from '../image/image-query.ts'
import type {HubEvent} from '../model/event.ts'
import {HubspokeError} from '../model/failure.ts'
import {workloadKinds} from '../model/workload.ts'
import {isProblem} from '../shared/problem.ts'
import {type DiscoveryRequest, discover} from './discover.ts'
import {fakeClock} from './testing/fake-clock.ts'
import {type FakeCluster, failing, fakeCluster, hang, refusing, workload} from './testing/fake-cluster.ts'

const east = () =>
  fakeCluster({context: 'east', workloads: [workload('shop/web', 'web:1'), workload('shop/api', 'api:1')]})
const west = () => fakeCluster({context: 'west', workloads: [workload('blog/web', 'web:1')], namespaces: ['empty']})

function run(
  clusters: readonly FakeCluster[],
  more: Partial<DiscoveryRequest> = {},
  controller = new AbortController(),
) {
  const query = parseImageQuery('web')
  if (isProblem(query)) throw new Error(query.problem)
  const events: HubEvent[] = []
  const opened = new Map(clusters.map((cluster) => [cluster.context.name, cluster]))
  const request: DiscoveryRequest = {
    query,
    contexts: clusters.map(({context}) => context),
    contextsLeftOut: [{name: 'old', server: 'https://old.example', namespace: 'default'}],
    kinds: workloadKinds,
    namespaces: [],
    fresh: 'exact',
    writes: false,
    cacheNamespace: 'hubspoke-system',
    ...more,
  }
  const discovery = discover(request, {
    open(name) {
      const cluster = opened.get(name)
      if (!cluster) throw new Error(`nobody knows ${name}`)
      return cluster
    },
    endpointOf: (name) => name,
    clock: fakeClock(),
    onEvent: (event) => events.push(event),
    signal: controller.signal,
  })
  return {discovery, events}
}

describe('discovery', () => {
  test('reads every context, in their order, and says what it looked at', async () => {
    const {discovery, events} = run([west(), east()], {selector: 'app', kinds: ['Deployment']})
    const {scope, readings} = await discovery
    expect(scope).toEqual({
      kinds: ['Deployment'],
      namespaces: [],
      selector: 'app',
      contexts: ['west', 'east'],
      contextsLeftOut: ['old'],
    })
    expect(readings.map(({context, matches}) => [context.name, matches.map(({namespace}) => namespace)])).toEqual([
      ['west', ['blog']],
      ['east', ['shop']],
    ])
    expect(events[0]).toEqual({type: 'discovery-started', contexts: ['west', 'east']})
    expect(events.slice(1).map((event) => event.type === 'context-read' && event.reading)).toEqual(readings)
  })

  test('reads all contexts at once: the slow one is reported last, and is listed in its place', async () => {
    const {promise, resolve} = Promise.withResolvers<void>()
    const slow = fakeCluster({context: 'slow', trouble: () => promise})
    const {discovery, events} = run([slow, east()])
    while (events.length < 2) await new Promise(setImmediate)
    expect(events[1]).toMatchObject({reading: {context: {name: 'east'}}})
    resolve()
    expect((await discovery).readings.map(({context}) => context.name)).toEqual(['slow', 'east'])
  })

  test('one that cannot be read is a reading with a problem, and costs nobody else anything', async () => {
    const dead = fakeCluster({
      context: 'dead',
      trouble: failing(/./, () => new HubspokeError('unauthenticated', 'Who are you?', {suggestions: ['log in']})),
    })
    const {readings} = await run([dead, east()]).discovery
    expect(readings[0]).toEqual({
      context: dead.context,
      cost: {connections: 1, requests: 6, bytesRead: 0},
      workloadsRead: 0,
      matches: [],
      unread: [],
      problem: {class: 'unauthenticated', message: 'Who are you?', suggestions: ['log in']},
    })
    expect(readings[1]?.matches).toHaveLength(1)
  })

  test('a bug in one context is seen there, and loses no other', async () => {
    const buggy = fakeCluster({context: 'buggy', trouble: failing(/StatefulSet/, () => new TypeError('oops'))})
    const {readings} = await run([buggy, east()]).discovery
    expect(readings[0]?.problem).toEqual({
      class: 'internal',
      message: 'A bug in hubspoke: TypeError: oops',
      suggestions: [],
    })
    expect(readings[1]?.matches).toHaveLength(1)
  })

  test('one that is known to be lost asks nothing more', async () => {
    const signals: AbortSignal[] = []
    const lost = fakeCluster({
      context: 'lost',
      trouble(request, signal) {
        if (request === 'identity') throw new HubspokeError('unauthenticated', 'Who are you?')
        signals.push(signal)
        return hang(signal)
      },
    })
    const {readings} = await run([lost, east()]).discovery
    expect(readings[0]?.problem?.class).toBe('unauthenticated')
    expect(signals.map(({aborted}) => aborted)).toEqual([true, true, true, true, true])
  })

  test('a context that cannot even be opened is a reading too', async () => {
    const ghost = {name: 'ghost', server: 'https://ghost.example', namespace: 'default'}
    const {readings} = await run([east()], {contexts: [ghost, east().context]}).discovery
    expect(readings[0]).toMatchObject({problem: {class: 'internal'}, cost: {connections: 0, requests: 0, bytesRead: 0}})
    expect(readings[1]?.matches).toHaveLength(1)
  })
})

describe('stopped', () => {
  test('it ends at once, with what was read until then', async () => {
    const controller = new AbortController()
    const mute = fakeCluster({context: 'mute', trouble: (_, signal) => hang(signal)})
    const deaf = fakeCluster({context: 'deaf', trouble: () => new Promise(() => undefined)})
    const {discovery, events} = run([mute, east(), deaf], {}, controller)
    while (events.length < 2) await new Promise(setImmediate)
    controller.abort()
    const {readings} = await discovery
    expect(readings.map(({problem}) => problem?.message)).toEqual([
      'Stopped before context "mute" was read.',
      undefined,
      'Stopped before context "deaf" was read.',
    ])
    expect(readings[0]?.problem?.class).toBe('timeout')
    expect(events).toHaveLength(4)
  })

  test('a cluster that was read in part by then was not read', async () => {
    const controller = new AbortController()
    const partly = fakeCluster({
      context: 'partly',
      workloads: [workload('shop/web', 'web:1')],
      trouble(request) {
        if (!request.includes('DaemonSet')) return
        controller.abort()
        throw new HubspokeError('timeout', 'Stopped.')
      },
    })
    const {readings} = await run([partly], {}, controller).discovery
    expect(readings[0]).toMatchObject({matches: [], problem: {message: 'Stopped before context "partly" was read.'}})
  })

  test('before it began, it reaches nobody', async () => {
    const controller = new AbortController()
    controller.abort()
    const cluster = east()
    const {readings} = await run([cluster], {}, controller).discovery
    expect(cluster.requests).toEqual([])
    expect(readings[0]?.problem?.class).toBe('timeout')
  })
})

describe('a namespace', () => {
  test('in which something runs is asked about nowhere', async () => {
    const clusters = [east(), west()]
    await run(clusters, {namespaces: ['shop', 'b*']}).discovery
    expect(clusters.flatMap(({requests}) => requests)).not.toContain('namespaces')
  })

  test.each(['empty', 'emp*'])('%s that exists somewhere and runs nothing is fine', async (pattern) => {
    const clusters = [east(), west()]
    const {scope} = await run(clusters, {namespaces: [pattern]}).discovery
    expect(scope.namespaces).toEqual([pattern])
    expect(clusters.map(({requests}) => requests.filter((one) => one === 'namespaces').length)).toEqual([1, 1])
  })

  test.each([
    {namespaces: ['shpo'], message: '"shpo"', suggestions: ['-n shop']},
    {
      namespaces: ['shop', 'nope-*', 'x'],
      message: '"nope-*", "x"',
      suggestions: ['kubectl --context east get namespaces', 'kubectl --context west get namespaces'],
    },
  ])('$namespaces that exists nowhere is wrong usage', async ({namespaces, message, suggestions}) => {
    const error = await run([east(), west()], {namespaces}).discovery.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HubspokeError)
    expect(error).toMatchObject({
      failureClass: 'usage',
      message: `No selected cluster has a namespace that matches ${message}.`,
      suggestions,
    })
  })

  test('that may exist where nobody could look is not refused', async () => {
    const dead = fakeCluster({context: 'dead', trouble: failing(/./, () => new HubspokeError('unreachable', 'Cut.'))})
    await expect(run([east(), dead], {namespaces: ['shpo']}).discovery).resolves.toHaveProperty('readings.length', 2)
    expect(dead.requests).not.toContain('namespaces')
    const silent = fakeCluster({context: 'silent', trouble: refusing(/namespaces/)})
    await expect(run([east(), silent], {namespaces: ['shpo']}).discovery).resolves.toHaveProperty('readings.length', 2)
  })

  test('that cannot exist is refused before anything is read', async () => {
    const cluster = east()
    await expect(run([cluster], {namespaces: ['Shop']}).discovery).rejects.toThrow('No namespace can match "Shop".')
    expect(cluster.requests).toEqual([])
  })

  test('that cannot be asked about because of a bug is a bug', async () => {
    const buggy = fakeCluster({context: 'east', trouble: failing(/namespaces/, () => new TypeError('oops'))})
    await expect(run([buggy], {namespaces: ['shpo']}).discovery).rejects.toThrow(TypeError)
  })

  test('is not asked about when stopped', async () => {
    const controller = new AbortController()
    const cluster = fakeCluster({
      context: 'east',
      trouble: (request) => {
        if (request.includes('DaemonSet')) controller.abort()
      },
    })
    await expect(run([cluster], {namespaces: ['shpo']}, controller).discovery).resolves.toHaveProperty(
      'readings.length',
      1,
    )
  })
})
