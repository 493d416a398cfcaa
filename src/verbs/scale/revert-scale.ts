import type {Attempt, Receipt, Settled, Written} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import type {VerbEnv} from '../verb.ts'
import {gone} from '../workloads/obstacle.ts'
import {readScaleReceipt, scaleReceipt} from './scale-receipt.ts'
import type {ScaleSnapshot} from './scale-snapshot.ts'
import type {ScaleWatch} from './watch-scale.ts'

export interface ScaleRevert {
  readonly target: WorkloadTarget
  /** Of the write to revert. */
  readonly receipt: Receipt
  readonly attempt: Attempt
  readonly env: VerbEnv
  readonly watches: ScaleWatch
}

/**
 * Restores the replicas before a change, only where the workload still has those that the run has written: the number of
 * another client is not lost. Each attempt reads before it writes.
 */
export async function revertScale(it: ScaleRevert): Promise<Settled | Written> {
  const {target, attempt, env, watches} = it
  const written = readScaleReceipt(it.receipt)
  const workloads = env.workloads(target)
  const decision = decideRevert(target, await workloads.read(target, attempt.signal), written, attempt.sentBefore)
  if (decision.todo === 'nothing') return decision.end
  const receiptOf = (state: WorkloadState): Written => ({
    outcome: 'written',
    receipt: scaleReceipt(state, {before: written.wanted, reverts: true, remark: null, owner: undefined}),
  })
  if (decision.todo === 'watch') return receiptOf(decision.state)
  const feed = await workloads.follow(target, attempt.signal)
  try {
    await attempt.writing()
    const accepted = await workloads.scale(decision.state, {replicas: written.before, dryRun: false}, attempt.signal)
    if (accepted === undefined) {
      feed.close()
      return gone
    }
    watches.hand(target, {feed, state: accepted})
    return receiptOf(accepted)
  } catch (error) {
    feed.close()
    throw error
  }
}

type RevertDecision =
  | {readonly todo: 'nothing'; readonly end: Settled}
  | {readonly todo: 'watch' | 'write'; readonly state: WorkloadState}

function decideRevert(
  target: WorkloadTarget,
  state: WorkloadState | undefined,
  {before, wanted}: ScaleSnapshot,
  sentBefore: boolean,
): RevertDecision {
  if (state === undefined) return leave('it no longer exists')
  if (state.uid !== target.uid) return leave('it was deleted and created again')
  if (state.wanted === wanted) return {todo: 'write', state}
  if (state.wanted !== before) return leave(`another client has scaled it to ${state.wanted} since`)
  return sentBefore ? {todo: 'watch', state} : leave('another client has put it back')
}

function leave(reason: string): RevertDecision {
  return {
    todo: 'nothing',
    end: {outcome: 'skipped', reason, failure: {class: 'rollout', message: reason, suggestions: []}},
  }
}
