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
  const {before, wanted, stalled} = receipt
  return {
    status(state, minGeneration) {
      if (state.generation < minGeneration) return progressing('waiting to see the change', 'stale')
      if (!isSeen(state, minGeneration)) return progressing('waiting for the controller to see the change')
      return wanted < before ? fewer(state, receipt) : more(state, {wanted, stalled})
    },
    takenBack: (now) => `its replicas were changed from ${wanted} to ${now.wanted}`,
  }
}

/** Has another client changed the replicas since? An object from before the write does not say so. */
export function isScaledByOthers({generation, wanted}: ScaleReceipt): (state: WorkloadState) => boolean {
  return (state) => state.generation >= generation && state.wanted !== wanted
}

function fewer({current}: WorkloadState, {wanted}: Pick<ScaleReceipt, 'wanted'>): RolloutStatus {
  if (current > wanted) return progressing(`${countOf(current - wanted, 'pod')} still to end`)
  return done(wanted === 0 ? 'no pods are left' : `${countOf(wanted, 'pod')} left`)
}

function more(
  {available, conditions}: WorkloadState,
  {wanted, stalled}: Pick<ScaleReceipt, 'wanted' | 'stalled'>,
): RolloutStatus {
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
