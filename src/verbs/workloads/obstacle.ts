import type {Failure} from '../../model/failure.ts'
import {type Owner, ownerName} from '../../model/owner.ts'
import type {Settled} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {presentStatus} from '../../rollout/assess-rollout.ts'
import {kubectlName, rolloutStatusCommand} from '../../rollout/kubectl-command.ts'
import type {RolloutStatus} from '../../rollout/rollout-status.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'

/** A workload that no longer exists is in the desired state: the user does not have to act. */
export const gone: Settled = {outcome: 'skipped', reason: 'it no longer exists'}

/** Another workload of the same name is no target of the plan. */
export function recreated(target: WorkloadTarget): Settled {
  return skipped({
    class: 'recreated',
    message: 'it was deleted and created again since it was planned',
    suggestions: [kubectlCommand(target, 'get', kubectlName(target))],
  })
}

/**
 * Why a changed pod template would not replace a single pod, and the command that would. Undefined: it would.
 *
 * @param change `a restart`, `a new image`
 */
export function obstacleOf(target: WorkloadTarget, state: WorkloadState, change: string): Settled | undefined {
  const {paused, strategy, partition, wanted, deletedAt, finalizers} = state
  const notReplaced = (obstacle: string, command: string): Settled => {
    const message = `${obstacle}: ${change} would not replace a pod`
    return skipped({class: 'not-restartable', message, suggestions: [command]})
  }
  if (deletedAt !== undefined) {
    const waits = finalizers.length === 0 ? '' : ` (finalizers ${finalizers.join(', ')})`
    const command = kubectlCommand(target, 'get', kubectlName(target), '-o', 'yaml')
    return notReplaced(`it has been terminating since ${deletedAt}${waits}`, command)
  }
  if (paused) {
    return notReplaced('it is paused', kubectlCommand(target, 'rollout', 'resume', kubectlName(target)))
  }
  if (strategy === 'OnDelete') {
    const command = kubectlCommand(target, 'delete', 'pod', 'POD')
    return notReplaced('its update strategy is OnDelete', `${command}  for each of its pods`)
  }
  if (wanted > 0 && partition >= wanted) {
    const patch = JSON.stringify({spec: {updateStrategy: {rollingUpdate: {partition: 0}}}})
    const command = kubectlCommand(target, 'patch', kubectlName(target), '--type', 'merge', '-p', patch)
    return notReplaced(`its partition (${partition}) covers all ${wanted} pods`, command)
  }
  return undefined
}

/**
 * There is nothing to write: `unchanged` once its pods are as the workload says, and only then. A rollout that another write
 * began is not watched.
 *
 * @param reason why there is nothing to write, as a clause
 */
export function unchanged(
  target: WorkloadTarget,
  state: WorkloadState,
  reason: string,
  {status, reached = 'rolled out'}: {readonly status?: RolloutStatus; readonly reached?: string} = {},
): Settled {
  const {state: now, message: found} = status ?? presentStatus(state)
  if (now === 'done') return {outcome: 'unchanged', reason}
  const message = `${reason}, and not ${reached}: ${found}`
  return skipped({class: 'rollout', message, suggestions: [rolloutStatusCommand(target)]})
}

/** Another client has restarted it after this run. */
export function restartedSince(target: WorkloadTarget, state: WorkloadState): Settled {
  return unchanged(target, state, `restarted since, at ${state.restartedAt}`)
}

/** A Deployment whose pods another controller runs: a changed template is a new release there. */
export function runElsewhere(target: WorkloadTarget, runner: Owner): Settled {
  const {kind, name} = runner
  const message = `${ownerName(runner)} runs its pods, and takes a changed template for a new release: it was left alone`
  return skipped({
    class: 'owned',
    message,
    suggestions: [kubectlCommand(target, 'get', `${kind.toLowerCase()}/${name}`)],
  })
}

/** The remark for a Deployment without pods where it could not be read whether another controller runs them. */
export const perhapsElsewhere =
  'it has 0 replicas; if Argo Rollouts or Flagger runs its pods elsewhere, this begins a release there (could not be read)'

function skipped(failure: Failure): Settled {
  return {outcome: 'skipped', reason: failure.message, failure}
}
