import type {Owner} from '../../model/owner.ts'
import type {
  ListedWorkload,
  WorkloadIdentity,
  WorkloadImages,
  WorkloadKind,
  WorkloadState,
} from '../../model/workload.ts'

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
  /** The workload of this name as a list with `traits` would show it; undefined: there is none. */
  readListed(workload: Omit<WorkloadIdentity, 'uid'>, signal: AbortSignal): Promise<ListedWorkload | undefined>
  /** Undefined: there is no workload of this name any more. */
  read(workload: WorkloadIdentity, signal: AbortSignal): Promise<WorkloadState | undefined>
  /**
   * Sets `kubectl.kubernetes.io/restartedAt` of the pod template (strategic merge patch), and `annotations` on the
   * workload itself; null removes one. `uid` and `resourceVersion` go into the patch, so that a race is a conflict and not a second rollout.
   *
   * What it resolves with bears what was written; a write that was accepted and dropped rejects with class `reverted`.
   * Undefined: there is no workload of this name any more, and nothing was written.
   */
  restart(workload: WorkloadIdentity, write: RestartWrite, signal: AbortSignal): Promise<WorkloadState | undefined>
  /**
   * Follows one workload from now on: resolves when every later change is sure to be delivered, so call it before the
   * write. One watch per kind (per namespace, where permissions are namespaced) serves all that are followed.
   */
  follow(workload: WorkloadIdentity, signal: AbortSignal): Promise<WorkloadFeed>
  /**
   * What keeps the rollout of a workload whose controller has seen its newest revision, worst first: its new pods, older ones
   * that have to be ready or gone before, and pods that cannot be created. Takes a bounded number of requests, however many
   * pods there are. Empty: nothing to be seen.
   */
  podTroubles(workload: WorkloadState, signal: AbortSignal): Promise<readonly PodTrouble[]>
  /**
   * What runs the pods of a Deployment that has none itself, for which a change of its template is a new release. `unknown`: it
   * could not be read. Undefined: nothing does.
   */
  runnerOf(workload: WorkloadIdentity, signal: AbortSignal): Promise<Owner | 'unknown' | undefined>
  /**
   * The last lines that a crashed container wrote, oldest first, without what looks like a secret and safe to print. Empty:
   * it wrote none, nobody kept them, or they may not be read.
   */
  logTail(namespace: string, trouble: PodTrouble, signal: AbortSignal): Promise<readonly string[]>
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
  /** Of the workload as it was read, like its generation. */
  readonly resourceVersion: string
  readonly generation: number
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
  /** Empty: there is no such pod, as it cannot be created. */
  readonly pod: string
  readonly container: string | undefined
  readonly reason: string
  readonly message: string
  /** It stays so until somebody changes something: a name that is wrong, an image that is not there, a crash again and again. */
  readonly lasting: boolean
  /** The container ran and ended: it may have said why. */
  readonly crashed: boolean
  /** The pod is of an older revision, and its controller replaces no pod until it is ready: it has to be deleted. */
  readonly blocks?: boolean
  /** It is a state of a pod and names no cause. */
  readonly vague?: boolean
  /** The pod is ending, and may take so long, in milliseconds: its grace period. 0: that has passed. */
  readonly waits?: number
}
