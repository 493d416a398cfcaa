import type {Failure} from '../../model/failure.ts'
import {type Owner, ownerName} from '../../model/owner.ts'
import type {Target} from '../../model/target.ts'
import type {ContainerImage, WorkloadState} from '../../model/workload.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {kubectlName} from '../kubectl-command.ts'
import type {Settled} from '../spoke.ts'

/** What a restart has to do about a target as it was just read. */
export type RestartDecision =
  | {readonly todo: 'nothing'; readonly end: Settled}
  /** It carries our stamp already. */
  | {readonly todo: 'watch'; readonly state: WorkloadState}
  | {readonly todo: 'write'; readonly state: WorkloadState}

export interface RestartAim {
  /** The stamp of the run, RFC 3339. */
  readonly restartedAt: string
  /** Those of the containers that run the image that is asked for. */
  runsImage(images: readonly ContainerImage[]): readonly ContainerImage[]
}

/** A workload that does not exist any more is in the desired state: nobody has to look. */
export const gone: Settled = {outcome: 'skipped', reason: 'it no longer exists'}

/**
 * Decides from the target as it is now, so that asking again after any failure is safe.
 *
 * @param isAfterOurs whether the stamp that it carries is of a restart that came after ours
 */
export function decideRestart(
  target: Target,
  state: WorkloadState | undefined,
  aim: RestartAim,
  isAfterOurs: (stamp: string | undefined) => boolean,
): RestartDecision {
  if (state === undefined) return {todo: 'nothing', end: gone}
  if (state.uid !== target.uid) return {todo: 'nothing', end: recreated(target)}
  if (aim.runsImage(state.images).length === 0) {
    return {todo: 'nothing', end: {outcome: 'skipped', reason: 'it no longer runs the image'}}
  }
  if (state.restartedAt === aim.restartedAt) return {todo: 'watch', state}
  if (isAfterOurs(state.restartedAt)) {
    return {todo: 'nothing', end: {outcome: 'unchanged', reason: `restarted since, at ${state.restartedAt}`}}
  }
  const obstacle = obstacleOf(target, state)
  return obstacle === undefined ? {todo: 'write', state} : {todo: 'nothing', end: obstacle}
}

/** RFC 3339; other text in the annotation is no time, and nothing that a restart would have to respect. */
const timestamp = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

export function isLater(stamp: string | undefined, ours: string): boolean {
  return stamp !== undefined && timestamp.test(stamp) && Date.parse(stamp) > Date.parse(ours)
}

function recreated(target: Target): Settled {
  return skipped({
    class: 'recreated',
    message: 'it was deleted and created again since it was planned',
    suggestions: [kubectlCommand(target, 'get', kubectlName(target))],
  })
}

/** Why a changed pod template would not move a single pod, and the command that would. */
function obstacleOf(target: Target, state: WorkloadState): Settled | undefined {
  const {paused, strategy, partition, wanted, deletedAt, finalizers} = state
  if (deletedAt !== undefined) {
    const waits = finalizers.length === 0 ? '' : ` (finalizers ${finalizers.join(', ')})`
    const command = kubectlCommand(target, 'get', kubectlName(target), '-o', 'yaml')
    return notRestartable(`it is being deleted since ${deletedAt}${waits}`, command)
  }
  if (paused) {
    return notRestartable('it is paused', kubectlCommand(target, 'rollout', 'resume', kubectlName(target)))
  }
  if (strategy === 'OnDelete') {
    const command = kubectlCommand(target, 'delete', 'pod', 'POD')
    return notRestartable('its update strategy is OnDelete', `${command}  for each of its pods`)
  }
  if (wanted > 0 && partition >= wanted) {
    const patch = JSON.stringify({spec: {updateStrategy: {rollingUpdate: {partition: 0}}}})
    const command = kubectlCommand(target, 'patch', kubectlName(target), '--type', 'merge', '-p', patch)
    return notRestartable(`its partition (${partition}) covers all ${wanted} pods`, command)
  }
  return undefined
}

/** A Deployment whose pods another controller runs: a changed template is a new release there. */
export function runElsewhere(target: Target, runner: Owner): Settled {
  const {kind, name} = runner
  const message = `${ownerName(runner)} runs its pods, and takes a changed template for a new release: it was left alone`
  return skipped({
    class: 'owned',
    message,
    suggestions: [kubectlCommand(target, 'get', `${kind.toLowerCase()}/${name}`)],
  })
}

/** Said of a Deployment without pods where nobody could see whether another controller runs them. */
export const perhapsElsewhere =
  'it has 0 replicas; if Argo Rollouts or Flagger runs its pods elsewhere, this begins a release there (could not be read)'

function notRestartable(obstacle: string, command: string): Settled {
  const message = `${obstacle}: a restart would not replace a pod`
  return skipped({class: 'not-restartable', message, suggestions: [command]})
}

function skipped(failure: Failure): Settled {
  return {outcome: 'skipped', reason: failure.message, failure}
}
