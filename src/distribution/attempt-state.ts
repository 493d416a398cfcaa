import type {Failure} from '../model/failure.ts'
import type {FailedTry, Part} from '../model/result.ts'
import type {Snapshot} from '../model/snapshot.ts'
import type {Receipt} from '../model/spoke.ts'
import type {StopReason} from '../model/stop.ts'

/** What is known about the attempts of one target. */
export interface AttemptState {
  /** Attempts made. */
  attempts: number
  /** A write was sent, and neither its acceptance nor its refusal was observed. */
  mayHaveArrived: boolean
  /** A write was sent in any attempt, whatever its answer was. */
  sent: boolean
  /** The last write was refused. */
  refused: boolean
  /** The last write was carried out, and was seen to fail. */
  observed: boolean
  lastFailure: Failure | undefined
  /** Attempts that failed and were followed by another one. */
  readonly failedTries: FailedTry[]
  /** By name, with what was last reported. */
  readonly parts: Map<string, Part>
  /** The names of those whose end is known. */
  readonly endedParts: Set<string>
  /** The state before the last write. */
  snapshot: Snapshot | undefined
  /** The write that was accepted. */
  receipt: Receipt | undefined
  /** A write was held back before it was sent; `by` says why, undefined when the run is aborted at once. */
  heldBack: {readonly by: StopReason | undefined} | undefined
}

/** @param snapshot the state before an earlier invocation of the run wrote */
export function newAttemptState(snapshot: Snapshot | undefined): AttemptState {
  return {
    attempts: 0,
    mayHaveArrived: false,
    sent: false,
    refused: false,
    observed: false,
    lastFailure: undefined,
    failedTries: [],
    parts: new Map(),
    endedParts: new Set(),
    snapshot,
    receipt: undefined,
    heldBack: undefined,
  }
}
