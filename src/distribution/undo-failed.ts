import type {OnEvent} from '../model/event.ts'
import type {LedgerEntry} from '../model/ledger.ts'
import type {SpokeResult} from '../model/result.ts'
import type {StopReason} from '../model/stop.ts'
import type {Undo} from '../model/undo.ts'
import {runSpoke, type SpokeRun} from './run-spoke.ts'
import type {Settled, Written} from './spoke.ts'

/** Keeps, records and announces a result anew, with what became of its undo. */
export type FinishUndo = (result: SpokeResult) => Promise<SpokeResult>

/**
 * Takes back the write of a target whose rollout failed, in the slots that it holds, and adds to its result what became of
 * that; any other result is left as it is. Never rejects.
 *
 * It is a spoke like any other: the same tries, and before each write the same questions to ledger and lock. A run that has
 * stopped because of its failures undoes them all the same; one that was stopped from outside does not.
 */
export async function undoFailed(
  result: SpokeResult,
  written: Written,
  run: SpokeRun,
  finish: FinishUndo,
): Promise<SpokeResult> {
  // What somebody else has changed back is not ours to undo.
  if (result.outcome !== 'failed' || result.failure?.class === 'reverted') return result
  return finish(withUndo(result, await runSpoke(result.target, undoRun(written, run))))
}

const cannotBeUndone: Settled = {outcome: 'skipped', reason: 'it cannot be undone'}

/** The run of one undo: in the slots that are held already, with words of its own for the ledger, and its own reason to stop. */
function undoRun(written: Written, run: SpokeRun): SpokeRun {
  const {waits} = run.stopping
  let own: StopReason | undefined
  const unless = (reason: StopReason, allowed: boolean): boolean => {
    if (!allowed) own = reason
    return allowed
  }
  const {undo: _, ...shared} = run
  return {
    ...shared,
    spoke: {verb: run.spoke.verb, act: async (_target, attempt) => written.undo?.(attempt) ?? cannotBeUndone},
    stopping: {
      starts: waits,
      waits,
      get reason() {
        return waits.aborted ? run.stopping.reason : own
      },
      pull: (reason) => run.stopping.pull(reason),
    },
    inSlots: (_clusterUid, task) => task(),
    untilItsTurn: async () => undefined,
    emit: emitUndo(run.emit),
    record: async (entry) => unless('ledger', await recordUndo(entry, run)),
    holdsLock: async (clusterUid) => unless('lock-lost', await run.holdsLock(clusterUid)),
    rolledOut: () => undefined,
    finish: async (end) => end,
  }
}

function emitUndo(emit: OnEvent): OnEvent {
  return (event) => {
    if (event.type === 'target-started' && event.attempt === 1) emit({type: 'target-undoing', target: event.target})
    else if (event.type !== 'target-written') emit(event)
  }
}

/** Its tries are no tries of the verb: whoever reads the ledger must not take them for such. */
async function recordUndo(entry: LedgerEntry, {record}: SpokeRun): Promise<boolean> {
  switch (entry.type) {
    case 'writing':
      return record({type: 'undoing', target: entry.target, attempt: entry.attempt})
    case 'written':
      return record({type: 'undone', target: entry.target})
    default:
      return true
  }
}

/** What was undone has taken its pods with it: there is nothing left to look at. */
function withUndo({failure, ...result}: SpokeResult, end: SpokeResult): SpokeResult {
  const undo: Undo = {outcome: undoOutcome(end), reason: end.reason}
  if (failure === undefined) return {...result, undo}
  const steps = undo.outcome === 'undone' ? [] : [...(end.failure?.suggestions ?? []), ...failure.suggestions]
  return {...result, failure: {...failure, suggestions: [...new Set(steps)]}, undo}
}

function undoOutcome({outcome}: SpokeResult): Undo['outcome'] {
  if (outcome === 'succeeded') return 'undone'
  return outcome === 'unverified' ? 'unverified' : 'not-undone'
}
