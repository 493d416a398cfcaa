import type {Exclusion} from './exclusion.ts'
import type {LedgerRecord} from './ledger.ts'
import type {Part, SpokeResult} from './result.ts'
import type {Snapshot} from './snapshot.ts'
import type {Receipt} from './spoke.ts'
import type {Target} from './target.ts'

/** What a ledger tells of its run, also when the run was killed in the middle. */
export interface RecordedRun {
  readonly path: string
  /** Undefined: the run was killed before its first record was on disk. */
  readonly run: Extract<LedgerRecord, {readonly type: 'run'}> | undefined
  /** The first records of all its invocations, oldest first: one, or several under the same id. */
  readonly invocations: readonly Extract<LedgerRecord, {readonly type: 'run'}>[]
  /** What matched and was not acted on, in its last invocation; absent: none is recorded. */
  readonly excluded?: readonly Exclusion[]
  /** In plan order. */
  readonly targets: readonly RecordedTarget[]
  /**
   * Targets that the last invocation had planned and whose record is not there: it was killed before the whole plan was on
   * disk, and so before its first write, or the lines are damaged.
   */
  readonly targetsMissing: number
  /** Undefined: the run goes on, or was killed. */
  readonly ended: Extract<LedgerRecord, {readonly type: 'ended'}> | undefined
  /** When the last record was written; undefined where there is none. */
  readonly lastAt: string | undefined
  /** Lines that are no record of this or a later version: half of one at the end is what a power cut leaves. */
  readonly damagedLines: number
  /** A newer version of hubspoke has begun or continued it, so not all of it can be understood. */
  readonly isOfNewerVersion: boolean
}

/** What is known of a write to a target. `maybe`: it was announced, and whether it arrived was not recorded. */
export const writeStates = ['no', 'maybe', 'yes'] as const

export interface RecordedTarget<T extends Target = Target> {
  readonly target: T
  /** From 1; undefined where the run has none. */
  readonly wave: number | undefined
  /** Its last record. */
  readonly state: 'planned' | 'writing' | 'written' | 'watching' | 'retrying' | 'result'
  /** Its rollout was watched although this run has not written it: the run that it retries has. */
  readonly watched?: true
  /** What this run, in all its invocations, is known to have written. */
  readonly wrote: (typeof writeStates)[number]
  /** The state before the last write that was announced. */
  readonly snapshot: Snapshot | undefined
  /** What its spoke needs to watch or revert the last write that was accepted. */
  readonly receipt: Receipt | undefined
  readonly attempts: number
  /** Why its last try failed, where that is its last record. */
  readonly retryReason: string | undefined
  /** Where its undo has no end, it says that much. */
  readonly result: SpokeResult | undefined
  /** Absent: no part is recorded. */
  readonly parts?: readonly Part[]
}
