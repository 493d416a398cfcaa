import {HubspokeError} from '../../model/failure.ts'
import type {Attempt, Receipt, Settled, Written} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {kubectlName} from '../../rollout/kubectl-command.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import type {VerbEnv} from '../verb.ts'
import type {ChangeWatch} from './change-watch.ts'
import {decideRevert} from './revert-decision.ts'
import {readTemplateReceipt, templateReceipt} from './template-receipt.ts'
import {annotationsBefore, imagesBefore, readSnapshot} from './template-snapshot.ts'

/** A write to revert. */
export interface Revert {
  readonly target: WorkloadTarget
  readonly receipt: Receipt
  readonly attempt: Attempt
  readonly env: VerbEnv
  readonly watch: ChangeWatch
}

/**
 * Restores the pod template before a change: it is that of the revision before again, and its controller returns to that
 * revision. Each attempt reads before it writes.
 */
export async function revertTemplate({target, receipt, attempt, env, watch}: Revert): Promise<Settled | Written> {
  const {template, snapshot} = readTemplateReceipt(receipt)
  const workloads = env.workloads(target)
  const aim = {target, mark: env.mark, template, before: readSnapshot(snapshot)}
  const decision = decideRevert(aim, await workloads.read(target, attempt.signal), attempt.sentBefore)
  if (decision.todo === 'nothing') return decision.end
  return watch.whileFollowed(target, {...attempt, isWaitedFor: true}, async () => {
    const restored = (state: WorkloadState) => ({
      state,
      receipt: templateReceipt(state, {reverts: true, snapshot: null, remark: null}),
    })
    if (decision.todo === 'watch') return restored(decision.state)
    const {before, state} = decision
    await attempt.writing()
    const {resourceVersion, generation} = state
    const {restartedAt} = before
    const annotations = annotationsBefore(before, state)
    const set = before.images.size > 0 && {images: imagesBefore(before, state)}
    const write = {restartedAt, ...set, resourceVersion, generation, annotations, dryRun: false}
    const accepted = await workloads.patchTemplate(target, write, attempt.signal)
    if (accepted === undefined) throw new HubspokeError('conflict', 'It was deleted while it was being read.')
    return accepted.templateDigest === before.template ? restored(accepted) : notAsBefore(target)
  })
}

/** The server, or a ledger that was changed, has made another template of it. */
function notAsBefore(target: WorkloadTarget): Settled {
  const reason = 'its template was written, and is not the one before the run'
  const suggestions = [kubectlCommand(target, 'rollout', 'history', kubectlName(target))]
  return {outcome: 'failed', reason, failure: {class: 'reverted', message: reason, suggestions}}
}
