import {type Failure, HubspokeError, toFailure} from '../model/failure.ts'
import type {Part} from '../model/result.ts'
import {isRetryable} from '../model/retryable.ts'
import type {Snapshot} from '../model/snapshot.ts'
import type {Attempt, PostRolloutWatch, Settled, Written} from '../model/spoke.ts'
import type {Target} from '../model/target.ts'
import type {AttemptState} from './attempt-state.ts'
import {backoffDelayMs} from './pace/backoff.ts'
import {failedEnd, type SpokeEnd, stoppedEnd, unwatchedEnd} from './spoke-end.ts'
import type {SpokeRun} from './spoke-run.ts'

/** What is attempted on a target: the verb itself, or the revert of its write. */
export interface Operation {
  act(attempt: Attempt): Promise<Settled | Written>
  /** Aborted: no further attempt starts. Once a write may have arrived, only a stop of the whole run ends the waits. */
  readonly starts: AbortSignal
  started(attempt: number): void
  /** Resolves with false when the record cannot be made durable: then nothing is sent. */
  writing(attempt: number, snapshot: Snapshot | undefined): Promise<boolean>
  written(written: Written): Promise<void>
  /** Resolves with false when the report cannot be made durable. */
  part(part: Part): Promise<boolean>
  retrying(retry: {
    readonly attempt: number
    readonly failure: Failure
    readonly delayMs: number
    readonly refused: boolean
  }): Promise<void>
  /** The write was accepted and seen to succeed. */
  succeeded(written: Written): void
}

export interface Retry {
  readonly outcome: 'retry'
  readonly delayMs: number
}

/** Conflicts in a row that are decided again at once; the next one is waited out like any other failure. */
const conflictsAtOnce = 5

/** One target on its way through the attempts of one operation. */
export interface Attempting {
  readonly target: Target
  readonly operation: Operation
  readonly state: AttemptState
  readonly run: SpokeRun
}

/** Ends the waits of a target: with a write in flight, only a stop of the whole run does. */
export function stopSignal({state, operation, run}: Attempting): AbortSignal {
  return state.mayHaveArrived ? run.stopping.waits : operation.starts
}

/** The end of a target that is not attempted any further. */
export function heldBackEnd(it: Attempting): SpokeEnd {
  const {state, run} = it
  const reason = run.stopping.waits.aborted ? run.stopping.reason : (state.heldBack?.by ?? run.stopping.reason)
  return stoppedEnd(unobserved(it), reason)
}

/** The end of a target whose last attempt failed for good. */
export function lastFailureEnd(it: Attempting, failure: Failure): SpokeEnd {
  return failedEnd(unobserved(it), failure)
}

function unobserved({state, target, run}: Attempting) {
  return {state, inspect: run.spoke.inspect(target)}
}

/** One attempt. After a conflict the target is read and decided again at once, within the same attempt. */
export async function attemptOnce(it: Attempting): Promise<SpokeEnd | PostRolloutWatch | Retry> {
  const {state, operation, run} = it
  state.attempts += 1
  operation.started(state.attempts)
  for (let conflicts = 0; ; conflicts += 1) {
    const end = await act(it)
    if (end.outcome !== 'act-failed') return end
    const {error} = end
    const failure = toFailure(error)
    state.lastFailure = failure
    const atOnce = failure.class === 'conflict' && conflicts < conflictsAtOnce
    const triesLeft = atOnce || state.attempts <= run.retry.retries
    if (!(error instanceof HubspokeError && isRetryable(failure.class) && triesLeft)) return lastFailureEnd(it, failure)
    if (stopSignal(it).aborted) return heldBackEnd(it)
    if (atOnce) {
      await reportRetry(it, failure, 0)
      continue
    }
    const delayMs = backoffDelayMs(state.attempts, run.retry, run.random(), error.retryAfterMs)
    await reportRetry(it, failure, delayMs)
    return {outcome: 'retry', delayMs}
  }
}

interface ActFailed {
  readonly outcome: 'act-failed'
  readonly error: unknown
}

