import type {Snapshot} from '../../model/snapshot.ts'
import type {Receipt} from '../../model/spoke.ts'
import {isObject} from '../../shared/shape.ts'

/** A target that was restored, or was found as it was before. */
export interface UndoReceipt {
  /** What the verb of the undone run returned for its revert. */
  readonly revert: Receipt
  /** `found`: by an earlier invocation. `nothing`: it was as before already. */
  readonly wrote: 'now' | 'found' | 'nothing'
}

export function undoReceipt({revert, wrote}: UndoReceipt): Receipt {
  return {revert, wrote}
}

/** @throws Error for the receipt of another verb: a bug of the caller */
export function readUndoReceipt({revert, wrote}: Receipt): UndoReceipt {
  if (!isReceipt(revert) || (wrote !== 'now' && wrote !== 'found' && wrote !== 'nothing')) {
    throw new Error('the receipt is not that of an undo')
  }
  return {revert, wrote}
}

/** For the ledger: the receipt of the write that is undone, so that a later invocation decides from the same facts. */
export function undoSnapshot(undone: Receipt): Snapshot {
  return {receipt: JSON.stringify(undone)}
}

/** Undefined: no write of an undo was announced. */
export function undoneReceipt(snapshot: Snapshot | undefined): Receipt | undefined {
  if (typeof snapshot?.receipt !== 'string') return undefined
  const receipt: unknown = JSON.parse(snapshot.receipt)
  return isReceipt(receipt) ? receipt : undefined
}

function isReceipt(value: unknown): value is Receipt {
  return isObject(value) && !Array.isArray(value)
}
