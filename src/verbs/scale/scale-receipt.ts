import type {Owner} from '../../model/owner.ts'
import {ownerTools} from '../../model/owner.ts'
import type {Receipt} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {RolloutStart} from '../../rollout/rollout.ts'
import {isDeadlineExceeded} from '../../rollout/rollout-status.ts'
import {eachIs, isNumber, isOneOf, isShape, isText, maybe} from '../../shared/shape.ts'
import type {ScaleSnapshot} from './scale-snapshot.ts'

/** An accepted change of replicas: from `before` to `wanted`. */
export interface ScaleReceipt extends RolloutStart, ScaleSnapshot {
  /** It reverts an earlier write. */
  readonly reverts: boolean
  /** Its controller had given up a rollout before: that says nothing about this change. */
  readonly stalled: boolean
  /** Added to the reason of a success; null: nothing. */
  readonly remark: string | null
}

const orNull = (holds: (value: unknown) => boolean) => (value: unknown) => value === null || holds(value)
const isFlag = (value: unknown) => typeof value === 'boolean'

const isOwner = isShape<Owner>({
  tool: isOneOf(ownerTools),
  kind: isText,
  namespace: orNull(isText),
  name: isText,
})

const isReceipt = isShape<ScaleReceipt>({
  generation: isNumber,
  owner: maybe(isOwner),
  templateWriters: eachIs(isShape({manager: isText, at: isText})),
  before: isNumber,
  wanted: isNumber,
  reverts: isFlag,
  stalled: isFlag,
  remark: orNull(isText),
})

/**
 * @param accepted the workload with its new replicas
 * @param owner what may change them again
 */
export function scaleReceipt(
  accepted: WorkloadState,
  {before, reverts, remark, owner}: Pick<ScaleReceipt, 'before' | 'reverts' | 'remark'> & {owner: Owner | undefined},
): Receipt {
  const {generation, wanted, conditions} = accepted
  const templateWriters = accepted.templateWriters.map(({manager, at}) => ({manager, at}))
  const stalled = conditions.some(isDeadlineExceeded)
  return {generation, ...(owner && {owner: {...owner}}), templateWriters, before, wanted, reverts, stalled, remark}
}

/** @throws Error for the receipt of another verb: a bug of the caller */
export function readScaleReceipt(receipt: Receipt): ScaleReceipt {
  if (!isReceipt(receipt)) throw new Error('the receipt is not that of a change of replicas')
  return receipt
}
