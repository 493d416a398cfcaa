import {describe, expect, test} from 'vitest'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {changesOfOthers} from '../workloads/changes-of-others.ts'
import {decideRestart} from './restart-decision.ts'

const ours = '2026-11-24T10:00:00.417Z'
const clock = createVirtualClock({start: new Date('2026-11-24T10:00:05Z')})
const aim = {
  restartedAt: ours,
  runsImage: (images: WorkloadState['images']) => images.filter(({image}) => image.startsWith('ghcr.io/acme/web:')),
}

function decisionFor(changes: Partial<WorkloadState>) {
  const state = workloadState(changes)
  const isAfterOurs = changesOfOthers({restartedAt: ours, resumed: false, clock})
  const target = targetOf('web', 'eu-1', {kind: state.kind})
  return decideRestart(target, state, aim, (stamp) => isAfterOurs(target.uid, stamp))
}

describe('writes', () => {
  test.each<{has: Partial<WorkloadState>; because: string}>([
    {has: {}, because: 'it was never restarted'},
    {has: {restartedAt: '2026-11-24T09:59:59Z'}, because: 'it was restarted before'},
    {has: {restartedAt: '2026-11-24T10:00:00Z'}, because: 'kubectl stamps whole seconds, so this is no later time'},
    {has: {restartedAt: '2026-11-24T11:30:00+02:00'}, because: 'that is half past nine'},
    {has: {restartedAt: 'yesterday'}, because: 'that is no time'},
    {has: {restartedAt: '2027'}, because: 'a year is no time'},
    {has: {wanted: 0, current: 0}, because: 'without pods there is no obstacle'},
    {has: {kind: 'StatefulSet', partition: 2}, because: 'one of three pods is above the partition'},
    {has: {kind: 'StatefulSet', partition: 3, wanted: 0}, because: 'without pods no partition covers them'},
    {has: {strategy: 'Recreate'}, because: 'all pods are replaced'},
  ])('when $because', ({has}) => {
    expect(decisionFor(has).todo).toBe('write')
  })
})

test('watches what carries our stamp, also when it was paused since', () => {
  expect(decisionFor({restartedAt: ours, paused: true}).todo).toBe('watch')
})

describe('writes nothing', () => {
  test.each<{has: Partial<WorkloadState>; outcome: string; reason: string}>([
    {
      has: {restartedAt: '2026-11-24T10:00:00.418Z'},
      outcome: 'unchanged',
      reason: 'restarted since, at 2026-11-24T10:00:00.418Z',
    },
    {
      has: {restartedAt: '2026-11-24T10:00:01Z', paused: true},
      outcome: 'unchanged',
      reason: 'restarted since, at 2026-11-24T10:00:01Z',
    },
    {
      has: {images: [{container: 'app', image: 'ghcr.io/acme/other:1', role: 'container'}]},
      outcome: 'skipped',
      reason: 'it no longer runs the image',
    },
  ])('$outcome: $reason', ({has, outcome, reason}) => {
    expect(decisionFor(has)).toEqual({todo: 'nothing', end: {outcome, reason}})
  })

  test('for what was restarted since and is not rolled out, and that is no success', () => {
    const decision = decisionFor({restartedAt: '2026-11-24T10:00:01Z', available: 1})
    expect(decision).toMatchObject({
      todo: 'nothing',
      end: {
        outcome: 'skipped',
        reason: 'restarted since, at 2026-11-24T10:00:01Z, and not rolled out: 1 of 3 updated pods available',
        failure: {class: 'rollout', suggestions: ['kubectl --context eu-1 -n shop rollout status deployment/web']},
      },
    })
  })

  test('for what does not exist any more', () => {
    expect(decideRestart(targetOf(), undefined, aim, () => false)).toEqual({
      todo: 'nothing',
      end: {outcome: 'skipped', reason: 'it no longer exists'},
    })
  })

  test.each<{has: Partial<WorkloadState>; class: string; message: string; suggestion: string}>([
    {
      has: {uid: 'uid-other', restartedAt: ours},
      class: 'recreated',
      message: 'it was deleted and created again since it was planned',
      suggestion: 'kubectl --context eu-1 -n shop get deployment/web',
    },
    {
      has: {paused: true},
      class: 'not-restartable',
      message: 'it is paused: a restart would not replace a pod',
      suggestion: 'kubectl --context eu-1 -n shop rollout resume deployment/web',
    },
    {
      has: {kind: 'DaemonSet', strategy: 'OnDelete'},
      class: 'not-restartable',
      message: 'its update strategy is OnDelete: a restart would not replace a pod',
      suggestion: 'kubectl --context eu-1 -n shop delete pod POD  for each of its pods',
    },
    {
      has: {kind: 'StatefulSet', partition: 3},
      class: 'not-restartable',
      message: 'its partition (3) covers all 3 pods: a restart would not replace a pod',
      suggestion:
        'kubectl --context eu-1 -n shop patch statefulset/web --type merge -p \'{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}\'',
    },
  ])('where somebody has to look: $message', ({has, class: failureClass, message, suggestion}) => {
    expect(decisionFor(has)).toEqual({
      todo: 'nothing',
      end: {
        outcome: 'skipped',
        reason: message,
        failure: {class: failureClass, message, suggestions: [suggestion]},
      },
    })
  })
})
