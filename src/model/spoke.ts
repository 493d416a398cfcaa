import type {Failure} from './failure.ts'
import type {Part} from './result.ts'
import type {Snapshot} from './snapshot.ts'
import type {Target} from './target.ts'

/**
 * A write that was accepted, as plain JSON: what another process needs to watch it to its end, to check it again, or to
 * revert it. Only the verb that made it reads it.
 */
export type Receipt = Readonly<Record<string, ReceiptValue>>

type ReceiptValue = string | number | boolean | null | readonly ReceiptValue[] | {readonly [key: string]: ReceiptValue}

/** One verb on one target. */
export interface Spoke<T extends Target = Target> {
  /**
   * Reads the target, decides, and writes at most once. It is called again after a transient failure, so it reads before
   * it writes: what an earlier attempt has done is not done twice.
   *
   * Rejects with a `HubspokeError` when the read or the write failed; anything else that it throws is a bug.
   */
  act(target: T, attempt: Attempt): Promise<Settled | Written>
  /**
   * Watches an accepted write to its end. Never retried. Undefined when the signal was aborted first: the end was not
   * observed. Rejects with a `HubspokeError` when it can no longer be observed.
   */
  settle(target: T, receipt: Receipt, watch: Watch): Promise<Settled | PostRolloutWatch | undefined>
  /**
   * Reads a target again that `settle` saw succeed: the next wave starts only while it is healthy. Rejects with a
   * `HubspokeError` when it could not be read. Undefined: there is nothing to check.
   */
  recheck?(target: T, receipt: Receipt, signal: AbortSignal): Promise<Health>
  /**
   * Restores the state before the write. Its attempts follow the rules of `act`, and its own receipt goes to `settle`;
   * `succeeded` means that the target is as it was before. Undefined: the verb cannot be reverted.
   */
  revert?(target: T, receipt: Receipt, attempt: Attempt): Promise<Settled | Written>
  /** Commands that show the present state of the target, for a result that was not observed to its end. */
  inspect(target: T): readonly string[]
}

/** One attempt of a spoke. */
export interface Attempt {
  /** Why the run is made; undefined: no reason was given. */
  readonly reason: string | undefined
  /** An earlier attempt of this process sent a write to the target. */
  readonly sentBefore: boolean
  /** The state before this run's last write to the target, from the ledger or an earlier attempt. */
  readonly snapshot: Snapshot | undefined
  /** Aborted only when the run is aborted at once: an ordinary stop lets a write in flight finish. */
  readonly signal: AbortSignal
  /**
   * To be awaited right before a write is sent: from then on, its outcome is unknown until an answer arrives.
   *
   * @param snapshot the state that the write replaces, for the ledger: a revert restores it
   */
  writing(snapshot?: Snapshot): Promise<void>
  /**
   * As `writing`, right before the write of one part of the target: from then on this part is `unverified`. Several parts may
   * be written at once.
   */
  writingPart(name: string): Promise<void>
  /**
   * Reports a part of the target, for the ledger and the result. The last report of a name counts. So that a killed run can
   * be accounted for, a spoke with parts reports each one as `not-run` before its first write. Resolves when the report is on
   * disk; never rejects.
   */
  part(part: Part): Promise<void>
}

/** The target has reached an end. */
export interface Settled {
  readonly outcome: 'succeeded' | 'unchanged' | 'skipped' | 'failed'
  readonly reason: string
  /** Always with `failed`; with `skipped` when the user has to act. */
  readonly failure?: Failure
}

/** The write was accepted; `settle` watches it to its end. */
export interface Written {
  readonly outcome: 'written'
  readonly receipt: Receipt
  /** It was written by an earlier invocation of this run, or by the run that this one retries. */
  readonly found?: boolean
}

/** The rollout has succeeded and is watched a while longer, because its owner may change it back. It needs no slot. */
export interface PostRolloutWatch {
  readonly outcome: 'post-rollout-watch'
  /** Ends early when the signal of the watch is aborted. Never rejects. */
  settle(): Promise<Settled>
}

/** The present state of a target that was rolled out. */
export type Health =
  /** It was deleted: there is nothing left to check. */
  | {readonly state: 'gone'}
  | {readonly state: 'healthy'}
  /** `failed` does not recover without a change. */
  | {readonly state: 'unhealthy' | 'failed'; readonly failure: Failure}

export interface Watch {
  readonly signal: AbortSignal
  /** One sentence about the progress; never part of a result. */
  onProgress(message: string): void
  /** What blocks the progress, when it is first seen and whenever it changes; never part of a result. */
  onTrouble(trouble: Trouble): void
}

export interface Trouble {
  /** The API's own word: `ImagePullBackOff`. */
  readonly reason: string
  readonly sentence: string
}
