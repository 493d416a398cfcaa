import type {ApiObject} from '../api-object.ts'
import type {ClusterSpec, WorkloadSpec} from '../spec.ts'
import type {RequestMatch, Trouble, WorkloadMatch} from '../trouble.ts'

/** Simulated clusters, and a schedule of troubles and changes. */
export interface Scenario {
  /** The description of the scenario, for the user. */
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
 * A time after the start, or after a request was carried out, in milliseconds. Requests are counted in each cluster separately;
 * dry runs do not count.
 */
export interface Moment {
  readonly request?: RequestMatch
  /** The number of such requests; default 1. */
  readonly count?: number
  /** Names of the clusters whose requests are counted together; default: each cluster counts its own. */
  readonly clusters?: readonly string[]
  readonly afterMs: number
}

export interface ScriptedTrouble {
  /** Names of the affected clusters. */
  readonly clusters: readonly string[]
  readonly trouble: Trouble | OtherClient
  readonly from: Moment
  /** Default: it does not end. */
  readonly until?: Moment
  /** Its duration, in milliseconds, if that ends before `until`. */
  readonly forMs?: number
}

/** The actions of another client of the cluster meanwhile. */
export type OtherClient =
  /** A controller restores the spec of a workload to its state at the beginning, a fixed time after each write. */
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
  /** How long after the command before it, in milliseconds; default: at once. */
  readonly afterMs?: number
  /** A sentence of its output. */
  readonly verdict: string
}
