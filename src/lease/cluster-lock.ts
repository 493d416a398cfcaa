import {HubspokeError, onFailure} from '../model/failure.ts'
import {isRetryable} from '../model/retryable.ts'
import type {LockEntry} from '../model/run-lock.ts'
import type {Clock} from '../shared/clock.ts'
import {untilStopped} from '../shared/until-stopped.ts'
import {isSurelyHeld, type Moment, renewMs, requestMs} from './lease-record.ts'
import {lostSentence, noAnswerSentence} from './lease-sentences.ts'
import type {OwnLease} from './own-lease.ts'
import {within} from './within.ts'

/** The lock of one cluster, as one run holds it or tries to take it. */
export interface ClusterLock {
  /** Takes the lock, or renews it; false: another client holds it. Rejects with a `HubspokeError` when the cluster cannot be asked. */
  renew(): Promise<boolean>
  /** Renews it every third of its duration from now on. */
  keep(): void
  /** Is it held? Asks the cluster when that is no longer certain. Rejects as `renew` does. */
  holds(): Promise<boolean>
  entry(): LockEntry
  /** Releases the lock. Rejects with a `HubspokeError` when that failed. */
  release(): Promise<void>
}

export interface ClusterLockOptions {
  readonly context: string
  readonly lease: OwnLease
  readonly clock: Clock
  /** Called once, with a sentence, when another client has taken the lock. */
  onLost(sentence: string): void
}

export function clusterLock({context, lease, clock, onLost}: ClusterLockOptions): ClusterLock {
  const over = new AbortController()
  /** When the last claim that succeeded began. */
  let sureFrom: Moment | undefined
  let lost: string | undefined
  let trouble: HubspokeError | undefined
  let underWay: Promise<boolean> | undefined
  /** Thrown while it renewed by itself: `holds` throws it where a caller waits. */
  let bug: {readonly error: unknown} | undefined

  const limit = {ms: requestMs, sentence: noAnswerSentence(context), clock}

  const claim = async (): Promise<boolean> => {
    const began = momentOf(clock)
    try {
      const outcome = await within(limit, lease.claim)
      trouble = undefined
      if (outcome.ours) {
        sureFrom = began
        return true
      }
      lost = lostSentence(context, outcome.found)
      onLost(lost)
      return false
    } catch (error) {
      if (error instanceof HubspokeError) trouble = error
      throw error
    } finally {
      underWay = undefined
    }
  }

  const renew = async (): Promise<boolean> => {
    if (lost !== undefined) return false
    underWay ??= claim()
    return underWay
  }

  const keepRenewing = async () => {
    for (let startedAt = clock.now(); ; ) {
      await clock.sleep(Math.max(0, startedAt + renewMs - clock.now()), over.signal)
      if (over.signal.aborted || lost !== undefined) return
      startedAt = clock.now()
      // A permanent failure (credentials, permissions) is not repeated here: the next call of `holds` asks again.
      if (trouble === undefined || isRetryable(trouble.failureClass)) await renew().catch(onFailure(false)) // it is in the entry of the lock
    }
  }

  return {
    renew,
    keep: () =>
      void keepRenewing().catch((error: unknown) => {
        bug = {error}
      }),
    async holds() {
      if (bug) throw bug.error
      while (lost === undefined && !(sureFrom && isSurelyHeld(sureFrom, momentOf(clock)))) await renew()
      return lost === undefined
    },
    entry() {
      if (lost !== undefined) return {context, state: 'lost', reason: lost}
      if (sureFrom !== undefined) return {context, state: 'held', reason: null}
      return {context, state: 'none', reason: trouble?.message ?? 'it was not taken yet'}
    },
    async release() {
      over.abort()
      await within(limit, async (signal) => {
        await untilStopped(Promise.allSettled([underWay]), signal)
        if (lost === undefined) await lease.giveBack(signal)
      })
    },
  }
}

function momentOf(clock: Clock): Moment {
  return {monotonic: clock.now(), wall: clock.date().getTime()}
}
