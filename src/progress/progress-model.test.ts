import {expect, test} from 'vitest'
import type {HubEvent} from '../model/event.ts'
import {workloadTarget} from '../model/workload-target.ts'
import {createProgressModel} from './progress-model.ts'
import {finished, planned, read, started, stuck, target} from './testing/events.ts'

function after(...events: HubEvent[]) {
  const model = createProgressModel()
  for (const event of events) model.apply(event)
  return model.view()
}

const four = planned('eu/shop/web', 'eu/shop/cart', 'us/shop/web', 'us/shop/cart')
const discovery: HubEvent = {type: 'discovery-started', contexts: ['eu', 'us', 'ap']}
const retrying: HubEvent = {
  type: 'target-retrying',
  target: target('eu/shop/web'),
  attempt: 1,
  delayMs: 30_000,
  reason: 'HTTP 503.',
}

test('contexts are counted as they answer, and the others are named', () => {
  expect(after(discovery, read('us'), read('ap', {problem: stuck})).contexts).toEqual({
    total: 3,
    read: 2,
    notInFull: 1,
    waitingFor: ['eu'],
  })
})

test('targets that are only watched are counted as those of a run', () => {
  const watched: HubEvent = {type: 'watch-started', targets: [target('eu/shop/web'), target('us/shop/web')]}
  const {stage, totals} = after(discovery, watched, started('eu/shop/web'), finished('us/shop/web', 'succeeded'))
  expect(stage).toBe('distribution')
  expect(totals).toMatchObject({total: 2, rolling: 1, done: 1, waiting: 0})
  // Rolled out, and changed again.
  expect(after(watched, finished('us/shop/web', 'succeeded'), started('us/shop/web')).totals).toMatchObject({
    rolling: 1,
  })
})

test('a context that answers twice is counted once', () => {
  expect(after(discovery, read('us'), read('us')).contexts.read).toBe(1)
})

test.each([
  {events: [], counts: {waiting: 2}, because: 'planned'},
  {events: [started('eu/shop/web')], counts: {waiting: 1, rolling: 1}, because: 'started'},
  {events: [started('eu/shop/web'), retrying], counts: {waiting: 1, retrying: 1}, because: 'waiting for a retry'},
  {
    events: [started('eu/shop/web'), retrying, started('eu/shop/web', 2)],
    counts: {waiting: 1, rolling: 1},
    because: 'tried again',
  },
  {events: [finished('eu/shop/web', 'succeeded')], counts: {waiting: 1, done: 1}, because: 'succeeded'},
  {events: [finished('eu/shop/web', 'skipped')], counts: {waiting: 1, done: 1}, because: 'no action is needed'},
  {events: [finished('eu/shop/web', 'skipped', {failure: stuck})], counts: {waiting: 1, trouble: 1}, because: 'stuck'},
  {events: [finished('eu/shop/web', 'failed')], counts: {waiting: 1, trouble: 1}, because: 'failed'},
  {
    events: [finished('eu/shop/web', 'unverified')],
    counts: {waiting: 1, trouble: 1},
    because: 'its end was not observed',
  },
  {events: [finished('eu/shop/web', 'not-run')], counts: {waiting: 1, notRun: 1}, because: 'the run stopped'},
  {events: [finished('xx/shop/other', 'failed')], counts: {waiting: 2}, because: 'not a target of the plan'},
])('$because: $counts', ({events, counts}) => {
  const {clusters, totals} = after(four, ...events)
  const none = {waiting: 0, rolling: 0, retrying: 0, done: 0, trouble: 0, notRun: 0}
  expect(clusters[0]).toEqual({name: 'eu', total: 2, ...none, ...counts})
  expect(totals).toEqual({total: 4, ...none, ...counts, waiting: counts.waiting + 2})
})

