import type {Actor} from './actor.ts'
import type {ArgumentsEntry} from './arguments-entry.ts'
import type {CacheEntry} from './cache-entry.ts'
import type {ClusterEntry} from './cluster-entry.ts'
import type {ExitName} from './exit-code.ts'
import type {Failure} from './failure.ts'
import type {LogTail} from './log-tail.ts'
import type {MarksEntry} from './marks.ts'
import type {NearImage} from './near-image.ts'
import type {RecordedTarget} from './recorded-run.ts'
import type {FailedTry, Outcome} from './result.ts'
import type {Consent} from './run-facts.ts'
import type {LockEntry} from './run-lock.ts'
import type {ScopeEntry} from './scope-entry.ts'
import type {Undo} from './undo.ts'
import type {WaveState} from './wave.ts'
import type {ExcludedEntry, OtherTargetEntry, WorkloadEntry} from './workload-entry.ts'

/** The code a process ends with and the one line that explains it. */
export interface Verdict {
  readonly code: number
  readonly name: ExitName
  readonly sentence: string
}

/**
 * A workload that the image cache names and that the caller may not read: it ran the image when the cache was built, and
 * it was not read since.
 */
export interface CachedOnlyEntry extends Omit<WorkloadEntry, 'uid'> {
  readonly cacheAgeMs: number | null
}

/** A target of a run, and how it ended. */
export type ResultEntry = OutcomeEntry & ((WorkloadEntry & MarksEntry) | OtherTargetEntry)

export interface OutcomeEntry {
  /** From 1. Null: the run has no waves, or preflight refused the target. */
  readonly wave: number | null
  readonly outcome: Outcome
  readonly attempts: number
  /** Those that failed before the last one, oldest first. */
  readonly failedTries: readonly FailedTry[]
  readonly durationMs: number
  /** First try and end, by the clock of this machine; null: it never started, or that is not known. */
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly reason: string
  readonly failure: Failure | null
  /** Whether the write of a target that failed was taken back; null: that was not asked for, or it did not fail so. */
  readonly undo: Undo | null
  /** Of a container that crashed in the rollout; null unless `--include-logs` asked for it and there is something. */
  readonly logTail: LogTail | null
}

/** A wave of a run and how far it came. */
export interface WaveEntry {
  readonly wave: number
  readonly targets: number
  readonly clusters: number
  readonly state: WaveState
}

/** An image that may have been meant, and how many workloads run it. */
export type NearImageEntry = Pick<NearImage, 'image' | 'workloads'>

export interface Counts {
  readonly total: number
  readonly succeeded: number
  readonly unchanged: number
  readonly failed: number
  readonly skipped: number
  readonly notRun: number
  readonly unverified: number
}

/** The document of every writing verb. */
export interface RunReport {
  readonly schemaVersion: 1
  readonly type: 'RunReport'
  readonly run: {
    readonly id: string
    readonly verb: string
    /** The run whose targets this one retries; null: it is no retry. */
    readonly retryOf: string | null
    readonly reason: string | null
    readonly arguments: ArgumentsEntry
    readonly startedAt: string
    /** Without the time that questions waited for their answers. */
    readonly durationMs: number
    readonly askedMs: number
    /** Null: it wrote. */
    readonly dryRun: 'client' | 'server' | null
    readonly waited: boolean
    /** Who made it; null: nothing was written, or it is not known. */
    readonly by: Actor | null
    /** Where consent came from, or that it was not given; null: none was needed. */
    readonly consent: Consent | null
    /** Null where the run ended before there was a plan to record. */
    readonly ledger: string | null
    /** One per cluster of the plan that was to be written; empty where nothing was. */
    readonly locks: readonly LockEntry[]
    /** In the order in which they start; empty where the run has none. */
    readonly waves: readonly WaveEntry[]
  }
  readonly scope: ScopeEntry
  readonly clusters: readonly ClusterEntry[]
  readonly results: readonly ResultEntry[]
  /** They match and are no targets. */
  readonly excluded: readonly ExcludedEntry[]
  /** Where nothing matched: images that may have been meant, the nearest first. */
  readonly nearImages: readonly NearImageEntry[]
  /** The next commands to type, where nothing matched. */
  readonly suggestions: readonly string[]
  /** No targets: what they are now could not be read. */
  readonly cachedOnly: readonly CachedOnlyEntry[]
  readonly counts: Counts
  readonly verdict: Verdict
}

/** The document of `find`. */
export interface FindReport {
  readonly schemaVersion: 1
  readonly type: 'FindReport'
  readonly query: string
  readonly scope: ScopeEntry
  readonly clusters: readonly ClusterEntry[]
  readonly workloads: readonly WorkloadEntry[]
  /** Not among the workloads, nor are their images among the images. */
  readonly cachedOnly: readonly CachedOnlyEntry[]
  /** Where nothing matched: images that may have been meant, the nearest first. */
  readonly nearImages: readonly NearImageEntry[]
  /** The next commands to type, where nothing matched. */
  readonly suggestions: readonly string[]
  /** Every image reference that the query matched, as the pod templates spell it, sorted. */
  readonly images: readonly string[]
  readonly verdict: Verdict
}

/** The document of `cache refresh`, `cache show` and `cache watch`. */
export interface CacheReport {
  readonly schemaVersion: 1
  readonly type: 'CacheReport'
  readonly caches: readonly CacheEntry[]
  /** Contexts of the kubeconfig that were not selected. */
  readonly contextsLeftOut: readonly string[]
  readonly verdict: Verdict
}

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
  readonly counts: LedgerCounts
  /** The next commands to type. */
  readonly suggestions: readonly string[]
  readonly verdict: Verdict
}
