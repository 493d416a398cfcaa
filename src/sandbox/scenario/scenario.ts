import type {ApiObject} from '../api-object.ts'
import type {ClusterSpec, WorkloadSpec} from '../spec.ts'
import type {RequestMatch, Trouble, WorkloadMatch} from '../trouble.ts'

/** Simulated clusters, and what happens in them over time. */
export interface Scenario {
  /** What it is about, for its user. */
  readonly description?: string
  readonly clusters: readonly ScenarioCluster[]
  readonly troubles: readonly ScriptedTrouble[]
  readonly changes: readonly ScriptedChange[]
  /** Commands to try, and how each of them ends. */
  readonly expect: readonly Expectation[]
}

export interface ScenarioCluster extends ClusterSpec {
  /** Created after its workloads, as the API would. */
  readonly objects?: readonly ApiObject[]
}

/**
 * So many milliseconds after the start, or after a request was carried out. Requests count in each cluster on their own; a
 * dry run does not count.
 */
export interface Moment {
  readonly request?: RequestMatch
  /** How many such requests it takes; default 1. */
  readonly count?: number
  readonly afterMs: number
}

export interface ScriptedTrouble {
  /** Names of the clusters that have it. */
  readonly clusters: readonly string[]
  readonly trouble: Trouble | OtherClient
  readonly from: Moment
  /** Default: it lasts. */
  readonly until?: Moment
  /** How long it lasts, in milliseconds from its begin, where that comes before `until`. */
  readonly forMs?: number
}

/** What another client of the cluster does meanwhile. */
export type OtherClient =
  /** A controller puts the spec of a workload back to what it was at the begin, so long after each write. */
  | ({readonly type: 'reverted'; readonly afterMs?: number} & WorkloadMatch)
  /** Another run of hubspoke holds the lock of the cluster. */
  | {
      readonly type: 'lock-held'
      /** Default `hubspoke-system`. */
      readonly namespace?: string
      readonly user: string
      readonly host: string
      /** Default `restart`. */
      readonly verb?: string
    }

export interface ScriptedChange {
  readonly clusters: readonly string[]
  readonly at: Moment
  readonly change: Change
}

export type Change =
  | {readonly type: 'add'; readonly workload: WorkloadSpec}
  /** A JSON merge patch. */
  | ({readonly type: 'patch'; readonly patch: Readonly<Record<string, unknown>>} & ObjectName)
  | ({readonly type: 'remove'} & ObjectName)

export interface ObjectName {
  readonly kind: string
  /** Empty for kinds that have none. */
  readonly namespace: string
  readonly name: string
}

export interface Expectation {
  /** The words of a command, without the name of the program. */
  readonly run: string
  readonly exitCode: number
  /** A sentence of its output. */
  readonly verdict: string
}
