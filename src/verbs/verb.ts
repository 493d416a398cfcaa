import type {AccessReviews} from '../kube/ports/access-reviews.ts'
import type {ClusterObjects} from '../kube/ports/objects.ts'
import type {Workloads} from '../kube/ports/workloads.ts'
import type {ClusterPlace} from '../lease/cluster-check.ts'
import type {ArgumentsEntry} from '../model/arguments-entry.ts'
import type {ClusterTarget} from '../model/cluster-target.ts'
import type {LogTail} from '../model/log-tail.ts'
import type {AccessNeed} from '../model/permission.ts'
import type {PlanText} from '../model/plan-view.ts'
import type {Traits} from '../model/planned.ts'
import type {RecordedTarget} from '../model/recorded-run.ts'
import type {Snapshot} from '../model/snapshot.ts'
import type {Spoke} from '../model/spoke.ts'
import type {Target} from '../model/target.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import type {Clock} from '../shared/clock.ts'
import type {ManifestReader} from './apply/manifest-reader.ts'
import type {Commands} from './foreach/commands.ts'
import type {EventRecorder} from './workloads/record-events.ts'

/** How the spokes of a run behave, whatever their verb is. */
export interface SpokeOptions {
  /** False: an accepted write is the end. */
  readonly wait: boolean
  /** Since the last progress of a rollout; undefined: the default, and never less than the workload's own deadline. */
  readonly timeoutMs: number | undefined
  /** A trouble that does not recover without a change ends the wait. */
  readonly failFast: boolean
  /** The reason is also written as `kubernetes.io/change-cause`. */
  readonly changeCause: boolean
  /** The server validates the write and does not make it. */
  readonly dryRun: boolean
}

/** What a verb makes its spoke from, beside its arguments: the run, and access to the targets. */
export interface VerbEnv {
  readonly runId: string
  /** What marks the writes of this run: one timestamp, RFC 3339 with milliseconds. */
  readonly mark: string
  /** The run may have begun in an earlier invocation, or retries another one. */
  readonly resumed: boolean
  readonly options: SpokeOptions
  readonly clock: Clock
  /** Who acts: `ada on laptop-7`, and the user that the cluster behind the context authenticates. */
  by(context: string): string
  /** The workloads of the cluster of the target; they reject when the context points at another cluster by now. */
  workloads(target: WorkloadTarget): Workloads
  /** The objects of the cluster of the target; they reject when the context points at another cluster by now. */
  objects(target: ClusterTarget): ObjectsOfContext
  /** Rejects with a `HubspokeError` unless the context still points at that cluster. */
  confirmCluster(place: ClusterPlace, signal: AbortSignal): Promise<void>
  /** Programs of this machine. */
  readonly commands: Commands
  /** Manifests of this machine. */
  readonly manifests: ManifestReader
  readonly events: Pick<EventRecorder, 'record'>
  /** Receives the log tail of crashed containers; undefined: they are not read. */
  readonly onLogTail?: ((target: WorkloadTarget, tail: LogTail) => void) | undefined
  /** Reads an earlier run. Rejects with a `HubspokeError` when its ledger cannot be read, or its verb is not known. */
  earlier(runId: string): Promise<EarlierRun>
}

/** The objects of one cluster, through one of its contexts. */
export interface ObjectsOfContext extends ClusterObjects {
  readonly mayI: AccessReviews['mayI']
  /** Of objects without one: the namespace that the context names, or `default`. */
  readonly defaultNamespace: string
}

/** An earlier run, as its ledger has it. */
export interface EarlierRun {
  readonly verb: Verb
  readonly args: ArgumentsEntry
  /** What marks its writes. */
  readonly mark: string
  /** By key. */
  readonly targets: ReadonlyMap<string, RecordedTarget>
}

