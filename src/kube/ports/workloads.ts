import type {Failure} from '../../model/failure.ts'
import type {Owner} from '../../model/owner.ts'
import type {
  ContainerImage,
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
  /** Also the traits that a plan needs of each workload. */
  readonly traits?: boolean
}

/** One page of a list; `resourceVersion` is that of the whole list, the same on every page. */
export interface WorkloadPage {
  readonly workloads: readonly ListedWorkload[]
  readonly resourceVersion: string
}

/** A pod template that a workload has, or had before. */
export interface WorkloadRevision {
  /** As `kubectl rollout history` numbers it. */
  readonly revision: number
  readonly images: readonly ContainerImage[]
  readonly template: PodTemplate
}

/** As the API has it: only `patchTemplate` reads it. */
export type PodTemplate = Readonly<Record<string, unknown>>

export interface Workloads {
  /**
   * Pages of 500, consistent as of one resource version. A page token that expires restarts the list: pages before it
   * are then void, which a page with `restarted: true` says.
   */
  list(
    kind: WorkloadKind,
    request: ListRequest,
    signal: AbortSignal,
  ): AsyncIterable<WorkloadPage & {readonly restarted?: boolean}>
  /** The workload of this name as a list with `traits` would return it; undefined: there is none. */
  readListed(workload: Omit<WorkloadIdentity, 'uid'>, signal: AbortSignal): Promise<ListedWorkload | undefined>
  /** Undefined: there is no workload of this name any more. */
  read(workload: WorkloadIdentity, signal: AbortSignal): Promise<WorkloadState | undefined>
  /**
   * Sets `kubectl.kubernetes.io/restartedAt` of the pod template (strategic merge patch), the images of the named containers
   * there, and `annotations` on the workload itself; null removes one. `uid` and `resourceVersion` go into the patch, so that a race is a conflict and not a second rollout.
   *
   * The result contains what was written; a write that was accepted and dropped rejects with class `reverted`.
   * Undefined: there is no workload of this name any more, and nothing was written.
   */
  patchTemplate(
    workload: WorkloadIdentity,
    write: TemplateWrite,
    signal: AbortSignal,
  ): Promise<WorkloadState | undefined>
  /**
   * Sets the replicas of a Deployment or StatefulSet through its scale subresource. `uid` and `resourceVersion` of the state
   * go into the request, so that a race is a conflict and not a second change.
   *
   * The result has the new replicas; a write that was accepted with another number rejects with class `reverted`. Undefined:
   * there is no workload of this name any more, and nothing was written.
   */
  scale(workload: WorkloadState, write: ScaleWrite, signal: AbortSignal): Promise<WorkloadState | undefined>
  /** The HorizontalPodAutoscaler that sets the replicas of a workload. Undefined: there is none. */
  autoscalerOf(workload: WorkloadIdentity, signal: AbortSignal): Promise<Autoscaler | AutoscalerNotRead | undefined>
  /**
   * The revisions of a workload, newest first: the first is the present one. Takes one request. Rejects with class `conflict` when
   * the controller of the workload has not observed its newest template.
   */
  revisions(workload: WorkloadState, signal: AbortSignal): Promise<readonly WorkloadRevision[]>
  /**
   * Follows one workload from now on: resolves when every later change is certain to be delivered, so call it before the
   * write. One watch per kind (per namespace, where permissions are namespaced) serves all workloads.
   */
  follow(workload: WorkloadIdentity, signal: AbortSignal): Promise<WorkloadFeed>
  /**
   * Why the rollout of a workload does not progress whose controller has observed its newest revision, worst first: its new pods,
   * older pods that must be ready or gone before, and pods that cannot be created. Takes a bounded number of requests, however
   * many pods there are. Empty: no cause was found.
   */
  podTroubles(workload: WorkloadState, signal: AbortSignal): Promise<readonly PodTrouble[]>
  /**
   * The tool that runs the pods of a Deployment that has none itself; for this tool a change of the template is a new release.
   * `unknown`: it could not be read. Undefined: there is none.
   */
  runnerOf(workload: WorkloadIdentity, signal: AbortSignal): Promise<Owner | 'unknown' | undefined>
  /**
   * The last lines that a crashed container wrote, oldest first, without recognisable secrets and safe to print. Empty:
   * it wrote none, they were not kept, or they may not be read.
   */
  logTail(namespace: string, trouble: PodTrouble, signal: AbortSignal): Promise<readonly string[]>
  /**
   * The changes to the workloads of a kind, in all namespaces, since the version of a list, with the proof that none is missing:
   * a list now would return that list with these changes. Takes up to 3 s. Without a proof, for whatever reason, it resolves
   * with that reason, which is not a failure.
   */
  changesSince(kind: WorkloadKind, resourceVersion: string, signal: AbortSignal): Promise<ChangesSince>
  /**
   * One watch of a kind in all namespaces: reports everything after a version, in the order of the versions, until the server
   * ends it. `expired`: the server no longer has the history since that version.
   */
  watch(from: WatchFrom, tell: (news: WorkloadNews) => void, signal: AbortSignal): Promise<'ended' | 'expired'>
  /** The newest version of a kind: no write that was acknowledged before the call is past it. */
  newest(kind: WorkloadKind, signal: AbortSignal): Promise<NewestVersion>
}

