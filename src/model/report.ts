import type {Actor} from './actor.ts'
import type {ArgumentsEntry} from './arguments-entry.ts'
import type {CacheEntry} from './cache-entry.ts'
import type {ClusterEntry} from './cluster-entry.ts'
import type {ExitName} from './exit-code.ts'
import type {Failure} from './failure.ts'
import type {LogTail} from './log-tail.ts'
import type {MarksEntry} from './marks.ts'
import type {NearImage} from './near-image.ts'
import type {FailedTry, Outcome, PartEntry} from './result.ts'
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
  /** Empty: its verb does not report parts. */
  readonly parts: readonly PartEntry[]
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
