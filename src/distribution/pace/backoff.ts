/** How often and how fast a failed try is repeated. */
export interface RetryPolicy {
  /** Tries after the first one. */
  readonly retries: number
  readonly baseMs: number
  readonly factor: number
  readonly maxMs: number
}

/** The longest wait is a day, whatever a server asks for: timers take no more than 2^31 - 1 ms. */
const longestMs = 86_400_000

/**
 * Milliseconds to wait before the next try: `base × factor^(attempt − 1)`, capped, then cut by up to half, so that spokes
 * that failed together do not return together ("equal jitter": Marc Brooker, "Exponential Backoff And Jitter", AWS
 * Architecture Blog, 2015). When the server asked for a longer wait, that wait and up to a quarter more: never less.
 *
 * @param attempt tries made so far, from 1
 * @param random a number in [0, 1)
 * @param retryAfterMs what the server asked for, if it did
 * @throws RangeError when `attempt` is below 1: a caller's bug, never a user's mistake
 */
export function backoffDelayMs(attempt: number, policy: RetryPolicy, random: number, retryAfterMs = 0): number {
  if (attempt < 1) throw new RangeError(`attempt must be 1 or more, got ${attempt}`)
  const ceiling = Math.min(policy.maxMs, policy.baseMs * policy.factor ** (attempt - 1))
  const ours = ceiling * (1 - random / 2)
  const delay = retryAfterMs > ours ? retryAfterMs * (1 + random / 4) : ours
  return Math.round(Math.min(longestMs, delay))
}
