import type {WorkloadIdentity} from './workload.ts'

/** A change of a workload, recorded for people (`kubectl describe`). */
export interface WorkloadEvent {
  readonly workload: WorkloadIdentity
  /** The same key for the same workload is the same event. */
  readonly key: string
  /** One word: what happened. */
  readonly reason: string
  readonly message: string
  readonly at: Date
  /** The machine that it comes from. */
  readonly host: string
}
