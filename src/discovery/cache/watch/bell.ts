import type {Clock} from '../../../shared/clock.ts'

/** Wakes waiting tasks when something has changed, without saying what. */
export interface Bell {
  ring(): void
  /** Resolves at the next ring, after `ms` milliseconds, or when the signal is aborted; never rejects. */
  next(ms: number, signal: AbortSignal): Promise<void>
}

export function createBell(clock: Clock): Bell {
  const waiting = new Set<() => void>()
  return {
    ring() {
      for (const wake of waiting) wake()
    },
    async next(ms, signal) {
      if (signal.aborted) return
      const woken = new AbortController()
      const wake = () => woken.abort()
      waiting.add(wake)
      signal.addEventListener('abort', wake, {once: true})
      await clock.sleep(ms, woken.signal)
      waiting.delete(wake)
      signal.removeEventListener('abort', wake)
    },
  }
}
