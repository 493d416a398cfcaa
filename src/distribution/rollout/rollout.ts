import type {PodTrouble, WorkloadFeed} from '../../kube/ports/workloads.ts'
import type {Target} from '../../model/target.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'

/** What a rollout is watched with. */
export interface Rollout {
  readonly target: Target
  /** Opened before the write; closed at the end, whatever the end is, or when it has lingered. */
  readonly feed: WorkloadFeed
  /** The object as the write returned it. States of an earlier generation are not judged. */
  readonly from: WorkloadState
  /** Since the last progress; undefined: ten minutes, and never less than the workload's own times. */
  readonly timeoutMs: number | undefined
  readonly clock: Clock
  /** Has somebody put back what was written? */
  isTakenBack(state: WorkloadState): boolean
  /** A trouble that does not heal by itself ends it. */
  readonly failFast: boolean
  podTroubles(state: WorkloadState, signal: AbortSignal): Promise<readonly PodTrouble[]>
  /** Is told of a container that crashed, to hear what it wrote last. Never rejects. */
  onCrash?(trouble: PodTrouble, signal: AbortSignal): Promise<void>
}
