import type {PodTrouble, WorkloadFeed} from '../kube/ports/workloads.ts'
import type {WorkloadState} from '../model/workload.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import type {Clock} from '../shared/clock.ts'

/** What the answer to a write said: states of an earlier generation are not judged. Plain data. */
export type RolloutStart = Pick<WorkloadState, 'generation' | 'owner' | 'templateWriters'>

/** What a rollout is watched with. */
export interface Rollout {
  readonly target: WorkloadTarget
  /** Closed at the end, whatever the end is, or after the post-rollout watch. */
  readonly feed: WorkloadFeed
  readonly from: RolloutStart
  /** The newest known state. */
  readonly state: WorkloadState
  /** Since the last progress; undefined: ten minutes, and never less than the workload's own times. */
  readonly timeoutMs: number | undefined
  readonly clock: Clock
  /** Has another client changed back what was written? */
  isTakenBack(state: WorkloadState): boolean
  /** A trouble that does not recover without a change ends it. */
  readonly failFast: boolean
  podTroubles(state: WorkloadState, signal: AbortSignal): Promise<readonly PodTrouble[]>
  /** Called for a container that crashed, to read its log tail. Never rejects. */
  onCrash?(trouble: PodTrouble, signal: AbortSignal): Promise<void>
}