async function act(it: Attempting): Promise<SpokeEnd | PostRolloutWatch | ActFailed> {
  const {state, operation, run} = it
  const attempt = openAttempt(it)
  let acted: Settled | Written
  try {
    acted = await operation.act(attempt)
  } catch (error) {
    if (attempt.sent && error instanceof HubspokeError && (error.refused || error.observed)) {
      state.mayHaveArrived = false
      state.refused = error.refused
      state.observed = error.observed
    }
    const torn = state.heldBack !== undefined || run.abort.aborted
    return torn ? heldBackEnd(it) : {outcome: 'act-failed', error}
  } finally {
    state.sent ||= attempt.sent
  }
  if (acted.outcome !== 'written') return acted
  state.receipt = acted.receipt
  return settle(acted, it)
}

interface OpenAttempt extends Attempt {
  /** A write of this attempt was let through. */
  readonly sent: boolean
}

function openAttempt({target, operation, state, run}: Attempting): OpenAttempt {
  const {stopping} = run
  /** Undefined: the write may be sent. */
  const obstacle = async (record: () => Promise<boolean>): Promise<AttemptState['heldBack']> => {
    if (stopping.waits.aborted) return {by: stopping.reason}
    if (!(await record())) return {by: 'ledger'}
    if (!(await run.holdsLock(target.place))) return {by: 'lock-lost'}
    // The stop may come while the record is made durable, or while the lock is read: nothing was sent yet.
    return stopping.waits.aborted ? {by: stopping.reason} : undefined
  }
  const letThrough = async (record: () => Promise<boolean>) => {
    const heldBack = await obstacle(record)
    if (heldBack) {
      state.heldBack = heldBack
      throw new HubspokeError('internal', 'The write was not sent: the run is stopping.')
    }
    attempt.sent = true
    state.mayHaveArrived = true
  }
  const report = (part: Part) => {
    state.parts.set(part.name, part)
    if (hasEnded(part)) state.endedParts.add(part.name)
    else state.endedParts.delete(part.name)
    return operation.part(part)
  }
  let begun: Promise<boolean> | undefined
  const attempt = {
    reason: run.reason,
    sentBefore: state.sent,
    snapshot: state.snapshot,
    signal: run.abort,
    sent: false,
    async writing(snapshot?: Snapshot) {
      await letThrough(() => operation.writing(state.attempts, snapshot))
      state.snapshot = snapshot ?? state.snapshot
    },
    async writingPart(name: string) {
      const before = state.parts.get(name)
      begun ??= operation.writing(state.attempts, undefined)
      try {
        await letThrough(async () => (await begun) === true && report({name, outcome: 'unverified', reason: ''}))
      } catch (error) {
        // Nothing was sent: the part is as it was.
        if (before !== undefined) await report(before)
        throw error
      }
    },
    async part(part: Part) {
      await report(part)
      if (!hasEnded(part)) return
      run.emit({type: 'target-progress', target, message: `${state.endedParts.size} of ${state.parts.size} done`})
    },
  }
  return attempt
}

const hasEnded = ({outcome}: Part) => outcome !== 'not-run' && outcome !== 'unverified'

/** Watches an accepted write to its end. */
async function settle(written: Written, it: Attempting): Promise<SpokeEnd | PostRolloutWatch> {
  const {target, operation, run} = it
  await operation.written(written)
  const {waits} = run.stopping
  const inspect = run.spoke.inspect(target)
  let lastSeen: string | undefined
  try {
    const settled = await run.spoke.settle(target, written.receipt, {
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
    if (settled === undefined) return unwatchedEnd({stop: run.stopping.reason, lastSeen}, inspect)
    const remember = (end: Settled) => {
      if (end.outcome === 'succeeded') operation.succeeded(written)
      return end
    }
    if (settled.outcome !== 'post-rollout-watch') return remember(settled)
    return {outcome: 'post-rollout-watch', settle: async () => remember(await settled.settle())}
  } catch (error) {
    const failure = !waits.aborted && {failure: toFailure(error)}
    return unwatchedEnd({stop: run.stopping.reason, lastSeen, ...failure}, inspect)
  }
}

async function reportRetry({operation, state}: Attempting, failure: Failure, delayMs: number): Promise<void> {
  const {attempts: attempt, refused, mayHaveArrived, failedTries} = state
  failedTries.push({attempt, class: failure.class, message: failure.message})
  await operation.retrying({attempt, failure, delayMs, refused: refused && !mayHaveArrived})
}
