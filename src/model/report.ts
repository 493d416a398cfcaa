import type {Cost, Tier} from './cluster.ts'
import type {ExitName} from './exit-code.ts'
import type {Failure} from './failure.ts'
import type {Outcome} from './result.ts'
import type {LockEntry} from './run-lock.ts'
import type {ContainerImage, WorkloadKind} from './workload.ts'

/** The code a process ends with and the one line that explains it. */
export interface Verdict {
  readonly code: number
  readonly name: ExitName
  readonly sentence: string
}

/** One context in any document. Keys may only be added. */
export interface ClusterEntry {
  readonly context: string
  readonly server: string
  /** Null where nothing could be read. */
  readonly uid: string | null
  readonly version: string | null
  readonly status: 'read' | 'partial' | 'not-read'
  readonly tier: Tier | null
  readonly tierReason: string | null
  readonly cacheAgeMs: number | null
  readonly workloadsRead: number
  readonly cost: Cost
  readonly unread: readonly {
    readonly kind: WorkloadKind
    readonly namespace: string | null
    readonly failure: Failure
  }[]
  readonly problem: Failure | null
}

export interface ScopeEntry {
  readonly kinds: readonly WorkloadKind[]
  readonly namespaces: readonly string[]
  readonly selector: string | null
  readonly contexts: readonly string[]
  readonly contextsLeftOut: readonly string[]
}

export interface WorkloadEntry {
  readonly clusterUid: string
  readonly context: string
  readonly kind: WorkloadKind
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly matched: readonly ContainerImage[]
}

export interface ResultEntry extends WorkloadEntry {
  readonly outcome: Outcome
  readonly attempts: number
  readonly durationMs: number
  readonly reason: string
  readonly failure: Failure | null
}

export interface Counts {
  readonly total: number
  readonly succeeded: number
  readonly unchanged: number
  readonly failed: number
  readonly skipped: number
  readonly notRun: number
  readonly unverified: number
}

/** What the command was asked to do, as it was understood: never credentials, never the environment. */
export type ArgumentsEntry = Readonly<Record<string, string | number | boolean | readonly string[] | null>>

/** The document of every writing verb. */
export interface RunReport {
  readonly schemaVersion: 1
  readonly type: 'RunReport'
  readonly run: {
    readonly id: string
    readonly verb: string
    readonly arguments: ArgumentsEntry
    readonly startedAt: string
    readonly durationMs: number
    /** Null: it wrote. */
    readonly dryRun: 'client' | 'server' | null
    readonly waited: boolean
    /** Null where the run ended before there was a plan to record. */
    readonly ledger: string | null
    /** One per cluster of the plan that was to be written; empty where nothing was. */
    readonly locks: readonly LockEntry[]
  }
  readonly scope: ScopeEntry
  readonly clusters: readonly ClusterEntry[]
  readonly results: readonly ResultEntry[]
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
  /** Every image reference that the query matched, as the pod templates spell it, sorted. */
  readonly images: readonly string[]
  readonly verdict: Verdict
}

export interface CheckedPermission {
  readonly purpose: 'find' | 'restart' | 'cache refresh'
  readonly verb: string
  readonly resource: string
  readonly namespace: string | null
  readonly allowed: boolean
}

export interface CheckEntry {
  readonly context: string
  readonly server: string
  readonly uid: string | null
  readonly version: string | null
  readonly latencyMs: number | null
  readonly permissions: readonly CheckedPermission[]
  readonly imageCache: {
    readonly state: 'missing' | 'foreign' | 'unreadable' | 'present'
    readonly ageMs: number | null
    readonly workloads: number | null
  } | null
  readonly problem: Failure | null
}

/** The document of `check`. */
export interface CheckReport {
  readonly schemaVersion: 1
  readonly type: 'CheckReport'
  readonly contexts: readonly CheckEntry[]
  readonly verdict: Verdict
}

export interface CacheEntry {
  readonly context: string
  readonly server: string
  readonly uid: string | null
  /** `saved` and `not-saved` are answers of `cache refresh`, `present` and `missing` of `cache show`. */
  readonly state: 'saved' | 'not-saved' | 'present' | 'missing' | 'not-read'
  readonly reason: string
  readonly builtAt: string | null
  readonly ageMs: number | null
  readonly workloads: number | null
  readonly images: number | null
  readonly bytes: number | null
  readonly problem: Failure | null
}

/** The document of `cache refresh` and `cache show`. */
export interface CacheReport {
  readonly schemaVersion: 1
  readonly type: 'CacheReport'
  readonly caches: readonly CacheEntry[]
  readonly verdict: Verdict
}

/** What stands on stdout under `--json` when a command ends before it has a report of its own. */
export interface ErrorReport {
  readonly schemaVersion: 1
  readonly type: 'ErrorReport'
  readonly error: Failure
  readonly verdict: Verdict
}
