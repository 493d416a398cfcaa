import {toFailure} from '../model/failure.ts'
import type {SpokeResult} from '../model/result.ts'
import type {Target} from '../model/target.ts'
import {newAttemptState} from './attempt-state.ts'
import {type Attempting, attemptOnce, heldBackEnd, lastFailureEnd, type Operation, stopSignal} from './attempts.ts'
import type {SpokeEnd} from './spoke-end.ts'
import type {SpokeRun} from './spoke-run.ts'

/**
 * One target from its first attempt to its result. Never rejects.
 *
 * The slots are held from the first attempt until the rollout has ended, and released only for the wait before a retry and
 * for the post-rollout watch; a revert keeps them, also between its attempts. What is retried is `act`; a rollout is
 * watched once.
 */
export async function runSpoke(target: Target, run: SpokeRun): Promise<SpokeResult> {
  const state = newAttemptState(run.snapshots.get(target.key))
  const it: Attempting = {target, operation: operationOf(target, run), state, run}
  const measured = measure(it)
  const finish = (end: SpokeEnd) => run.finish(measured.result(end))
  try {
    for (;;) {
      const turn = await run.inSlots(target.place, async () => {
        await run.untilItsTurn(target, stopSignal(it))
        if (stopSignal(it).aborted) return finish(heldBackEnd(it))
        measured.start()
        const end = await attemptOnce(it)
        if (end.outcome === 'retry' || end.outcome === 'post-rollout-watch') return end
        const result = await finish(end)
        return state.receipt === undefined || run.revert === undefined ? result : run.revert(result, state.receipt)
      })
      if (turn.outcome === 'post-rollout-watch') return await finish(await turn.settle())
      if (turn.outcome !== 'retry') return turn
      await run.clock.sleep(turn.delayMs, stopSignal(it))
      if (stopSignal(it).aborted) return await finish(heldBackEnd(it))
    }
  } catch (bug) {
    return finish(lastFailureEnd(it, toFailure(bug)))
  }
}

/** Adds to an end how long the target took, and its attempts. */
function measure({target, state, run: {clock}}: Attempting) {
  let startedAt: number | undefined
  let begun: Date | undefined
  return {
    /** The first call counts. */
    start() {
      startedAt ??= clock.now()
      begun ??= clock.date()
    },
    result(end: SpokeEnd): SpokeResult {
      const durationMs = startedAt === undefined ? 0 : Math.round(clock.now() - startedAt)
      const {attempts, failedTries, parts} = state
      const times = begun && {startedAt: begun.toISOString(), endedAt: clock.date().toISOString()}
      const reported = {
        ...(failedTries.length > 0 && {failedTries}),
        ...(parts.size > 0 && {parts: [...parts.values()]}),
      }
      return {target, ...end, attempts, ...reported, durationMs, ...times}
    },
  }
}

/** The verb, with the records and events of its attempts. */
function operationOf(target: Target, run: SpokeRun): Operation {
  const {key} = target
  return {
    act: (attempt) => run.spoke.act(target, attempt),
    starts: run.stopping.starts,
    started: (attempt) => run.emit({type: 'target-started', target, attempt}),
    writing: (attempt, snapshot) => run.record({type: 'writing', target: key, attempt, ...(snapshot && {snapshot})}),
    async written({found = false, receipt}) {
      await run.record({type: found ? 'watching' : 'written', target: key, receipt})
      run.emit({type: 'target-written', target, ...(found && {found})})
    },
    part: (part) => run.record({type: 'part', target: key, part}),
    async retrying({attempt, failure: {message: reason}, delayMs, refused}) {
      await run.record({type: 'retrying', target: key, attempt, reason, refused})
      run.emit({type: 'target-retrying', target, attempt, delayMs, reason})
    },
    succeeded: ({receipt}) => run.rolledOut(target, receipt),
  }
}
