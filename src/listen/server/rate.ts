import type {Clock} from '../../shared/clock.ts'

/** Counts requests. */
export interface Rate {
  /** Seconds to wait; 0: the request may be served, and counts. */
  take(): number
}

/** At most `perMinute` requests in any minute, as a token bucket: a pause earns a burst of that size. */
export function createRate(perMinute: number, clock: Pick<Clock, 'now'>): Rate {
  const perMs = perMinute / 60_000
  let tokens = perMinute
  let filledAt = clock.now()
  return {
    take() {
      const now = clock.now()
      tokens = Math.min(perMinute, tokens + (now - filledAt) * perMs)
      filledAt = now
      if (tokens < 1) return Math.max(1, Math.ceil((1 - tokens) / perMs / 1000))
      tokens -= 1
      return 0
    },
  }
}
