import type {ClusterEntry} from './cluster-entry.ts'
import type {Failure} from './failure.ts'
import type {CachedOnlyEntry, NearImageEntry, Verdict} from './report.ts'
import type {ScopeEntry} from './scope-entry.ts'
import type {WorkloadEntry} from './workload-entry.ts'

/**
 * The rollout status of a workload, in the order in which the report lists it.
 *
 * `stuck`: its progress deadline is exceeded, its strategy replaces no pod, its pods cannot be created, or a container of them
 * crashed or cannot be started. `not-readable`: its present state is unknown. `gone`: it was deleted, or runs
 * another image, since it was found.
 */
export const rolloutStates = ['stuck', 'paused', 'rolling-out', 'not-readable', 'gone', 'rolled-out'] as const

export type RolloutState = (typeof rolloutStates)[number]

/** Numbers of pods, as the status of the workload has them. */
export interface PodCounts {
  readonly wanted: number
  /** Of any revision. */
  readonly current: number
  /** Of the newest revision. */
  readonly updated: number
  readonly ready: number
  readonly available: number
}

/** Why a rollout does not end. */
export interface RolloutCause {
  /** The API's own word: `ImagePullBackOff`. */
  readonly reason: string
  /** One sentence with that word, the API's message, and the pod. */
  readonly message: string
  /** Null: it concerns no single pod. */
  readonly pod: string | null
}

/** The rollout status of one workload. */
export interface RolloutReading {
  readonly status: RolloutState
  /** It is stuck, and does not recover without a change. */
  readonly lasting: boolean
  /** How far it is: one clause for people. */
  readonly message: string
  /** Null: not known. */
  readonly pods: PodCounts | null
  /** Null: it is rolled out, or no cause was found. */
  readonly cause: RolloutCause | null
  /** Why no cause is known, when the pods could not be read. */
  readonly causeUnknown: string | null
  /** Of a workload that is stuck or not readable. */
  readonly failure: Failure | null
  /** The next commands to type. */
  readonly suggestions: readonly string[]
}

/** A workload that runs the image, and its rollout status. */
export type StatusEntry = WorkloadEntry & RolloutReading

export interface StatusCounts {
  readonly total: number
  readonly rolledOut: number
  readonly rollingOut: number
  readonly stuck: number
  readonly paused: number
  readonly gone: number
  readonly notReadable: number
}

/** The document of `status`. */
export interface StatusReport {
  readonly schemaVersion: 1
  readonly type: 'StatusReport'
  readonly query: string
  /** With `--watch`: the last status that was seen of each workload. */
  readonly watched: boolean
  readonly scope: ScopeEntry
  readonly clusters: readonly ClusterEntry[]
  /** Those that are stuck first, those with the same cause together. */
  readonly workloads: readonly StatusEntry[]
  /** Only the image cache names them: their status could not be read. */
  readonly cachedOnly: readonly CachedOnlyEntry[]
  /** Where nothing matched: images that may have been meant, the nearest first. */
  readonly nearImages: readonly NearImageEntry[]
  /** The next commands to type, where nothing matched. */
  readonly suggestions: readonly string[]
  readonly counts: StatusCounts
  readonly verdict: Verdict
}