/** The targets that a run will try, and what is known of them before the first write. */
export interface PlanFacts {
  readonly targets: readonly WorkloadTarget[]
  readonly traits: Traits
  /** The states before the writes of earlier invocations, by key of the target. */
  readonly snapshots: ReadonlyMap<string, Snapshot>
}

/** The same for one target of the plan, with what is known of it. */
export interface ChangeEnv extends RemarkEnv, Pick<PlanFacts, 'traits' | 'snapshots'> {}

/** What a verb looks at a plan with. */
export interface RemarkEnv {
  workloads(target: WorkloadTarget): Workloads
  readonly signal: AbortSignal
}

/** What the plan says of clusters: one sentence each, raw text. */
export interface ClusterRemarks {
  readonly notes: readonly string[]
  /** Missing permissions: `--preflight strict` refuses the run for them. */
  readonly denied: readonly string[]
}

/** What a verb looks at the clusters of a plan with. */
export interface ClusterRemarkEnv extends Pick<VerbEnv, 'objects' | 'manifests'> {
  readonly signal: AbortSignal
}

/**
 * An operation on targets of one type. A new verb is a folder that exports one of these, its line in `verbs.ts`, its command
 * and its row of permissions.
 */
export interface Verb<Args = unknown> {
  /** As ledgers record it, and the name of its command. */
  readonly name: string
  /** Several: its arguments decide. */
  readonly targetType: Target['type'] | readonly Target['type'][]
  /**
   * `safe`: a spoke that runs again does not repeat what was done. `ask`: it does, so `runs retry` repeats a target whose write
   * had begun only when that is confirmed.
   */
  readonly retry: 'safe' | 'ask'
  /** False: pods are not replaced, so that the plan shows no disruption by a rollout. Default: true. */
  readonly replacesPods?: boolean
  /** Its writes can be reverted: `--undo-failed`. */
  readonly reverts: boolean
  /** False: no server can check its writes without making them, so there is no `--dry-run server`. Default: true. */
  readonly dryRunsOnServer?: boolean
  /**
   * The arguments of the verb, from the form in which they are typed and recorded.
   *
   * @throws HubspokeError of class `usage` for arguments that the verb cannot use
   */
  parse(recorded: ArgumentsEntry): Args
  /** The same for every spelling of the same arguments: one run id stands for one of them. */
  canonical(args: Args): Readonly<Record<string, string>>
  /** The arguments as words of its command line, in their order. */
  words(args: Args): readonly string[]
  text(args: Args): PlanText
  /**
   * Checks what the run needs on this machine, before any cluster is asked.
   *
   * @throws HubspokeError of class `usage` for what is missing
   */
  prepare?(args: Args, env: Pick<VerbEnv, 'commands' | 'manifests'>): Promise<void>
  /** What it must be allowed to do with a target. */
  needs(target: Target): readonly AccessNeed[]
  /**
   * What is changed of a target, in a few words for its line of the plan. Never rejects because the target cannot be read.
   * Absent, or undefined: the source says it, or the verb alone.
   */
  change?(args: Args, target: WorkloadTarget, env: ChangeEnv): string | undefined | Promise<string | undefined>
  /** What a revert restores, in a few words for the plan; undefined: the snapshot does not tell. */
  before?(snapshot: Snapshot): string | undefined
  /**
   * What the plan says beside its targets: one sentence each, raw text. Reads at most, and is not called for targets that are
   * no workloads. Never rejects because of a cluster that cannot be read: that is one of the sentences. Absent: nothing.
   *
   * @throws HubspokeError of class `usage` where the arguments are not possible for the targets of the plan
   */
  remarks?(args: Args, plan: PlanFacts, env: RemarkEnv): Promise<readonly string[]>
  /** As `remarks`, where the targets are clusters. */
  clusterRemarks?(args: Args, targets: readonly ClusterTarget[], env: ClusterRemarkEnv): Promise<ClusterRemarks>
  spoke(args: Args, env: VerbEnv): Spoke
}
