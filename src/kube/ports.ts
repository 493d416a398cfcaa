import type {ClusterIdentity, ContextRef, Cost} from '../model/cluster.ts'
import type {DisruptionBudget} from '../model/disruption-budget.ts'
import type {ListedWorkload, WorkloadIdentity, WorkloadImages, WorkloadKind, WorkloadState} from '../model/workload.ts'
import type {WorkloadEvent} from '../model/workload-event.ts'

/**
 * What the stages need of a cluster, and nothing else. Every method rejects only with a `HubspokeError` (or with a bug),
 * and ends at once when its signal is aborted.
 */
export interface ClusterAccess {
  readonly context: ContextRef
  readonly workloads: Workloads
  readonly configMaps: ConfigMaps
  readonly leases: Leases
  readonly budgets: DisruptionBudgets
  readonly events: Events
  readonly access: AccessReviews
  /** Reads the UID of `kube-system`; where that is forbidden, stands in server URL and CA hash. A UID that was read is remembered. */
  identity(signal: AbortSignal): Promise<ClusterIdentity>
  /** `v1.36.3`, as the server calls itself. */
  serverVersion(signal: AbortSignal): Promise<string>
  /** What the clock of the server says, in whole seconds. Undefined: it does not say. */
  serverDate(signal: AbortSignal): Promise<Date | undefined>
  /** When the credentials end, as far as they tell themselves: nobody is asked. Undefined: they do not tell. */
  credentialsExpire(): Promise<CredentialsExpiry | undefined>
  /** The names of all namespaces; asked only to tell a mistyped namespace from one in which nothing runs. */
  listNamespaces(signal: AbortSignal): Promise<readonly string[]>
  /** Counted since the connection was opened. */
  cost(): Cost
  /** Ends the connection and every watch on it. Never rejects. */
  close(): Promise<void>
}

export interface CredentialsExpiry {
  readonly at: Date
  /** A plugin, an identity provider or a file that somebody keeps fresh has the next ones. */
  readonly renewed: boolean
}

/** The contexts of a kubeconfig, and the way into each of them. */
export interface Kubeconfig {
  /** In the order of the files; names are unique, as kubectl merges them. */
  readonly contexts: readonly ContextRef[]
  readonly currentContext: string | undefined
  /** Where it was read from, for messages. */
  readonly sources: readonly string[]
  /** More contexts than these take turns: their connections are closed when they have answered, for others that wait. */
  readonly connectedAtOnce: number
  /** The same access every time: one connection per context, opened with its first request. */
  open(context: string): ClusterAccess
}

export interface ListRequest {
  /** Undefined: all namespaces. */
  readonly namespace?: string
  /** As kubectl's `-l`, checked by the server. */
  readonly selector?: string
  /** Also what a plan wants to know of each workload. */
  readonly traits?: boolean
}

/** One page of a list; `resourceVersion` is that of the whole list, the same on every page. */
export interface WorkloadPage {
  readonly workloads: readonly ListedWorkload[]
  readonly resourceVersion: string
}

