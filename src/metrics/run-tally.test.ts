import {expect, test} from 'vitest'
import type {HubEvent} from '../model/event.ts'
import type {FailureClass} from '../model/failure.ts'
import type {Counts} from '../model/report.ts'
import type {Outcome} from '../model/result.ts'
import {reading, target} from '../summary/testing/facts.ts'
import {createRunTally} from './run-tally.ts'

const after = (...events: readonly HubEvent[]) => {
  const tally = createRunTally()
  for (const event of events) tally.onEvent(event)
  return tally.totals()
}

const result = (name: string, outcome: Outcome, failureClass?: FailureClass) => ({
  target: target(`eu/shop/Deployment/${name}`),
  outcome,
  attempts: 1,
  durationMs: 1,
  reason: '',
  ...(failureClass && {failure: {class: failureClass, message: '', suggestions: []}}),
})

const problem = {class: 'unreachable', message: 'refused', suggestions: []} as const
const counts: Counts = {total: 2, succeeded: 1, unchanged: 0, failed: 1, skipped: 0, notRun: 0, unverified: 0}
const verdict = {code: 1, name: 'target-failed', sentence: ''} as const
const run = {runId: '20261124-200000-abcd', verb: 'restart'} as const

test('nothing has happened: everything is 0', () => {
  expect(after()).toEqual({durationMs: 0, counts: expect.any(Object), failures: new Map(), clustersUnreadable: 0})
  expect(Object.values(after().counts).every((count) => count === 0)).toBe(true)
})

test('the end of the run says how long it took and how its targets ended', () => {
  const ended: HubEvent = {type: 'hub-ended', ...run, durationMs: 1_500, ended: {verdict, counts}}
  expect(after({type: 'hub-started', ...run, dryRun: false}, ended)).toMatchObject({durationMs: 1_500, counts})
})

test('a run that was refused has a duration and no targets', () => {
  const ended: HubEvent = {type: 'hub-ended', ...run, durationMs: 20, ended: null}
  expect(after(ended)).toMatchObject({durationMs: 20, counts: {total: 0}})
})

test('failures are counted by class, those that are no outcome "failed", too', () => {
  const {failures} = after(
    {type: 'target-finished', result: result('web', 'failed', 'rollout')},
    {type: 'target-finished', result: result('api', 'failed', 'rollout')},
    {type: 'target-finished', result: result('cart', 'skipped', 'owned')},
    {type: 'target-finished', result: result('mail', 'succeeded')},
  )
  expect([...failures]).toEqual([
    ['rollout', 2],
    ['owned', 1],
  ])
})

test('a later result of a target takes the place of the one before', () => {
  const {failures} = after(
    {type: 'target-finished', result: result('web', 'succeeded')},
    {type: 'target-regressed', result: result('web', 'failed', 'rollout')},
    {type: 'target-undone', result: result('web', 'failed', 'rollout')},
    {type: 'target-finished', result: result('api', 'failed', 'timeout')},
    {type: 'target-finished', result: result('api', 'succeeded')},
  )
  expect([...failures]).toEqual([['rollout', 1]])
})

test('contexts that were not read in full are counted once, and not any more after they were', () => {
  const unread = [{kind: 'Deployment', failure: problem}] as const
  const read = (context: string, more = {}): HubEvent => ({type: 'context-read', reading: reading(context, more)})
  expect(after(read('eu'), read('us', {problem}), read('us', {problem}), read('ap', {unread}))).toMatchObject({
    clustersUnreadable: 2,
  })
  expect(after(read('us', {problem}), read('us'))).toMatchObject({clustersUnreadable: 0})
})
