import type {WorkloadKind} from '../model/workload.ts'

/**
 * The verbs of authorisation. A list of one object by `metadata.name` is still a `list`; a review of one's own access is a
 * `create`.
 */
export type ApiVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

/** Which requests a trouble meets. What is left out matches everything that reaches a resource. */
export interface RequestMatch {
  readonly verb?: ApiVerb | readonly ApiVerb[]
  /** Plural, as in the path: `deployments`. */
  readonly resource?: string | readonly string[]
  /** Empty: requests that name no namespace. */
  readonly namespace?: string
  readonly name?: string
  /** Name of the context whose user asks. */
  readonly user?: string
}

/** A match that is used up after so many requests; without `times` it never is. */
export interface CountedMatch extends RequestMatch {
  readonly times?: number
}

export interface WorkloadMatch {
  readonly namespace: string
  readonly name: string
  /** Default: whichever kind has that name. */
  readonly kind?: WorkloadKind
}

/** What goes wrong in a simulated cluster. */
export type Trouble =
  /** Images that match (`*` stands for any text) cannot be pulled: containers wait with `ErrImagePull`, `ImagePullBackOff`. */
  | {
      readonly type: 'unpullable-image'
      readonly image: string
      /** The registry has no such image, it does not answer, or it refuses the credentials; default: it has none. */
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
  /** Requests are answered with this status and not carried out. */
  | ({
      readonly type: 'answer'
      readonly status: number
      /** Of the `Status` body; default: the one that belongs to the status. */
      readonly reason?: string
      readonly message?: string
      readonly retryAfterSeconds?: number
      /** The message as plain text instead of a `Status`, as the server answers when it sheds load, and proxies do. */
      readonly plain?: boolean
    } & CountedMatch)
  /** Answers start this much later, in milliseconds. */
  | ({readonly type: 'latency'; readonly ms: number} & CountedMatch)
  /** Connections are refused, or accepted and never heard of again; the open ones break, or go silent. */
  | {readonly type: 'unreachable'; readonly how: 'refused' | 'black-hole'}
  /** The connection breaks in the middle of the answer: after `afterBytes` of the body (default: half of it; a watch: after its first event). */
  | ({readonly type: 'cut'; readonly afterBytes?: number} & CountedMatch)
  /** The request is carried out, then the connection breaks before a byte of the answer. */
  | ({readonly type: 'lost-reply'} & CountedMatch)
  /**
   * 403, and what a SelfSubjectAccessReview says. Who is forbidden something in one namespace is forbidden it across all of
   * them too, as permissions only add up; an empty namespace forbids that alone.
   */
  | ({readonly type: 'forbidden'} & RequestMatch)
  /** A list that continues with a page token is answered 410. */
  | ({readonly type: 'expired-page-token'} & CountedMatch)
  /** The watch is accepted and then sends nothing: no event, no bookmark, no end. */
  | ({readonly type: 'silent-watch'} & CountedMatch)
