import type {Settled} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {kubectlName} from '../../rollout/kubectl-command.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import type {TemplateSnapshot} from './template-snapshot.ts'

/** What a revert has to do about a target as it was just read. */
export type RevertDecision =
  | {readonly todo: 'nothing'; readonly end: Settled}
  /** Restored already, by an earlier attempt. */
  | {readonly todo: 'watch'; readonly state: WorkloadState}
  | {readonly todo: 'write'; readonly state: WorkloadState; readonly before: TemplateSnapshot}

export interface RevertAim {
  readonly target: WorkloadTarget
  /** The mark of the run. */
  readonly mark: string
  /** The digest of the pod template after the write of the run. */
  readonly template: string
  readonly before: TemplateSnapshot | undefined
}

/**
 * Decides from the target as it is now. It is restored only where it still carries the mark of the run and nothing else of
 * its pod template has changed since: then no change of another client is lost.
 *
 * @param sentBefore an earlier attempt may have restored it
 */
export function decideRevert(
  {target, mark, template, before}: RevertAim,
  state: WorkloadState | undefined,
  sentBefore: boolean,
): RevertDecision {
  if (state === undefined) return leave('it no longer exists')
  if (state.uid !== target.uid) return leave('it was deleted and created again')
  if (before === undefined) return leave('what it was before is not in the ledger')
  if (state.restartedAt !== mark) {
    const isAsBefore = (state.restartedAt ?? null) === before.restartedAt && state.templateDigest === before.template
    if (isAsBefore && sentBefore) return {todo: 'watch', state}
    return leave(
      isAsBefore
        ? 'another client has put it back'
        : 'its pod template no longer has the restartedAt annotation of this run',
    )
  }
  if (state.templateDigest !== template || !isRestBefore(state, before))
    return leave('its pod template has been changed since')
  if (state.paused) return leave('it is paused', kubectlCommand(target, 'rollout', 'resume', kubectlName(target)))
  return {todo: 'write', state, before}
}

/**
 * Is all that the run did not write as it was before? A template that the server changed with the write would not be the one
 * before without the mark and the images, either.
 */
function isRestBefore(
  {templateDigest, imagelessDigest}: WorkloadState,
  {template, imageless}: TemplateSnapshot,
): boolean {
  return imageless === undefined ? templateDigest === template : imagelessDigest === imageless
}

function leave(reason: string, ...suggestions: readonly string[]): RevertDecision {
  return {todo: 'nothing', end: {outcome: 'skipped', reason, failure: {class: 'rollout', message: reason, suggestions}}}
}
