import type {Actor} from './actor.ts'
import type {ArgumentsEntry} from './arguments-entry.ts'
import type {ClusterReading, Scope} from './cluster.ts'
import type {Exclusion} from './exclusion.ts'
import type {Marks} from './marks.ts'
import type {SpokeResult} from './result.ts'
import type {LockEntry} from './run-lock.ts'
import type {StopReason} from './stop.ts'
import type {Wave, WaveState} from './wave.ts'

/** The run whose targets are retried. */
export interface Retried {
  readonly id: string
  /** It ended because contexts could not be read: what runs there was not in its plan. */
  readonly wasBlind: boolean
}

/** `cancelled`: a signal came instead of an answer. */
export type Consent = 'prompt' | '--yes' | 'HUBSPOKE_YES' | 'declined' | 'cancelled'

/** Everything that happened in a run; the report and the verdict are functions of it. */
export interface RunFacts {
  readonly id: string
  readonly verb: string
  /** Absent: it is no retry. */
  readonly retryOf?: Retried
  /** An earlier invocation of this run has written to targets. */
  readonly hasWrittenBefore: boolean
  readonly arguments: ArgumentsEntry
  /** Why it was made; absent: no reason was given. */
  readonly reason?: string
  readonly startedAt: Date
  /** Without the time that questions waited for their answers. */
  readonly durationMs: number
  readonly askedMs: number
  readonly dryRun: 'client' | 'server' | null
  readonly waited: boolean
  readonly allowEmpty: boolean
  readonly ledger: string | null
  /** A record of what was done could not be written. */
  readonly ledgerIsIncomplete: boolean
  /** Null: nothing was written, or it is not known. */
  readonly by: Actor | null
  readonly locks: readonly LockEntry[]
  readonly scope: Scope
  readonly readings: readonly ClusterReading[]
  /** One per planned target, in plan order; `not-run` all of them when the plan was declined. */
  readonly results: readonly SpokeResult[]
  /** Workloads that match and are not acted on. */
  readonly excluded: readonly Exclusion[]
  /** Groups of selected contexts that lead to one cluster each: it is written through the first one only. */
  readonly sameCluster: readonly (readonly string[])[]
  /** In the order in which they start; none where the run has no waves. */
  readonly waves: readonly {readonly targets: Wave; readonly state: WaveState}[]
  readonly marks: Marks
  readonly declined: boolean
  /** Why it was declined, as a clause; absent: a plain No. */
  readonly declinedBecause?: string | undefined
  /** Where consent came from, or that it was not given; null: none was needed. */
  readonly consent: Consent | null
  readonly stoppedBy: StopReason | undefined
}
