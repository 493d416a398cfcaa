import type {OnEvent} from '../model/event.ts'
import {type Failure, HubspokeError, toFailure} from '../model/failure.ts'
import type {LedgerEntry} from '../model/ledger.ts'
import type {SpokeResult} from '../model/result.ts'
import {isRetryable} from '../model/retryable.ts'
import type {Snapshot} from '../model/snapshot.ts'
import {type Target, targetKey} from '../model/target.ts'
import type {Clock} from '../shared/clock.ts'
import {backoffDelayMs, type RetryPolicy} from './pace/backoff.ts'
import type {InSlots} from './pace/slots.ts'
import type {UntilItsTurn} from './pace/stagger.ts'
import type {StopController} from './pace/stop-controller.ts'
import type {Attempt, PostRolloutWatch, Settled, Spoke, Written} from './spoke.ts'
import {failedEnd, type SpokeEnd, type Story, stoppedEnd, unwatchedEnd} from './spoke-end.ts'

/** What the spokes of one distribution share. */
export interface SpokeRun {
  readonly spoke: Spoke
  /** Why the run is made. */
  readonly reason?: string | undefined
  readonly retry: RetryPolicy
  readonly clock: Clock
  /** A number in [0, 1). */
  readonly random: () => number
  readonly stopping: StopController
  readonly abort: AbortSignal
  readonly inSlots: InSlots
  /** Resolves when a target may start as far as others of its registry or namespace are concerned, or at the signal. */
  readonly untilItsTurn: UntilItsTurn
  readonly emit: OnEvent
  /** Resolves when the record is on disk (true) or cannot be written any more (false). */
  record(entry: LedgerEntry): Promise<boolean>
  /** May a write still be sent to that cluster? Rejects with a `HubspokeError` when the cluster could not be asked. */
  holdsLock(clusterUid: string): Promise<boolean>
  /** Called when the rollout of an accepted write was seen to its good end. */
  rolledOut(target: Target, written: Written): void
  /** Counts, records and announces the result; called before the slots are given back. */
  finish(result: SpokeResult): Promise<SpokeResult>
  /** Takes back what a target has written, if its rollout failed. Never rejects. Undefined: that was not asked for. */
  readonly undo?: (result: SpokeResult, written: Written) => Promise<SpokeResult>
}

/** Conflicts in a row that are decided on again at once; one more is waited out like any other failure. */
const conflictsAtOnce = 5

interface Retry {
  readonly outcome: 'retry'
  readonly delayMs: number
}

/**
 * One target from its first try to its result. Never rejects.
 *
 * The slots are held from the first try until the rollout has ended, and given back only for the sleep before a retry and
 * while a target that is rolled out is watched on; an undo keeps them, also between its tries. What is retried is `act`; a
 * rollout is watched once.
 */
export async function runSpoke(target: Target, run: SpokeRun): Promise<SpokeResult> {
  const story: Story = {
    attempts: 0,
    mayHaveArrived: false,
    refused: false,
    lastFailure: undefined,
    failedTries: [],
    written: undefined,
  }
  let startedAt: number | undefined
  let begun: Date | undefined
  const finish = (end: SpokeEnd) => {
    const durationMs = startedAt === undefined ? 0 : Math.round(run.clock.now() - startedAt)
    const {attempts, failedTries} = story
    const times = begun && {startedAt: begun.toISOString(), endedAt: run.clock.date().toISOString()}
    return run.finish({target, ...end, attempts, ...(failedTries.length > 0 && {failedTries}), durationMs, ...times})
  }
  try {
    for (;;) {
      const turn = await run.inSlots(target.clusterUid, async () => {
        await run.untilItsTurn(target, stopSignal(story, run))
        if (isHeldBack(story, run)) return finish(stoppedEnd(target, story, run.stopping.reason))
        startedAt ??= run.clock.now()
        begun ??= run.clock.date()
        const end = await tryOnce(target, story, run)
        if (end.outcome === 'retry' || end.outcome === 'post-rollout-watch') return end
        const result = await finish(end)
        return story.written === undefined || run.undo === undefined ? result : run.undo(result, story.written)
      })
      if (turn.outcome === 'post-rollout-watch') return await finish(await turn.settle())
      if (turn.outcome !== 'retry') return turn
      await run.clock.sleep(turn.delayMs, stopSignal(story, run))
      if (isHeldBack(story, run)) return await finish(stoppedEnd(target, story, run.stopping.reason))
    }
  } catch (bug) {
    return finish(failedEnd(target, story, toFailure(bug)))
  }
}

/** A target of which something may have been written is in flight: only a stop of the whole run ends its waits. */
function stopSignal(story: Story, {stopping}: SpokeRun): AbortSignal {
  return story.mayHaveArrived ? stopping.waits : stopping.starts
}

function isHeldBack(story: Story, run: SpokeRun): boolean {
  return stopSignal(story, run).aborted
}

