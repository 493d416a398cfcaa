import type {Owner} from '../../model/owner.ts'
import type {Receipt} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {isDeadlineExceeded} from '../../rollout/rollout-status.ts'
import {isFlag, isNumber, isShape} from '../../shared/shape.ts'
import {type ChangeReceipt, changeReceipt, changeReceiptFields} from '../workloads/change-receipt.ts'
import type {ScaleSnapshot} from './scale-snapshot.ts'

/** An accepted change of replicas: from `before` to `wanted`. */
export interface ScaleReceipt extends ChangeReceipt, ScaleSnapshot {
  /** Its controller had given up a rollout before: that says nothing about this change. */
  readonly stalled: boolean
}

const isReceipt = isShape<ScaleReceipt>({...changeReceiptFields, before: isNumber, wanted: isNumber, stalled: isFlag})

/**
 * @param accepted the workload with its new replicas
 * @param owner what may change them again; default: the owner of the workload
 */
export function scaleReceipt(
  accepted: WorkloadState,
  {before, owner, ...change}: Pick<ScaleReceipt, 'before' | 'reverts' | 'remark'> & {owner?: Owner | undefined},
): Receipt {
  const stalled = accepted.conditions.some(isDeadlineExceeded)
  return {...changeReceipt(accepted, change, owner), before, wanted: accepted.wanted, stalled}
}

/** @throws Error for the receipt of another verb: a bug of the caller */
export function readScaleReceipt(receipt: Receipt): ScaleReceipt {
  if (!isReceipt(receipt)) throw new Error('the receipt is not that of a change of replicas')
  return receipt
}
