import {toFailure} from '../model/failure.ts'
import type {SpokeResult} from '../model/result.ts'
import type {Receipt, Settled} from '../model/spoke.ts'
import type {Target} from '../model/target.ts'
import type {Undo} from '../model/undo.ts'
import {newAttemptState} from './attempt-state.ts'
import {type Attempting, attemptOnce, heldBackEnd, lastFailureEnd, type Operation, stopSignal} from './attempts.ts'
import type {SpokeEnd} from './spoke-end.ts'
import type {SpokeRun} from './spoke-run.ts'

/** Keeps, records and reports a result anew, with the outcome of its revert. */
export type FinishRevert = (result: SpokeResult) => Promise<SpokeResult>

/**
 * Reverts the write of a target whose rollout failed, in the slots that it holds, and adds the outcome to its result; any
 * other result is left as it is. Never rejects.
 *
 * Its attempts follow the rules of the verb's own: before each write the ledger is written and the lock is checked. A run
 * that has stopped because of its failures still reverts them; one that was stopped from outside does not.
 */
export async function revertFailed(
  result: SpokeResult,
  receipt: Receipt,
  run: SpokeRun,
  finish: FinishRevert,
): Promise<SpokeResult> {
  // What another client has changed back is not ours to revert.
  if (result.outcome !== 'failed' || result.failure?.class === 'reverted') return result
  return finish(withUndo(result, await revert(result.target, receipt, run)))
}

/** The slots are held all the while. */
async function revert(target: Target, receipt: Receipt, run: SpokeRun): Promise<SpokeEnd> {
  const operation = revertOf(target, receipt, run)
  const it: Attempting = {target, operation, state: newAttemptState(undefined), run}
  try {
    for (;;) {
      if (stopSignal(it).aborted) return heldBackEnd(it)
      const end = await attemptOnce(it)
      if (end.outcome === 'post-rollout-watch') return await end.settle()
      if (end.outcome !== 'retry') return end
      await run.clock.sleep(end.delayMs, stopSignal(it))
    }
  } catch (bug) {
    return lastFailureEnd(it, toFailure(bug))
  }
}

const cannotBeReverted: Settled = {outcome: 'skipped', reason: 'it cannot be undone'}

/** Its attempts are recorded as such: they are no attempts of the verb. */
function revertOf(target: Target, receipt: Receipt, run: SpokeRun): Operation {
  const {key} = target
  return {
    act: async (attempt) => run.spoke.revert?.(target, receipt, attempt) ?? cannotBeReverted,
    starts: run.stopping.waits,
    started: (attempt) =>
      run.emit(attempt === 1 ? {type: 'target-undoing', target} : {type: 'target-started', target, attempt}),
    writing: (attempt) => run.record({type: 'undoing', target: key, attempt}),
    written: async () => void (await run.record({type: 'undone', target: key})),
    // The parts of the result say what the verb has done.
    part: async () => true,
    retrying: async ({attempt, failure: {message: reason}, delayMs}) =>
      run.emit({type: 'target-retrying', target, attempt, delayMs, reason}),
    succeeded: () => undefined,
  }
}

/** After a revert, commands that show the failed rollout are of no use. */
function withUndo({failure, ...result}: SpokeResult, end: SpokeEnd): SpokeResult {
  const undo: Undo = {outcome: undoOutcome(end), reason: end.reason}
  if (failure === undefined) return {...result, undo}
  const steps = undo.outcome === 'undone' ? [] : [...(end.failure?.suggestions ?? []), ...failure.suggestions]
  return {...result, failure: {...failure, suggestions: [...new Set(steps)]}, undo}
}

function undoOutcome({outcome}: SpokeEnd): Undo['outcome'] {
  if (outcome === 'succeeded') return 'undone'
  return outcome === 'unverified' ? 'unverified' : 'not-undone'
}
