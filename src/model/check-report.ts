import type {Failure} from './failure.ts'
import type {PermittedVerb} from './permission.ts'
import type {ProtectionKind} from './plan-view.ts'
import type {Verdict} from './report.ts'

export interface CheckedPermission {
  /** The command that needs it. */
  readonly purpose: PermittedVerb
  readonly verb: string
  readonly resource: string
  /** Null: all namespaces, or a resource that has none. */
  readonly namespace: string | null
  /** Null: any name. */
  readonly name: string | null
  readonly allowed: boolean
  /** It is not allowed for every workload, and a role may still allow it for some by name: a run asks for each. */
  readonly mayBeByName: boolean
  /** Without it the command does not do what it is for; else it answers less well. */
  readonly essential: boolean
  /** What comes of it where it is not allowed. */
  readonly without: string
}

/** Whether a run could take the lock of a cluster. */
export interface LockCheck {
  /**
   * `expired`: a run that ended without releasing it, and the next run takes it over; `missing-namespace`: the namespace that the
   * lock is kept in does not exist.
   */
  readonly state: 'available' | 'held' | 'expired' | 'missing-namespace' | 'forbidden' | 'unknown'
  /** Who holds it, or why it cannot be taken; null where it can. */
  readonly reason: string | null
  /** The next commands to type. */
  readonly suggestions: readonly string[]
}

/** An entry of a config file that protects clusters. */
export interface ProtectionEntry {
  readonly by: ProtectionKind
  readonly pattern: string
  readonly file: string
  readonly line: number
}

export interface CheckEntry {
  readonly context: string
  readonly server: string
  readonly uid: string | null
  /** `uid` is no UID but a hash of the server's URL and CA, as the UID may not be read. */
  readonly uidIsFallback: boolean | null
  /** The other contexts of this document that lead to the same cluster. */
  readonly sameClusterAs: readonly string[]
  readonly version: string | null
  readonly latencyMs: number | null
  /** How far the clock of this machine is ahead of that of the server, to the second; below 0: behind it. */
  readonly clockSkewMs: number | null
  /** Null: they do not tell when they end. */
  readonly credentials: {
    readonly expiresAt: string
    /** By the clock of the server; below 0: they have ended. */
    readonly leftMs: number
    /** They are renewed automatically. */
    readonly renewed: boolean
  } | null
  readonly permissions: readonly CheckedPermission[]
  readonly imageCache: {
    readonly state: 'missing' | 'foreign' | 'unreadable' | 'present'
    readonly ageMs: number | null
    readonly workloads: number | null
  } | null
  /** Why its cluster is written only when the name of the context was confirmed; null: it is not protected. */
  readonly protected: (ProtectionEntry & {readonly reason: string}) | null
  /** Null where nothing could be asked. */
  readonly lock: LockCheck | null
  readonly problem: Failure | null
}

/** The document of `check`. */
export interface CheckReport {
  readonly schemaVersion: 1
  readonly type: 'CheckReport'
  readonly contexts: readonly CheckEntry[]
  /** Contexts of the kubeconfig that were not selected. */
  readonly contextsLeftOut: readonly string[]
  /** Entries of config files that protect nothing, as far as that could be found out. */
  readonly unmatchedProtections: readonly ProtectionEntry[]
  readonly verdict: Verdict
}
