import type {ClusterReading, Scope, Tier} from './cluster.ts'
import type {Exclusion} from './exclusion.ts'
import type {Failure} from './failure.ts'
import type {TargetMarks} from './marks.ts'
import type {CachedOnlyEntry} from './report.ts'
import type {LockOutlook} from './run-lock.ts'
import type {Target} from './target.ts'
import type {WorkloadKind} from './workload.ts'

/** What a run would do in one cluster. */
export interface PlannedCluster {
  /** Every selected context that leads to this cluster; the first one is written through. */
  readonly contexts: readonly string[]
  readonly server: string
  readonly uid: string
  /** The UID could not be read: server URL and CA hash stand in for it. */
  readonly uidIsFallback: boolean
  /** Undefined: nothing was searched. */
  readonly tier?: Tier
  readonly tierReason?: string
  readonly cacheAgeMs?: number
  readonly targets: number
  readonly byKind: Readonly<Partial<Record<WorkloadKind, number>>>
  /** Every image reference that matched here, as the pod templates spell it. */
  readonly images: readonly string[]
  /** Those of a retry's targets that could not be read again, or run other images by now: as they are recorded. */
  readonly recordedImages?: readonly string[]
}

/** A target of the plan that preflight found no permission for: it will end `failed` without a try. */
interface RefusedTarget {
  readonly target: Target
  readonly failure: Failure
}

/** A context of a plan whose cluster is written only when the name of the context was typed or confirmed. */
export interface ProtectedCluster {
  readonly context: string
  /** Why, as a clause. */
  readonly because: string
  /** The entry of a config file that protects it. */
  readonly by: ProtectionKind
  readonly pattern: string
  readonly path: string
  readonly line: number
}

/** How a config file names what it protects. */
export type ProtectionKind = 'context' | 'server' | 'clusterUid'

/** What a plan retries of an earlier run. */
export interface RetryView {
  readonly runId: string
  /** All that the run had planned. */
  readonly planned: number
  /** Why each of the targets is retried, and how many are: `failed`, `no result, write announced`. */
  readonly takenUp: readonly (readonly [words: string, count: number])[]
  /** Targets that had started are done again, and not only watched. */
  readonly repeats: boolean
  /** Lines of its ledger that cannot be understood. */
  readonly damagedLines: number
  /** Runs that have taken it up before, oldest first. */
  readonly retriedBy: readonly string[]
  /** Which options of that run apply, as words of a command line: those that differ from the default. */
  readonly options: {
    readonly kept: readonly string[]
    /** Said anew, with what that run used in brackets. */
    readonly changed: readonly string[]
    /** Not in its ledger, so that those of this command apply. */
    readonly unknown: readonly string[]
    /** Not kept: it counts for one run. */
    readonly deadlineMs: number | undefined
  }
}

/** In which parts a run would start its targets. */
export interface PlannedWaves {
  readonly sizes: readonly {
    readonly targets: number
    /** The clusters of its targets, by the context that each is reached through. */
    readonly contexts: readonly string[]
    /** The target of a wave of one. */
    readonly only: Target | undefined
  }[]
  /** `5m`, or `ask`; undefined: a wave follows as soon as the one before it is healthy. */
  readonly pause: string | undefined
  readonly maxFailures: number
}

/** A target with what is to be known of it. */
export interface MarkedTarget extends TargetMarks {
  readonly target: Target
}

/** Namespaces whose PodDisruptionBudgets could not be read. */
export interface BudgetsNotRead {
  readonly context: string
  /** Null: all of them. */
  readonly namespace: string | null
  readonly failure: Failure
}

/** What must be confirmed beside the plan: `--yes` alone does not cover it. */
export interface AdditionalConfirmation {
  /** One sentence for people: `Scaling to 0 ends every pod of these workloads.` */
  readonly sentence: string
  /** What must be typed on a terminal. */
  readonly answer: string
  /** The flag that confirms it in advance: `--confirm-zero`. */
  readonly flag: string
}

/** What a verb says about its plan. */
export interface PlanText {
  /** The heading: `restart every workload that runs ghcr.io/acme/web`. */
  readonly heading: string
  /** The same for a retry: `restart what runs ghcr.io/acme/web and is not yet in the desired state`. */
  readonly unfinished: string
  /** The question, before the count of targets: `Restart`. */
  readonly question: string
  /** The same for a retry, after "Retry": `the restart of`. */
  readonly again: string
  /** One target: `workload`. */
  readonly target: string
  /** One place: `cluster`. */
  readonly place: string
  /** Default: the confirmation of the plan is enough. */
  readonly confirmation?: AdditionalConfirmation
}

/** What people are shown before they are asked: the plan, and all that is not in it. */
export interface PlanView {
  readonly text: PlanText
  /** Absent: it is no retry. */
  readonly retry?: RetryView | undefined
  /** Why it is made; undefined: no reason was given. */
  readonly reason?: string | undefined
  /** What chose the contexts, when it was not the command line: the name of an environment variable. */
  readonly contextsFrom?: string | undefined
  /** In plan order, those that will be refused among them. */
  readonly targets: readonly Target[]
  /** What each is changed to, by key; raw text. Default: nothing to add. */
  readonly changes?: ReadonlyMap<string, string>
  /** Where consent comes from; undefined: it is asked for, or not needed. */
  readonly consent?: string | undefined
  /** Clusters that were read, also those in which nothing matched. */
  readonly clusters: readonly PlannedCluster[]
  readonly refused: readonly RefusedTarget[]
  /** Known targets in clusters that cannot be reached. */
  readonly unreached?: readonly Target[]
  /** Undefined: they start together. */
  readonly waves: PlannedWaves | undefined
  /** Targets whose rollout fails are put back to what they were. */
  readonly undoFailed?: boolean
  /** Workloads that match and are not acted on. */
  readonly excluded: readonly Exclusion[]
  /** Contexts that could not be read, or only in part. */
  readonly notRead: readonly ClusterReading[]
  /** Workloads that only image caches name: no targets, as what they are now may not be read. */
  readonly cachedOnly: readonly CachedOnlyEntry[]
  /** Contexts that are written only when their names are typed or confirmed; default: none. */
  readonly protected?: readonly ProtectedCluster[]
  /** Further notes for the confirmation; raw text. */
  readonly notes?: readonly string[]
  /** Clusters in which nothing keeps other runs out. */
  readonly withoutLock: readonly LockOutlook[]
  readonly marked: readonly MarkedTarget[]
  /** Where PodDisruptionBudgets could not be read. */
  readonly budgetsNotRead: readonly BudgetsNotRead[]
  readonly scope: Scope
}
