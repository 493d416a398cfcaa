import {HubspokeError} from '../../model/failure.ts'
import type {Settled, Written} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import type {Revert} from '../workloads/revert-template.ts'
import {readScaleReceipt, scaleReceipt} from './scale-receipt.ts'
import type {ScaleSnapshot} from './scale-snapshot.ts'

/**
 * Restores the replicas before a change, only where the workload still has those that the run has written: the number of
 * another client is not lost. Each attempt reads before it writes.
 */
export async function revertScale({target, receipt, attempt, env, watch}: Revert): Promise<Settled | Written> {
  const written = readScaleReceipt(receipt)
  const workloads = env.workloads(target)
  const decision = decideRevert(target, await workloads.read(target, attempt.signal), written, attempt.sentBefore)
  if (decision.todo === 'nothing') return decision.end
  return watch.whileFollowed(target, {...attempt, isWaitedFor: true}, async () => {
    const restored = (state: WorkloadState) => ({
      state,
      receipt: scaleReceipt(state, {before: written.wanted, reverts: true, remark: null}),
    })
    if (decision.todo === 'watch') return restored(decision.state)
    await attempt.writing()
    const accepted = await workloads.scale(decision.state, {replicas: written.before, dryRun: false}, attempt.signal)
    if (accepted === undefined) throw new HubspokeError('conflict', 'It was deleted while it was being read.')
    return restored(accepted)
  })
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
