import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'

export interface TimeLimit {
  readonly ms: number
  /** The message of the failure when the time is over. */
  readonly sentence: string
  readonly clock: Clock
  /** Also ends the work. The listener is removed when the work ends. */
  readonly signal?: AbortSignal
}

/** Aborts the signal of `work` with a `timeout` when the time is over, or with the reason of the limit's own signal. */
export async function within<T>(
  {ms, sentence, clock, signal}: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const done = new AbortController()
  const abort = () => limit.abort(signal?.reason)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, {once: true})
  void clock.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) limit.abort(new HubspokeError('timeout', sentence))
  })
  try {
    return await work(limit.signal)
  } finally {
    done.abort()
    signal?.removeEventListener('abort', abort)
  }
}
