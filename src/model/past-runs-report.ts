import type {Actor} from './actor.ts'
import type {ArgumentsEntry} from './arguments-entry.ts'
import type {Failure} from './failure.ts'
import type {RecordedTarget} from './recorded-run.ts'
import type {Counts, Verdict} from './report.ts'
import type {FailedTry, Outcome, PartEntry} from './result.ts'
import type {ScopeEntry} from './scope-entry.ts'
import type {Undo} from './undo.ts'
import type {UnreadContext} from './unread-context.ts'
import type {ExcludedEntry, OtherTargetEntry, WorkloadEntry} from './workload-entry.ts'

/** Outcomes, and where there is none yet the last state that was recorded; they add up to the total. */
export interface LedgerCounts extends Counts {
  readonly planned: number
  readonly writing: number
  readonly written: number
  readonly watching: number
  readonly retrying: number
}

/** A run as its ledger tells of it. */
export interface PastRunEntry {
  readonly id: string
  /** Null, as the other facts of its beginning: the run was killed before its first record was on disk. */
  readonly verb: string | null
  /** The run whose targets this one retried; null, too: it is no retry. */
  readonly retryOf: string | null
  /** Why it was made; null, too: no reason was given. */
  readonly reason: string | null
  readonly image: string | null
  readonly startedAt: string | null
  readonly lastRecordAt: string | null
  /** `unfinished`: it goes on or was killed, which look alike. */
  readonly state: 'ended' | 'unfinished'
  readonly exitCode: number | null
  readonly stoppedBy: string | null
  /** Path of its ledger. */
  readonly ledger: string
  /** Who made it; null: its ledger does not tell. */
  readonly by: Actor | null
  /** Lines of the ledger that could not be understood. */
  readonly damagedLines: number
  /** A newer version of hubspoke wrote the ledger, or a part of it. */
  readonly isOfNewerVersion: boolean
  /** Planned targets of which the ledger has no record. */
  readonly targetsMissing: number
  /** To its last record; null: not known. */
  readonly durationMs: number | null
  /** Runs that have retried its targets, oldest first. */
  readonly retriedBy: readonly string[]
  /** What its invocations do not agree on: not empty, and the ledger is of several runs under one id. */
  readonly conflicts: readonly string[]
}

/** The document of `runs list`. */
export interface RunsReport {
  readonly schemaVersion: 1
  readonly type: 'RunsReport'
  /** Where the ledgers are kept. */
  readonly directory: string
  /** Newest first. */
  readonly runs: readonly (PastRunEntry & {readonly counts: LedgerCounts})[]
  /** Ledgers that could not be read. */
  readonly notRead: readonly {readonly id: string; readonly problem: Failure}[]
  readonly verdict: Verdict
}

/** A planned target of a past run, as its ledger describes it. */
export type RecordedTargetEntry = RecordedStateEntry & ((WorkloadEntry & {readonly server: string}) | OtherTargetEntry)

export interface RecordedStateEntry {
  /** From 1. Null: the run has no waves, or preflight refused the target. */
  readonly wave: number | null
  /** Its last record. */
  readonly state: RecordedTarget['state']
  readonly wrote: RecordedTarget['wrote']
  readonly attempts: number
  /** Those that failed before the last one, as its result has them; empty without a result. */
  readonly failedTries: readonly FailedTry[]
  /** Null, as the duration: no result was recorded. */
  readonly outcome: Outcome | null
  readonly durationMs: number | null
  /** First try and end, by the clock of that machine; null: it never started, or that is not known. */
  readonly startedAt: string | null
  readonly endedAt: string | null
  /** Of the result, or of the last try that failed; else empty. */
  readonly reason: string
  readonly failure: Failure | null
  readonly undo: Undo | null
  /** As far as they were reported; empty: its verb does not report parts. */
  readonly parts: readonly PartEntry[]
}

/** The document of `runs show`. */
export interface LedgerReport {
  readonly schemaVersion: 1
  readonly type: 'LedgerReport'
  readonly run: PastRunEntry & {
    readonly arguments: ArgumentsEntry
    /** What marks the writes of this run. */
    readonly stamp: string | null
  }
  /** Every planned target, in plan order. */
  readonly targets: readonly RecordedTargetEntry[]
  /** They match and were no targets. */
  readonly excluded: readonly ExcludedEntry[]
  /** What was searched, and what was not. Null: a retry, or it is not recorded. */
  readonly scope: ScopeEntry | null
  /** Groups of selected contexts that lead to one cluster each: it was written through the first one only. */
  readonly sameCluster: readonly (readonly string[])[]
  /** Selected contexts that were not read in full when the run was planned: it may lack targets there. */
  readonly unread: readonly UnreadContext[]
  readonly counts: LedgerCounts
  /** The next commands to type. */
  readonly suggestions: readonly string[]
  readonly verdict: Verdict
}
