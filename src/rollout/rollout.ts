import type {PodTrouble, WorkloadFeed} from '../kube/ports/workloads.ts'
import type {WorkloadState} from '../model/workload.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import type {Clock} from '../shared/clock.ts'
import type {RolloutStatus} from './rollout-status.ts'

/** What the answer to a write said: states of an earlier generation are not judged. Plain data. */
export type RolloutStart = Pick<WorkloadState, 'generation' | 'owner' | 'templateWriters'>

/** How far a change of the spec other than the pod template is. */
export interface ChangeKind {
  /** @param minGeneration `metadata.generation` after the write: an older object says nothing */
  status(state: WorkloadState, minGeneration: number): RolloutStatus
  /** What another client has done to the change, before "by": `its replicas were changed from 5 to 3`. */
  takenBack(now: WorkloadState): string
}

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
  /** Of a change that is no new pod template; default: that of `kubectl rollout status`. */
  readonly kind?: ChangeKind
  /** A trouble that does not recover without a change ends it. */
  readonly failFast: boolean
  /** Undefined: it does not exist any more. Rejects with a `HubspokeError`. */
  read(signal: AbortSignal): Promise<WorkloadState | undefined>
  podTroubles(state: WorkloadState, signal: AbortSignal): Promise<readonly PodTrouble[]>
  /** Called for a container that crashed, to read its log tail. Never rejects. */
  onCrash?(trouble: PodTrouble, signal: AbortSignal): Promise<void>
}
