import type {PodTrouble} from '../kube/ports/workloads.ts'
import {HubspokeError} from '../model/failure.ts'
import type {Health} from '../model/spoke.ts'
import type {WorkloadState} from '../model/workload.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import type {ChangeKind, RolloutStart} from './rollout.ts'
import {rolloutFailure} from './rollout-failure.ts'
import {rolloutStatus} from './rollout-status.ts'
import {takenBack} from './taken-back.ts'

export interface FormerRollout {
  readonly target: WorkloadTarget
  readonly from: RolloutStart
  /** Has another client changed back what was written? */
  isTakenBack(state: WorkloadState): boolean
  /** Default: a new pod template. */
  readonly kind?: ChangeKind
  read(signal: AbortSignal): Promise<WorkloadState | undefined>
  podTroubles(state: WorkloadState, signal: AbortSignal): Promise<readonly PodTrouble[]>
}

/** Reads a target that was rolled out and judges it as its rollout was, with what its pods say when it is not healthy. */
export async function recheckRollout(rollout: FormerRollout, signal: AbortSignal): Promise<Health> {
  const {target, from} = rollout
  const state = await rollout.read(signal)
  if (state === undefined || state.uid !== target.uid) return {state: 'gone'}
  if (rollout.isTakenBack(state)) {
    const {failure} = takenBack(target, from, state, rollout.kind)
    return failure === undefined ? {state: 'healthy'} : {state: 'failed', failure}
  }
  const status = (rollout.kind?.status ?? rolloutStatus)(state, from.generation)
  if (status.state === 'done') return {state: 'healthy'}
  const [worst] = await podTroubles(rollout, state, signal)
  return {
    state: status.state === 'failed' ? 'failed' : 'unhealthy',
    failure: rolloutFailure(target, status.message, worst),
  }
}

/** Without permission to read the pods, the rollout is still judged. */
async function podTroubles(
  rollout: FormerRollout,
  state: WorkloadState,
  signal: AbortSignal,
): Promise<readonly PodTrouble[]> {
  try {
    return await rollout.podTroubles(state, signal)
  } catch (error) {
    if (error instanceof HubspokeError) return []
    throw error
  }
}
