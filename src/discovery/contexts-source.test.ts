import {expect, test} from 'vitest'
import type {HubEvent} from '../model/event.ts'
import {HubspokeError} from '../model/failure.ts'
import {contextsSource} from './contexts-source.ts'
import {fakeClock} from './testing/fake-clock.ts'
import {type FakeCluster, fakeCluster, hang} from './testing/fake-cluster.ts'

function sourceOf(clusters: readonly FakeCluster[], controller = new AbortController()) {
  const events: HubEvent[] = []
  const opened = new Map(clusters.map((cluster) => [cluster.context.name, cluster]))
  const source = contextsSource(
    {
      contexts: clusters.map(({context}) => context),
      contextsLeftOut: [{name: 'old', server: 'https://old.example', namespace: 'default'}],
    },
    {
      open: (name) => opened.get(name)!,
      endpointOf: (name) => name,
      clock: fakeClock(),
      onEvent: (event) => events.push(event),
      signal: controller.signal,
    },
  )
  return {source, events}
}

const one = {identity: {uid: 'uid-1', isFallback: false}}

test('contexts of one cluster are one target, through the first of them, in the order of the contexts', async () => {
  const clusters = [
    fakeCluster({context: 'b', ...one}),
    fakeCluster({context: 'a'}),
    fakeCluster({context: 'b-again', ...one}),
  ]
  const {source, events} = sourceOf(clusters)
  const found = await source.find()
  expect(found.scope).toEqual({
    ...{kinds: [], namespaces: [], contexts: ['b', 'a', 'b-again'], contextsLeftOut: ['old']},
  })
  const {targets, sameCluster} = source.plan(found)
  expect(targets.map(({key, label, place, via}) => [key, label, place, via])).toEqual([
    ['uid-1', 'b', 'uid-1', 'b'],
    ['uid-a', 'a', 'uid-a', 'a'],
  ])
  expect(sameCluster).toEqual([{clusterUid: 'uid-1', contexts: ['b', 'b-again']}])
  expect(events.map(({type}) => type)).toEqual(['discovery-started', 'context-read', 'context-read', 'context-read'])
  expect(clusters[0]?.requests).not.toContainEqual(expect.stringContaining('list'))
})

test('a context that cannot be identified is a reading with a problem, and keeps no other out of the plan', async () => {
  const trouble = () => {
    throw new HubspokeError('unauthenticated', 'No.')
  }
  const {source} = sourceOf([fakeCluster({context: 'a', trouble}), fakeCluster({context: 'b'})])
  const found = await source.find()
  expect(found.readings.map(({problem}) => problem?.class)).toEqual(['unauthenticated', undefined])
  expect(source.plan(found).targets.map(({label}) => label)).toEqual(['b'])
})

test('a stop ends it at once, with what was identified', async () => {
  const controller = new AbortController()
  const trouble = (_: string, signal: AbortSignal) => {
    controller.abort()
    return hang(signal)
  }
  const {source} = sourceOf([fakeCluster({context: 'a', trouble})], controller)
  expect((await source.find()).readings).toMatchObject([{problem: {class: 'timeout'}}])
})
