import type {Failure} from '../model/failure.ts'
import type {Snapshot} from '../model/snapshot.ts'
import type {Target} from '../model/target.ts'

/** One verb on one target. A new verb is one file that implements this, and nothing else changes. */
export interface Spoke {
  readonly verb: string
  /**
   * Reads the target, decides, and writes at most once. It is called again after a failure that may heal, so it looks
   * before it writes: what an earlier try has already done is not done twice.
   *
   * Rejects with a `HubspokeError` when the read or the write failed; anything else that it throws is a bug.
   */
  act(target: Target, attempt: Attempt): Promise<Settled | Written>
}

/** One try of a spoke, as `distribute` hands it over. */
export interface Attempt {
  /** From 1. */
  readonly number: number
  /** Why the run is made; undefined: nobody has said. */
  readonly reason: string | undefined
  /** Aborted only when the run is abandoned: an ordinary stop lets a write in flight finish. */
  readonly signal: AbortSignal
  /**
   * To be awaited right before a write is sent: from then on, its end counts as unknown until it is known.
   *
   * @param before what stands there, for the ledger: whoever undoes the write puts that back
   */
  writing(before?: Snapshot): Promise<void>
}

/** The target has reached an end. */
export interface Settled {
  readonly outcome: 'succeeded' | 'unchanged' | 'skipped' | 'failed'
  readonly reason: string
  /** Always with `failed`; with `skipped` when somebody has to look. */
  readonly failure?: Failure
}

/** The write was accepted; `settle` watches it to its end. */
export interface Written {
  readonly outcome: 'written'
  /** This run did not write it: it had been written before, by the run that it retries or by an earlier invocation. */
  readonly found?: boolean
  /** Never retried. Ends with `undefined` when `signal` was aborted first: the end was not seen. */
  settle(watch: Watch): Promise<Settled | PostRolloutWatch | undefined>
  /**
   * Looks again at a target that `settle` saw succeed: the waves after it start only while it is healthy. Rejects with a
   * `HubspokeError` when it could not be looked at. Undefined: there is nothing to look at.
   */
  recheck?(signal: AbortSignal): Promise<Health>
  /**
   * Takes the write back: to be asked for when it has failed for good. An act like any other, with reads, one write and its
   * end, that may be tried again; `succeeded` means that all is as it was before. Undefined: it cannot be taken back.
   */
  undo?(attempt: Attempt): Promise<Settled | Written>
}

/** All is well, and is watched a while longer because somebody may change it back. It takes no slot any more. */
export interface PostRolloutWatch {
  readonly outcome: 'post-rollout-watch'
  /** Ends early when the signal of the watch is aborted. Never rejects. */
  settle(): Promise<Settled>
}

/** How a target that was rolled out is now. */
export type Health =
  /** Somebody has deleted it: there is nothing left to look after. */
  | {readonly state: 'gone'}
  | {readonly state: 'healthy'}
  /** `failed` will not heal by itself. */
  | {readonly state: 'unhealthy' | 'failed'; readonly failure: Failure}

export interface Watch {
  readonly signal: AbortSignal
  /** A sentence for people about how far it is; never part of a result. */
  onProgress(message: string): void
  /** What keeps it from getting on, when that is first seen and whenever it changes; never part of a result. */
  onTrouble(trouble: Trouble): void
}

export interface Trouble {
  /** The field's own word: `ImagePullBackOff`. */
  readonly reason: string
  readonly sentence: string
}
