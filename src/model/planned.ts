import type {Exclusion} from './exclusion.ts'
import type {SpokeResult} from './result.ts'
import type {Plan} from './target.ts'
import type {WorkloadTraits} from './workload.ts'

/** What lists said about targets that are workloads, by key. */
export type Traits = ReadonlyMap<string, WorkloadTraits>

/** Selected contexts that lead to one cluster, in their order. */
export interface ContextGroup {
  readonly clusterUid: string
  readonly contexts: readonly string[]
}

/** The plan, and what is not in it. */
export interface Planned {
  readonly targets: Plan
  /** Those of a retry whose images are the recorded ones, by key; default: none. */
  readonly asRecorded?: ReadonlySet<string>
  /**
   * Targets that are known from elsewhere and need no attempt, or cannot have one (their clusters could not be reached), with
   * how they so ended; default: none.
   */
  readonly unreached?: readonly SpokeResult[]
  /** What each is changed to, in a few words for the plan, by key; default: the verb says it all. */
  readonly changes?: ReadonlyMap<string, string>
  /** What is known of them besides, and of those that are excluded. */
  readonly traits: Traits
  /** Workloads that match and are not acted on. */
  readonly excluded: readonly Exclusion[]
  /** What else is to be known of them before the plan is confirmed, one sentence each; default: nothing. */
  readonly notes?: readonly string[]
  /** Clusters that several of the selected contexts lead to. */
  readonly sameCluster: readonly ContextGroup[]
}
