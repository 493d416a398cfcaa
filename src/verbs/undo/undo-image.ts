import {HubspokeError} from '../../model/failure.ts'
import {isReconciling, ownerName} from '../../model/owner.ts'
import type {Settled, Spoke} from '../../model/spoke.ts'
import type {ContainerImage, WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {kubectlName} from '../../rollout/kubectl-command.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import type {RemarkEnv, VerbEnv} from '../verb.ts'
import {gone, obstacleOf, recreated, restartedSince} from '../workloads/obstacle.ts'
import {type TemplateDecision, templateSpoke} from '../workloads/template-spoke.ts'
import {chooseRevision, revisionWords} from './choose-revision.ts'

export interface UndoImageAim {
  /** Those of the containers that run the image of the query. */
  runsImage(images: readonly ContainerImage[]): readonly ContainerImage[]
  /** Undefined: the previous one. */
  readonly toRevision: number | undefined
  /** Also where an owner reconciles the workload. */
  readonly overrideOwner: boolean
}

/** `kubectl rollout undo`: the pod template of an earlier revision, with the mark of the run. */
export function undoImageSpoke(aim: UndoImageAim, env: VerbEnv): Spoke {
  return templateSpoke(
    {
      verb: 'undo',
      done: 'Undone',
      decide: (target, state, isAfterOurs) => decideUndoImage(target, state, {...aim, mark: env.mark}, isAfterOurs),
      async complete(target, todo, workloads, signal) {
        const revisions = await workloads.revisions(todo.state, signal)
        const {revision, end} = chooseRevision(target, todo.state, revisions, aim.toRevision)
        return end === undefined ? {...todo, template: revision.template} : {todo: 'nothing', end}
      },
      alreadyDone: 'this run has undone it already',
    },
    env,
  )
}

/** Decides from the target as it is now, before its revisions are read. */
function decideUndoImage(
  target: WorkloadTarget,
  state: WorkloadState | undefined,
  {mark, runsImage, overrideOwner}: UndoImageAim & {readonly mark: string},
  isAfterOurs: (restartedAt: string | undefined) => boolean,
): TemplateDecision {
  if (state === undefined) return {todo: 'nothing', end: gone}
  if (state.uid !== target.uid) return {todo: 'nothing', end: recreated(target)}
  if (state.restartedAt === mark) return {todo: 'watch', state}
  if (isAfterOurs(state.restartedAt)) {
    return {todo: 'nothing', end: restartedSince(target, state)}
  }
  if (runsImage(state.images).length === 0) {
    return {todo: 'nothing', end: {outcome: 'skipped', reason: 'it no longer runs the image'}}
  }
  const end = (overrideOwner ? undefined : owned(target, state)) ?? obstacleOf(target, state, 'an undo')
  return end === undefined ? {todo: 'write', state} : {todo: 'nothing', end}
}

/** An owner that reconciles the workload would change the template back. */
function owned(target: WorkloadTarget, {owner}: WorkloadState): Settled | undefined {
  if (owner === undefined || !isReconciling(owner)) return undefined
  const message = `${ownerName(owner)} reconciles it, and may change the template back`
  const suggestions = ['--override-owner', kubectlCommand(target, 'get', kubectlName(target), '-o', 'yaml')]
  return {outcome: 'skipped', reason: message, failure: {class: 'owned', message, suggestions}}
}

/** What a target returns to, for the plan. Never rejects because the target cannot be read. */
export async function revisionChange(
  {toRevision}: Pick<UndoImageAim, 'toRevision'>,
  target: WorkloadTarget,
  {workloads: of, signal}: RemarkEnv,
): Promise<string> {
  const workloads = of(target)
  try {
    const state = await workloads.read(target, signal)
    if (state === undefined || state.uid !== target.uid) return 'it no longer exists'
    const {revision, end} = chooseRevision(target, state, await workloads.revisions(state, signal), toRevision)
    return end === undefined ? `back to ${revisionWords(state, revision)}` : `not changed: ${end.reason}`
  } catch (error) {
    if (error instanceof HubspokeError) return `its revisions could not be read: ${error.message}`
    throw error
  }
}