test('two contexts of one cluster are one row', () => {
  const admin = workloadTarget({...target('eu-admin/pay/db'), clusterUid: 'uid-of-eu'})
  const {clusters} = after({
    type: 'distribution-started',
    runId: '20261124-030405-9f3a',
    plan: [target('eu/shop/web'), admin],
  })
  expect(clusters.map(({name, total}) => [name, total])).toEqual([['eu', 2]])
})

test('troubles are the last ones, oldest first', () => {
  const many = Array.from({length: 30}, (_, index): HubEvent => ({type: 'notice', message: `notice ${index}`}))
  const {troubles} = after(
    discovery,
    four,
    ...many,
    read('ap', {problem: stuck}),
    retrying,
    finished('us/shop/web', 'failed', {failure: stuck}),
  )
  expect(troubles).toHaveLength(20)
  expect(troubles.slice(-4)).toEqual([
    'notice 29',
    'ap NOT READ: It is stuck.',
    'eu/shop/Deployment/web: next try in 30s: HTTP 503.',
    'us/shop/Deployment/web FAILED: It is stuck.',
  ])
})

test('the reason for a stuck rollout is shown, once for each target, until it ends', () => {
  const stuckAt = (name: string, message: string): HubEvent => ({
    type: 'target-trouble',
    target: target(name),
    reason: 'ImagePullBackOff',
    message,
  })
  const both = [stuckAt('eu/shop/web', 'first'), stuckAt('us/shop/web', 'theirs'), stuckAt('eu/shop/web', 'then')]
  expect(after(four, ...both).troubles).toEqual(['us/shop/Deployment/web: theirs', 'eu/shop/Deployment/web: then'])
  expect(after(four, ...both, finished('eu/shop/web', 'succeeded')).troubles).toEqual([
    'us/shop/Deployment/web: theirs',
  ])
})

test('the reason for a wait is shown only during the wait', () => {
  const other: HubEvent = {...retrying, target: target('us/shop/web')}
  const waiting = 'us/shop/Deployment/web: next try in 30s: HTTP 503.'
  expect(after(four, retrying, other, started('eu/shop/web', 2)).troubles).toEqual([waiting])
  expect(after(four, retrying, other, finished('eu/shop/web', 'not-run')).troubles).toEqual([waiting])
})

test('a view does not change when events come', () => {
  const model = createProgressModel()
  model.apply(four)
  const before = model.view()
  const copy = structuredClone(before)
  model.apply(started('eu/shop/web'))
  model.apply({type: 'stopping', reason: 'SIGINT'})
  expect(before).toEqual(copy)
  expect(model.view().stopping).toBe('SIGINT')
})

test('a target that has regressed is in trouble, and no longer done', () => {
  const regressed = {
    ...finished('eu/shop/web', 'failed', {reason: 'It became faulty.'}),
    type: 'target-regressed',
  } as HubEvent
  const {totals, troubles} = after(four, finished('eu/shop/web', 'succeeded'), regressed)
  expect(totals).toMatchObject({done: 0, trouble: 1, total: 4})
  expect(troubles).toEqual(['eu/shop/Deployment/web FAILED: It became faulty.'])
})

test('a wave is shown from its start, with its pause and what the next one waits for', () => {
  const place = {wave: 1, of: 3}
  const begun: HubEvent = {type: 'wave-started', ...place, targets: 2}
  const paused: HubEvent = {type: 'wave-paused', ...place, ms: 300_000}
  const waiting: HubEvent = {type: 'wave-waiting', ...place, message: 'eu/shop/Deployment/web: fault'}
  expect(after(four).wave).toBeUndefined()
  expect(after(four, begun).wave).toEqual({...place, pauseMs: undefined, waitingFor: ''})
  expect(after(four, begun, paused, waiting).wave).toEqual({
    ...place,
    pauseMs: 300_000,
    waitingFor: 'eu/shop/Deployment/web: fault',
  })
  const next: HubEvent = {type: 'wave-started', wave: 2, of: 3, targets: 2}
  expect(after(four, begun, paused, waiting, next).wave).toEqual({wave: 2, of: 3, pauseMs: undefined, waitingFor: ''})
})
