import type {WorkloadKind} from '../model/workload.ts'

/**
 * The verbs of authorisation. A list of one object by `metadata.name` is still a `list`; a review of one's own access is a
 * `create`.
 */
export type ApiVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

/** The requests that a trouble affects. Missing fields match every request for a resource. */
export interface RequestMatch {
  readonly verb?: ApiVerb | readonly ApiVerb[]
  /** Plural, as in the path: `deployments`. */
  readonly resource?: string | readonly string[]
  /** Empty: requests without a namespace. */
  readonly namespace?: string
  readonly name?: string
  /** Name of the context of the user. */
  readonly user?: string
}

/** A match that is used up after so many requests; without `times` it never is. */
export interface CountedMatch extends RequestMatch {
  readonly times?: number
}

export interface WorkloadMatch {
  readonly namespace: string
  readonly name: string
  /** Default: any kind with that name. */
  readonly kind?: WorkloadKind
}

/** A trouble of a simulated cluster. */
export type Trouble =
  /** Images that match (`*` matches any text) cannot be pulled: containers wait with `ErrImagePull`, `ImagePullBackOff`. */
  | {
      readonly type: 'unpullable-image'
      readonly image: string
      /** The registry has no such image, does not answer, or refuses the credentials; default: it has no such image. */
      readonly why?: 'not-found' | 'unavailable' | 'denied'
    }
  /** New pods of the workload run and never become ready. */
  | ({readonly type: 'stuck-rollout'} & WorkloadMatch)
  /** New pods of the workload exit with 1 and wait with `CrashLoopBackOff`. */
  | ({readonly type: 'crash-loop'} & WorkloadMatch)
  /** A volume of new pods of the workload is attached to another node: they stay `ContainerCreating`, and only an Event says why. */
  | ({readonly type: 'volume-attached-elsewhere'} & WorkloadMatch)
  /** New pods of the workload stay `Pending`, unschedulable. */
  | ({readonly type: 'unschedulable'} & WorkloadMatch)
  /**
   * Nodes whose name matches (`*` stands for any text) do not answer any more. Their pods are not ready, are deleted five
   * minutes later, and stay terminating until the nodes are back.
   */
  | {readonly type: 'lost-nodes'; readonly nodes: string}
  /** Requests are answered with this status and not carried out. */
  | ({
      readonly type: 'answer'
      readonly status: number
      /** The message of the `Status` body; default: the usual one of the status. */
      readonly reason?: string
      readonly message?: string
      readonly retryAfterSeconds?: number
      /** The message as plain text instead of a `Status`, as sent by a server that sheds load, and by proxies. */
      readonly plain?: boolean
    } & CountedMatch)
  /** Answers start this much later, in milliseconds. */
  | ({readonly type: 'latency'; readonly ms: number} & CountedMatch)
  /** Connections are refused, or accepted without any answer; the open ones break, or become silent. */
  | {readonly type: 'unreachable'; readonly how: 'refused' | 'black-hole'}
  /** The connection breaks in the middle of the answer: after `afterBytes` of the body (default: half of it; a watch: after its first event). */
  | ({readonly type: 'cut'; readonly afterBytes?: number} & CountedMatch)
  /** The request is carried out, then the connection breaks before a byte of the answer. */
  | ({readonly type: 'lost-reply'} & CountedMatch)
  /**
   * 403, and a SelfSubjectAccessReview that says so. Something that is forbidden in one namespace is also forbidden across all
   * of them, as permissions only add up; an empty namespace forbids only that.
   */
  | ({readonly type: 'forbidden'} & RequestMatch)
  /** A namespace may hold no more than `limit` of a kind, counted as a ResourceQuota counts: `pods`, `count/deployments.apps`. */
  | {
      readonly type: 'quota'
      readonly namespace: string
      readonly resource: string
      readonly limit: number
      /** Its name in refusals; default `quota`. */
      readonly quota?: string
    }
  /**
   * Writes are admitted by a validating webhook, which cannot be called or denies them. Default resources: Deployments,
   * StatefulSets, DaemonSets and Pods; a write of a subresource is met only where it is named.
   */
  | ({
      readonly type: 'webhook'
      readonly how: 'refused' | 'timeout' | 'denies'
      /** Default `policy.example.com`. */
      readonly webhook?: string
      /** Why it denies. */
      readonly message?: string
    } & Omit<RequestMatch, 'user'>)
  /** A list that continues with a page token is answered 410. */
  | ({readonly type: 'expired-page-token'} & CountedMatch)
  /** The watch is accepted and then sends nothing: no event, no bookmark, no end. */
  | ({readonly type: 'silent-watch'} & CountedMatch)
