import {type Owner, ownerTools} from '../../model/owner.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {Receipt} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {RolloutStart} from '../../rollout/rollout.ts'
import {eachIs, isNumber, isObject, isOneOf, isShape, isText, maybe} from '../../shared/shape.ts'

/** The accepted write of a pod template. */
export interface TemplateReceipt extends RolloutStart {
  /** It reverts an earlier write. */
  readonly reverts: boolean
  /** The digest of the pod template after the write, without its restartedAt annotation. */
  readonly template: string
  /** The state before the write; null: it is not known, and cannot be restored. */
  readonly snapshot: Snapshot | null
  /** Added to the reason of a success; null: nothing. */
  readonly remark: string | null
}

const orNull = (holds: (value: unknown) => boolean) => (value: unknown) => value === null || holds(value)

const isOwner = isShape<Owner>({
  tool: isOneOf(ownerTools),
  kind: isText,
  namespace: orNull(isText),
  name: isText,
})

const isReceipt = isShape<TemplateReceipt>({
  generation: isNumber,
  owner: maybe(isOwner),
  templateWriters: eachIs(isShape({manager: isText, at: isText})),
  reverts: (value) => typeof value === 'boolean',
  template: isText,
  snapshot: orNull(isObject),
  remark: orNull(isText),
})

/** @param accepted the workload as the answer to the write has it, or as it was found written */
export function templateReceipt(
  {generation, owner, templateWriters, templateDigest}: WorkloadState,
  {reverts, snapshot, remark}: Pick<TemplateReceipt, 'reverts' | 'remark' | 'snapshot'>,
): Receipt {
  const writers = templateWriters.map(({manager, at}) => ({manager, at}))
  const start = {generation, ...(owner && {owner: {...owner}}), templateWriters: writers}
  return {...start, reverts, template: templateDigest, snapshot, remark}
}

/** @throws Error for the receipt of another verb: a bug of the caller */
export function readTemplateReceipt(receipt: Receipt): TemplateReceipt {
  if (!isReceipt(receipt)) throw new Error('the receipt is not that of a pod template')
  return receipt
}
