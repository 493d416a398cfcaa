import type {Clock} from '../../shared/clock.ts'

/** Wakes one task. A ring while it works is remembered: then it does not wait. */
export interface WakeUp {
  ring(): void
  /** Resolves after a ring, after `ms` milliseconds, or when the signal is aborted; never rejects. */
  next(ms: number, stop: AbortSignal): Promise<void>
}

export function createWakeUp(clock: Pick<Clock, 'sleep'>): WakeUp {
  let isRung = false
  let waiting: AbortController | undefined
  return {
    ring() {
      isRung = true
      waiting?.abort()
    },
    async next(ms, stop) {
      if (!isRung && !stop.aborted) {
        waiting = new AbortController()
        await clock.sleep(ms, AbortSignal.any([waiting.signal, stop]))
        waiting = undefined
      }
      isRung = false
    },
  }
}
