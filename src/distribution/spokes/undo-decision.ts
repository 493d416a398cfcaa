import type {Target} from '../../model/target.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {kubectlName} from '../kubectl-command.ts'
import type {Settled} from '../spoke.ts'
import type {RestartSnapshot} from './restart-snapshot.ts'

/** What the undo of a restart has to do about a target as it was just read. */
export type UndoDecision =
  | {readonly todo: 'nothing'; readonly end: Settled}
  /** Put back already, by an earlier try. */
  | {readonly todo: 'watch'; readonly state: WorkloadState}
  | {readonly todo: 'write'; readonly state: WorkloadState; readonly before: RestartSnapshot}

export interface UndoAim {
  readonly target: Target
  /** The stamp of the run. */
  readonly restartedAt: string
  readonly before: RestartSnapshot | undefined
}

/**
 * Decides from the target as it is now. It is put back only where it still carries the stamp of the run and nothing else of
 * its pod template has changed: then it is what it was before, and nobody's work is lost.
 *
 * @param maybeSent an earlier try may have put it back
 */
export function decideUndo(
  {target, restartedAt, before}: UndoAim,
  state: WorkloadState | undefined,
  maybeSent: boolean,
): UndoDecision {
  if (state === undefined) return leave('it no longer exists')
  if (state.uid !== target.uid) return leave('it was deleted and created again')
  if (before === undefined) return leave('what it was before is not in the ledger')
  const isOtherwiseAsBefore = state.templateDigest === before.template
  if (state.restartedAt !== restartedAt) {
    const isAsBefore = (state.restartedAt ?? null) === before.restartedAt && isOtherwiseAsBefore
    if (isAsBefore && maybeSent) return {todo: 'watch', state}
    return leave(
      isAsBefore
        ? 'another client has put it back'
        : 'its pod template no longer has the restartedAt annotation of this run',
    )
  }
  if (!isOtherwiseAsBefore) return leave('its pod template has been changed since')
  if (state.paused) return leave('it is paused', kubectlCommand(target, 'rollout', 'resume', kubectlName(target)))
  return {todo: 'write', state, before}
}

function leave(reason: string, ...suggestions: readonly string[]): UndoDecision {
  return {todo: 'nothing', end: {outcome: 'skipped', reason, failure: {class: 'rollout', message: reason, suggestions}}}
}