export interface Workloads {
  /**
   * Pages of 500, consistent as of one resource version. A page token that expires restarts the list: pages handed out
   * before are void then, which a page with `restarted: true` says.
   */
  list(
    kind: WorkloadKind,
    request: ListRequest,
    signal: AbortSignal,
  ): AsyncIterable<WorkloadPage & {readonly restarted?: boolean}>
  /** Undefined: there is no workload of this name any more. */
  read(workload: WorkloadIdentity, signal: AbortSignal): Promise<WorkloadState | undefined>
  /**
   * Sets `kubectl.kubernetes.io/restartedAt` of the pod template (strategic merge patch), and `annotations` on the
   * workload itself; null removes one. `uid` and `resourceVersion` go into the patch, so that a race is a conflict and not a second rollout.
   */
  restart(workload: WorkloadIdentity, write: RestartWrite, signal: AbortSignal): Promise<WorkloadState>
  /**
   * Follows one workload from now on: resolves when every later change is sure to be delivered, so call it before the
   * write. One watch per kind (per namespace, where permissions are namespaced) serves all that are followed.
   */
  follow(workload: WorkloadIdentity, signal: AbortSignal): Promise<WorkloadFeed>
  /** What keeps the newest pods of a workload from becoming ready, worst first. Empty: nothing to be seen. */
  podTroubles(workload: WorkloadState, signal: AbortSignal): Promise<readonly PodTrouble[]>
  /**
   * Pods of a StatefulSet that keep it from replacing any, by name: of another revision than its newest, not ready, and not
   * being deleted, while it waits for its pods in order. Only somebody who deletes them helps. Empty: there are none, or the
   * controller has not seen the newest revision yet.
   */
  stuckPods(workload: WorkloadState, signal: AbortSignal): Promise<readonly string[]>
  /**
   * The last lines that a crashed container wrote, oldest first, without what looks like a secret and safe to print. Empty:
   * it wrote none, nobody kept them, or they may not be read.
   */
  lastWords(namespace: string, trouble: PodTrouble, signal: AbortSignal): Promise<readonly string[]>
  /**
   * What became of the workloads of a kind, in all namespaces, since the version of a list, with the proof that it is all:
   * what a list would say now is what that list said, and these changes. Takes up to 3 s. Where there is no proof, for
   * whatever reason, that is the answer, and no failure.
   */
  changesSince(kind: WorkloadKind, resourceVersion: string, signal: AbortSignal): Promise<ChangesSince>
  /**
   * One watch of a kind in all namespaces: tells everything that comes after a version, in the order of the versions, until
   * the server ends it. `expired`: the server does not remember so far back.
   */
  watch(from: WatchFrom, tell: (news: WorkloadNews) => void, signal: AbortSignal): Promise<'ended' | 'expired'>
  /** How far a kind is: no write that was acknowledged before the call is past this version. */
  newest(kind: WorkloadKind, signal: AbortSignal): Promise<NewestVersion>
}

export interface WatchFrom {
  readonly kind: WorkloadKind
  readonly resourceVersion: string
  /** After so long the server is to end the watch; about two seconds before, it sends a bookmark. */
  readonly seconds: number
}

/** A change, or a bookmark, which says only that all changes up to its version have been told. */
export type WorkloadNews = {readonly version: bigint} & (
  | {readonly type: 'changed'; readonly workload: WorkloadImages}
  | {readonly type: 'deleted'; readonly workload: WorkloadIdentity}
  | {readonly type: 'bookmark'}
)

export interface NewestVersion {
  readonly version: bigint
  /** What the server's clock said when it answered, in whole seconds. Undefined: it did not say. */
  readonly serverDate?: Date
}

export type ChangesSince =
  | {
      /** The last state of each workload that changed, by its namespace and name: one that was recreated is one. */
      readonly changes: readonly WorkloadChange[]
      /** Nothing up to this version is missing; it is that of a consistent list, or a later one. */
      readonly provenAt: string
    }
  | {readonly unproven: Unproven}

export type WorkloadChange = {
  /** Was there one of its name in the version that was asked from? */
  readonly wasThere: boolean
} & (
  | {readonly type: 'changed'; readonly workload: WorkloadImages}
  | {readonly type: 'deleted'; readonly workload: WorkloadIdentity}
)

/**
 * Why nobody knows what changed: the server does not remember so far (`expired`); it is not as far yet, so that the version
 * is of another history (`ahead`); a version is no number above 0 (`incomparable`); not permitted (`forbidden`); the watch
 * ended, or said nothing, before the proof came (`silent`); the list or the watch broke off (`failed`).
 */
export type Unproven = 'expired' | 'ahead' | 'incomparable' | 'forbidden' | 'silent' | 'failed'

export interface RestartWrite {
  readonly restartedAt: string | null
  readonly resourceVersion: string
  /** Null takes away. */
  readonly annotations: Readonly<Record<string, string | null>>
  readonly dryRun: boolean
}

/** The changes of one workload. It may still deliver states from before a write: whoever reads it judges by generation. */
export interface WorkloadFeed {
  /**
   * The newest state not yet handed out; waits for one. States in between may be skipped. `'deleted'` when the object is
   * gone, also when another one has taken its name.
   */
  next(signal: AbortSignal): Promise<WorkloadState | 'deleted'>
  close(): void
}

