import {type Owner, ownerTools} from '../../model/owner.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {RolloutStart} from '../../rollout/rollout.ts'
import {eachIs, isFlag, isNumber, isOneOf, isShape, isText, maybe, orNull} from '../../shared/shape.ts'

/** What every accepted write of a workload is watched from. */
export interface ChangeReceipt extends RolloutStart {
  /** It reverts an earlier write. */
  readonly reverts: boolean
  /** Added to the reason of a success; null: nothing. */
  readonly remark: string | null
}

/** The fields of every receipt, to be checked where one is read. */
export const changeReceiptFields = {
  generation: isNumber,
  owner: maybe(isShape<Owner>({tool: isOneOf(ownerTools), kind: isText, namespace: orNull(isText), name: isText})),
  templateWriters: eachIs(isShape({manager: isText, at: isText})),
  reverts: isFlag,
  remark: orNull(isText),
}

/**
 * The same fields, as plain data.
 *
 * @param accepted the workload as the answer to the write has it, or as it was found written
 * @param owner what may change it back; default: its owner
 */
export function changeReceipt(
  accepted: WorkloadState,
  {reverts, remark}: Pick<ChangeReceipt, 'reverts' | 'remark'>,
  owner: Owner | undefined = accepted.owner,
) {
  const {generation} = accepted
  const templateWriters = accepted.templateWriters.map(({manager, at}) => ({manager, at}))
  return {generation, ...(owner && {owner: {...owner}}), templateWriters, reverts, remark}
}