/** One try; a conflict is read and decided on again at once, and is the same try. */
async function tryOnce(target: Target, story: Story, run: SpokeRun): Promise<SpokeEnd | PostRolloutWatch | Retry> {
  story.attempts += 1
  run.emit({type: 'target-started', target, attempt: story.attempts})
  for (let conflicts = 0; ; conflicts += 1) {
    const end = await act(target, story, run)
    if (end.outcome !== 'act-failed') return end
    const {error} = end
    const failure = toFailure(error)
    story.lastFailure = failure
    const atOnce = failure.class === 'conflict' && conflicts < conflictsAtOnce
    const triesLeft = atOnce || story.attempts <= run.retry.retries
    if (!(error instanceof HubspokeError && isRetryable(failure.class) && triesLeft)) {
      return failedEnd(target, story, failure)
    }
    if (isHeldBack(story, run)) return stoppedEnd(target, story, run.stopping.reason)
    if (atOnce) {
      await reportRetry(target, story, failure, 0, run)
      continue
    }
    const delayMs = backoffDelayMs(story.attempts, run.retry, run.random(), error.retryAfterMs)
    await reportRetry(target, story, failure, delayMs, run)
    return {outcome: 'retry', delayMs}
  }
}

interface ActFailed {
  readonly outcome: 'act-failed'
  readonly error: unknown
}

async function act(target: Target, story: Story, run: SpokeRun): Promise<SpokeEnd | PostRolloutWatch | ActFailed> {
  const attempt = openAttempt(target, story, run)
  let acted: Settled | Written
  try {
    acted = await run.spoke.act(target, attempt)
  } catch (error) {
    if (attempt.sent && error instanceof HubspokeError && error.refused) {
      story.mayHaveArrived = false
      story.refused = true
    }
    const torn = attempt.heldBack || run.abort.aborted
    return torn ? stoppedEnd(target, story, run.stopping.reason) : {outcome: 'act-failed', error}
  }
  if (acted.outcome !== 'written') return acted
  story.written = acted
  return settle(acted, target, run)
}

interface OpenAttempt extends Attempt {
  /** A write of this attempt was let through. */
  readonly sent: boolean
  /** A write of this attempt was not let through. */
  readonly heldBack: boolean
}

function openAttempt(target: Target, story: Story, run: SpokeRun): OpenAttempt {
  const attempt = {
    number: story.attempts,
    reason: run.reason,
    signal: run.abort,
    sent: false,
    heldBack: false,
    async writing(before?: Snapshot) {
      const {waits} = run.stopping
      // The stop may come while the record is on its way to the disk, or while the lock is looked at: nothing was sent yet.
      const allowed =
        !waits.aborted &&
        (await run.record({
          type: 'writing',
          target: targetKey(target),
          attempt: story.attempts,
          ...(before && {before}),
        })) &&
        (await run.holdsLock(target.clusterUid)) &&
        !waits.aborted
      if (!allowed) {
        attempt.heldBack = true
        throw new HubspokeError('internal', 'The write was not sent: the run is stopping.')
      }
      attempt.sent = true
      story.mayHaveArrived = true
    },
  }
  return attempt
}

/** Watches an accepted write to its end. */
async function settle(written: Written, target: Target, run: SpokeRun): Promise<SpokeEnd | PostRolloutWatch> {
  const {found = false} = written
  await run.record({type: found ? 'watching' : 'written', target: targetKey(target)})
  run.emit({type: 'target-written', target, ...(found && {found})})
  let lastSeen: string | undefined
  const {waits} = run.stopping
  try {
    const settled = await written.settle({
      signal: waits,
      onProgress(message) {
        lastSeen = message
        run.emit({type: 'target-progress', target, message})
      },
      onTrouble({reason, sentence}) {
        lastSeen = sentence
        run.emit({type: 'target-trouble', target, reason, message: sentence})
      },
    })
    if (settled === undefined) return unwatchedEnd(target, {stop: run.stopping.reason, lastSeen})
    const remember = (end: Settled) => {
      if (end.outcome === 'succeeded') run.rolledOut(target, written)
      return end
    }
    if (settled.outcome !== 'post-rollout-watch') return remember(settled)
    return {outcome: 'post-rollout-watch', settle: async () => remember(await settled.settle())}
  } catch (error) {
    return unwatchedEnd(target, {
      stop: run.stopping.reason,
      lastSeen,
      ...(!waits.aborted && {failure: toFailure(error)}),
    })
  }
}

async function reportRetry(
  target: Target,
  {attempts: attempt, refused, mayHaveArrived, failedTries}: Story,
  {class: failureClass, message: reason}: Failure,
  delayMs: number,
  run: SpokeRun,
): Promise<void> {
  const certainly = refused && !mayHaveArrived
  failedTries.push({attempt, class: failureClass, message: reason})
  await run.record({type: 'retrying', target: targetKey(target), attempt, reason, refused: certainly})
  run.emit({type: 'target-retrying', target, attempt, delayMs, reason})
}