/** Why a pod is not ready: the field's own word and its sentence, e.g. `ImagePullBackOff` of container `app`. */
export interface PodTrouble {
  readonly pod: string
  readonly container: string | undefined
  readonly reason: string
  readonly message: string
  /** It stays so until somebody changes something: a name that is wrong, an image that is not there, a crash again and again. */
  readonly lasting: boolean
  /** The container ran and ended: it may have said why. */
  readonly crashed: boolean
}

export interface DisruptionBudgets {
  /** @param namespace undefined: of all namespaces */
  list(namespace: string | undefined, signal: AbortSignal): Promise<readonly DisruptionBudget[]>
}

export interface Events {
  /** One that is there already is a success. */
  record(event: WorkloadEvent, signal: AbortSignal): Promise<void>
}

export interface ConfigMapObject extends ConfigMapVersion {
  readonly data: Readonly<Record<string, string>>
  readonly binaryData: Readonly<Record<string, Uint8Array>>
  /** What the server's clock said when it answered, in whole seconds. Undefined: it did not say. */
  readonly serverDate?: Date
}

/** Another `uid`: another object of the same name. */
export interface ConfigMapVersion {
  readonly uid: string
  readonly resourceVersion: string
}

export interface ConfigMapContent {
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, Uint8Array>>
  /** Beside the one that says who manages it. */
  readonly labels?: Readonly<Record<string, string>>
  /** A ConfigMap of the same namespace: when it is deleted, the cluster removes this one, too. */
  readonly owner?: {readonly name: string; readonly uid: string}
  readonly resourceVersion?: string
}

export interface ConfigMaps {
  /** Undefined: it, or its namespace, does not exist. */
  read(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMapObject | undefined>
  /**
   * Creates it (no `resourceVersion`) or replaces exactly that version, labels and owner included; a race is a `conflict`,
   * a missing namespace `not-found`.
   */
  write(namespace: string, name: string, content: ConfigMapContent, signal: AbortSignal): Promise<ConfigMapVersion>
  /** The names of those that hubspoke manages and that have this label, sorted; their content is not read. */
  list(namespace: string, label: string, signal: AbortSignal): Promise<readonly string[]>
  /** One that does not exist any more is a success. */
  delete(namespace: string, name: string, signal: AbortSignal): Promise<void>
  /** An existing namespace is a success. */
  createNamespace(namespace: string, signal: AbortSignal): Promise<void>
}

/** Who holds a Lease, as its holder has written it. Times are RFC 3339, by the holder's clock; missing text reads as `''`. */
export interface LeaseRecord {
  /** `''`: nobody. */
  readonly holderIdentity: string
  /** For how long the holder counts as alive after a change of the record; 0: it did not say. */
  readonly leaseDurationSeconds: number
  readonly acquireTime: string
  readonly renewTime: string
  /** How often the holder changed. */
  readonly leaseTransitions: number
  /** For people. */
  readonly annotations: Readonly<Record<string, string>>
}

export interface LeaseObject extends LeaseRecord {
  /** Another one after every change. */
  readonly resourceVersion: string
}

export interface Leases {
  /** Undefined: it, or its namespace, does not exist. */
  read(namespace: string, name: string, signal: AbortSignal): Promise<LeaseObject | undefined>
  /**
   * Creates it (no `resourceVersion`) or replaces exactly that version; a race is a `conflict`, a missing namespace
   * `not-found`. With `dryRun` the server checks it, and writes nothing.
   */
  write(
    namespace: string,
    name: string,
    content: {readonly record: LeaseRecord; readonly resourceVersion?: string; readonly dryRun?: boolean},
    signal: AbortSignal,
  ): Promise<LeaseObject>
}

export interface AccessQuestion {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'
  readonly group: string
  /** `pods`, or a part of it: `pods/log`. */
  readonly resource: string
  /** Undefined: in all namespaces, or a resource that has none. */
  readonly namespace?: string
  readonly name?: string
}

export interface AccessReviews {
  /** One SelfSubjectAccessReview: it asks, it writes nothing. */
  mayI(question: AccessQuestion, signal: AbortSignal): Promise<boolean>
}
