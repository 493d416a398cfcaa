import {expect, test} from 'vitest'
import type {RolloutReading, RolloutState} from '../model/status-report.ts'
import type {StopReason} from '../model/stop.ts'
import type {StatusFacts} from './status-facts.ts'
import {summarizeStatus} from './summarize-status.ts'
import {failure, match, readInPart, reading, scope, unreadable} from './testing/facts.ts'
import {placeName} from './view-options.ts'

const status = (name: string, state: RolloutState, more: Partial<RolloutReading> = {}) => ({
  ...({clusterUid: 'u', context: 'eu', kind: 'Deployment', namespace: 'shop', name, uid: name, matched: []} as const),
  ...({status: state, lasting: false, message: '', pods: null, cause: null, causeUnknown: null} as const),
  ...{failure: null, suggestions: [], ...more},
})
const report = (states: readonly RolloutState[], more: Partial<StatusFacts> = {}) => {
  const readings = more.readings ?? [reading('eu')]
  const statuses = states.map((state, index) => status(`w${index}`, state))
  const whole = scope(readings.map(({context}) => context.name))
  return summarizeStatus({query: 'web', scope: whole, allowEmpty: false, watched: false, statuses, ...more, readings})
}
const down = [reading('eu'), unreadable('us', failure('unreachable'))]
const inPart = [readInPart('eu', {kind: 'DaemonSet', failure: failure('forbidden')})]

test.each<{states: readonly RolloutState[]; code: number; says: string; more?: Partial<StatusFacts>}>([
  {states: ['rolled-out'], code: 0, says: 'Rolled out: 1 workload in 1 cluster.'},
  {states: ['rolled-out', 'rolled-out'], code: 0, says: 'Rolled out: all 2 workloads in 1 cluster.'},
  {states: ['rolled-out', 'gone'], code: 0, says: 'Rolled out: 1 of 2 workloads in 1 cluster; 1 is gone.'},
  {states: ['rolled-out', 'rolling-out'], code: 1, says: 'Of 2 workloads 1 is still rolling out and 1 is rolled out.'},
  {states: ['paused'], code: 1, says: 'Of 1 workload 1 is paused.'},
  {
    states: ['stuck', 'stuck', 'not-readable', 'rolled-out'],
    code: 1,
    says: 'Of 4 workloads 2 are stuck, 1 could not be read and 1 is rolled out.',
  },
  {states: ['stuck'], code: 1, says: 'Of 1 workload 1 is stuck; cannot reach 1 of 2 contexts.', more: {readings: down}},
  {states: ['rolled-out', 'not-readable'], code: 4, says: 'Of 2 workloads 1 could not be read and 1 is rolled out.'},
  {
    states: ['rolled-out'],
    code: 4,
    says: 'Cannot reach 1 of 2 contexts; of 1 workload 1 is rolled out.',
    more: {readings: down},
  },
  {
    states: [],
    code: 4,
    says: '1 of 1 context could be read only in part; nothing matched in what was read.',
    more: {readings: inPart, allowEmpty: true},
  },
  {states: [], code: 3, says: 'Nothing runs "web" among'},
  {states: [], code: 0, says: 'Nothing runs "web" among', more: {allowEmpty: true}},
  {states: ['gone'], code: 3, says: 'Every workload that ran "web" is gone, or runs another image now.'},
  {states: ['gone'], code: 0, says: 'Every workload that ran "web" is gone', more: {allowEmpty: true}},
  {states: [], code: 3, says: 'There is no context to search.', more: {readings: [], allowEmpty: true}},
])('$states is $code: $says', ({states, code, says, more}) => {
  const {verdict} = report(states, more)
  expect(verdict.code).toBe(code)
  expect(verdict.sentence.startsWith(says), verdict.sentence).toBe(true)
})

test.each<{stoppedBy: StopReason; states: readonly RolloutState[]; code: number; says: string}>([
  {
    stoppedBy: 'SIGINT',
    states: ['rolled-out'],
    code: 130,
    says: 'Interrupted (SIGINT): of 1 workload 1 is rolled out.',
  },
  {stoppedBy: 'SIGTERM', states: [], code: 143, says: 'Terminated (SIGTERM): no rollout status was read.'},
  {
    stoppedBy: 'deadline',
    states: ['stuck', 'rolled-out'],
    code: 5,
    says: 'Stopped early at the deadline: of 2 workloads 1 is stuck and 1 is rolled out.',
  },
  {stoppedBy: 'deadline', states: ['rolled-out'], code: 0, says: 'Rolled out: 1 workload in 1 cluster.'},
])('stopped by $stoppedBy with $states is $code', ({stoppedBy, states, code, says}) => {
  const {verdict} = report(states, {stoppedBy})
  expect(verdict.code).toBe(code)
  expect(verdict.sentence.startsWith(says), verdict.sentence).toBe(true)
})

test('a bug in one workload is a bug, whatever the others are', () => {
  const bug = status('x', 'not-readable', {failure: failure('internal', 'A bug in hubspoke: no.')})
  const {verdict} = report([], {statuses: [bug, status('w', 'stuck')]})
  expect(verdict).toMatchObject({code: 70, sentence: 'A bug in hubspoke: no.'})
})

test('stuck workloads are first, those with the same cause together, the most frequent cause before the others', () => {
  const stuck = (name: string, reason: string) =>
    status(name, 'stuck', {cause: {reason, message: `${reason}: pod ${name}-1`, pod: `${name}-1`}})
  const statuses = [
    status('done', 'rolled-out'),
    stuck('a', 'CrashLoopBackOff'),
    stuck('b', 'ImagePullBackOff'),
    status('half', 'rolling-out'),
    stuck('c', 'ImagePullBackOff'),
  ]
  expect(report([], {statuses}).workloads.map(({name}) => name)).toEqual(['b', 'c', 'a', 'half', 'done'])
})

test('every workload that was found is in the document once', () => {
  const statuses = ['a', 'b', 'c'].map((name) => status(name, 'gone'))
  const {workloads, counts} = report([], {
    statuses,
    readings: [reading('eu', {matches: [match('eu/shop/Deployment/a')]})],
  })
  expect(workloads.map(placeName)).toEqual(statuses.map(placeName))
  expect(counts).toEqual({
    ...{total: 3, gone: 3, rolledOut: 0, rollingOut: 0},
    ...{stuck: 0, paused: 0, notReadable: 0},
  })
})