export interface WatchFrom {
  readonly kind: WorkloadKind
  readonly resourceVersion: string
  /** The server is asked to end the watch after this time; about two seconds before, it sends a bookmark. */
  readonly seconds: number
}

/** A change, or a bookmark, which only says that all changes up to its version were sent. */
export type WorkloadNews = {readonly version: bigint} & (
  | {readonly type: 'changed'; readonly workload: WorkloadImages}
  | {readonly type: 'deleted'; readonly workload: WorkloadIdentity}
  | {readonly type: 'bookmark'}
)

export interface NewestVersion {
  readonly version: bigint
  /** The time of the server's clock when it answered, in whole seconds. Undefined: the server did not send it. */
  readonly serverDate?: Date
}

export type ChangesSince =
  | {
      /** The last state of each workload that changed, by its namespace and name: a recreated workload is one entry. */
      readonly changes: readonly WorkloadChange[]
      /** Nothing up to this version is missing; it is that of a consistent list, or a later one. */
      readonly provenAt: string
    }
  | {readonly unproven: Unproven}

export type WorkloadChange = {
  /** Did a workload of this name exist in the version of the request? */
  readonly wasThere: boolean
} & (
  | {readonly type: 'changed'; readonly workload: WorkloadImages}
  | {readonly type: 'deleted'; readonly workload: WorkloadIdentity}
)

/**
 * Why the changes are unknown: the server no longer has the history (`expired`); its version is lower, so that the requested
 * one is of another history (`ahead`); a version is not a number above 0 (`incomparable`); not permitted (`forbidden`); the
 * watch ended, or sent nothing, before the proof (`silent`); the list or the watch broke off (`failed`).
 */
export type Unproven = 'expired' | 'ahead' | 'incomparable' | 'forbidden' | 'silent' | 'failed'

export interface TemplateWrite {
  readonly restartedAt: string | null
  /** The containers whose images are set, with their new ones; default: none. */
  readonly images?: readonly ContainerImage[]
  /** Replaces the present pod template; default: it is kept. */
  readonly template?: PodTemplate
  /** Of the workload as it was read, like its generation. */
  readonly resourceVersion: string
  readonly generation: number
  /** Null removes it. */
  readonly annotations: Readonly<Record<string, string | null>>
  readonly dryRun: boolean
}

export interface ScaleWrite {
  readonly replicas: number
  readonly dryRun: boolean
}

/** A HorizontalPodAutoscaler, and the range in which it keeps the replicas. */
export interface Autoscaler {
  readonly namespace: string
  readonly name: string
  readonly min: number
  readonly max: number
}

/** It could not be read whether there is one. */
export interface AutoscalerNotRead {
  readonly notRead: Failure
}

/** The changes of one workload. It may still deliver states from before a write: the reader compares generations. */
export interface WorkloadFeed {
  /**
   * The newest state not yet returned; waits for one. States in between may be skipped. `'deleted'` when the object is
   * gone, also when another one has taken its name.
   */
  next(signal: AbortSignal): Promise<WorkloadState | 'deleted'>
  close(): void
}

/** Why a pod is not ready: the reason and the message of the API, e.g. `ImagePullBackOff` of container `app`. */
export interface PodTrouble {
  /** Empty: there is no such pod, as it cannot be created. */
  readonly pod: string
  readonly container: string | undefined
  readonly reason: string
  readonly message: string
  /** It does not recover without a change by the user: a wrong name, a missing image, repeated crashes. */
  readonly lasting: boolean
  /** The container ran and ended: its log may say why. */
  readonly crashed: boolean
  /** The pod is of an older revision, and its controller replaces no pod until it is ready: it must be deleted. */
  readonly blocks?: boolean
  /** It is a state of a pod and names no cause. */
  readonly vague?: boolean
  /** The pod is terminating, and may take so long, in milliseconds: its grace period. 0: that has passed. */
  readonly waits?: number
}
