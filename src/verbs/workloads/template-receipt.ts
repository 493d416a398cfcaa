import type {Snapshot} from '../../model/snapshot.ts'
import type {Receipt} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {isObject, isShape, isText, orNull} from '../../shared/shape.ts'
import {type ChangeReceipt, changeReceipt, changeReceiptFields} from './change-receipt.ts'

/** The accepted write of a pod template. */
export interface TemplateReceipt extends ChangeReceipt {
  /** The digest of the pod template after the write, without its restartedAt annotation. */
  readonly template: string
  /** The state before the write; null: it is not known, and cannot be restored. */
  readonly snapshot: Snapshot | null
}

const isReceipt = isShape<TemplateReceipt>({...changeReceiptFields, template: isText, snapshot: orNull(isObject)})

/** @param accepted the workload as the answer to the write has it, or as it was found written */
export function templateReceipt(
  accepted: WorkloadState,
  {snapshot, ...change}: Pick<TemplateReceipt, 'reverts' | 'remark' | 'snapshot'>,
): Receipt {
  return {...changeReceipt(accepted, change), template: accepted.templateDigest, snapshot}
}

/** @throws Error for the receipt of another verb: a bug of the caller */
export function readTemplateReceipt(receipt: Receipt): TemplateReceipt {
  if (!isReceipt(receipt)) throw new Error('the receipt is not that of a pod template')
  return receipt
}
