import type {WorkloadState} from '../../model/workload.ts'
import type {ChangeKind} from '../../rollout/rollout.ts'
import {isDeadlineExceeded, isSeen, type RolloutStatus} from '../../rollout/rollout-status.ts'
import {countOf} from '../../shared/words.ts'
import type {ScaleReceipt} from './scale-receipt.ts'

/**
 * How far a change of replicas is: more pods must be available, fewer must be gone. Pods that remain are not judged when there
 * are fewer. The API does not count a pod of a Deployment from the moment when it begins to terminate.
 */
export function scaleChange(receipt: ScaleReceipt): ChangeKind {
  return {
    status: (state, minGeneration) => scaleStatus(state, minGeneration, receipt),
    takenBack: (now) => `its replicas were changed from ${receipt.wanted} to ${now.wanted}`,
  }
}

type Change = Pick<ScaleReceipt, 'before' | 'wanted' | 'stalled'>

function scaleStatus(state: WorkloadState, minGeneration: number, change: Change): RolloutStatus {
  if (state.generation < minGeneration) return progressing('waiting to see the change', 'stale')
  if (!isSeen(state, minGeneration)) return progressing('waiting for the controller to see the change')
  return change.wanted < change.before ? fewer(state, change) : more(state, change)
}

/** Are the pods there that a workload has replicas for? Those of an earlier template are pods, too. */
export function replicasStatus(state: WorkloadState): RolloutStatus {
  const {wanted, current} = state
  return scaleStatus(state, state.generation, {before: wanted === 0 ? current : 0, wanted, stalled: false})
}

/** Has another client changed the replicas since? An object from before the write does not say so. */
export function isScaledByOthers({generation, wanted}: ScaleReceipt): (state: WorkloadState) => boolean {
  return (state) => state.generation >= generation && state.wanted !== wanted
}

function fewer({current}: WorkloadState, {wanted}: Change): RolloutStatus {
  if (current > wanted) return progressing(`${countOf(current - wanted, 'pod')} still to end`)
  return done(wanted === 0 ? 'no pods are left' : `${countOf(wanted, 'pod')} left`)
}

function more({available, conditions}: WorkloadState, {wanted, stalled}: Change): RolloutStatus {
  if (available >= wanted) return done(`${countOf(wanted, 'pod')} available`)
  if (!stalled && conditions.some(isDeadlineExceeded)) {
    return {state: 'failed', message: 'the rollout exceeded its progress deadline'}
  }
  return progressing(`${available} of ${countOf(wanted, 'pod')} available`)
}

function progressing(message: string, state: 'progressing' | 'stale' = 'progressing'): RolloutStatus {
  return {state, message}
}

function done(message: string): RolloutStatus {
  return {state: 'done', message}
}
