import {setTimeout as sleep} from 'node:timers/promises'

/** Time as it is passed in: nothing below `cli/` reads a clock of its own. */
export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  now(): number
  /** The wall clock of this machine, which may be wrong. */
  date(): Date
  /** Resolves after `ms` milliseconds, or at once when the signal is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? {signal} : {}).catch(() => undefined),
}
