import {setTimeout as sleep} from 'node:timers/promises'

/** Time as it is passed in: nothing below `cli/` reads a clock of its own. */
export interface Clock {
  /** Monotonic milliseconds; only differences are meaningful. */
  now(): number
  /** The wall clock of this machine, which may be wrong. */
  date(): Date
  /** Resolves after `ms` milliseconds, or at once when the signal is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Timers of Node are limited to 2^31 - 1 ms, and fire at once beyond: longer sleeps consist of several. */
const longestTimerMs = 2 ** 30

async function sleepInSlices(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const until = performance.now() + ms
  for (let left = ms; ; left = until - performance.now()) {
    await sleep(Math.min(Math.max(left, 0) || 0, longestTimerMs), undefined, signal ? {signal} : {}).catch(
      () => undefined,
    )
    // Timers may fire a little early; the rest is not slept.
    if (signal?.aborted || !(left > longestTimerMs)) return
  }
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  sleep: sleepInSlices,
}
