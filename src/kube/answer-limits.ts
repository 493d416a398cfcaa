/** How much of an answer is read, and how long its body may take. */
export interface AnswerLimits {
  /** Bytes of the body as received, and again of the unpacked body. */
  readonly maxBytes: number
  /** The time that any body may take, in milliseconds. */
  readonly baseMs: number
  /** A body gets one more second for every so many bytes: a slow link is given time, a trickle is not. */
  readonly bytesPerSecond: number
  /** The longest time for any body, however much of it was received, in milliseconds. */
  readonly maxMs: number
}

/**
 * A page of 500 workloads is 1 to 30 MB before compression. At 10 Mbit/s the largest body takes 27 s; where fifty clusters
 * share such a link, each of them still has twice the minimum rate.
 */
export const bodyLimits: AnswerLimits = {
  maxBytes: 32 * 1024 * 1024,
  baseMs: 30_000,
  bytesPerSecond: 12 * 1024,
  maxMs: 300_000,
}

/**
 * Longer than any `Status` that is read: a conflict of an apply names each field, which may be thousands. The error page of a proxy
 * may be longer, and its content is not used.
 */
export const errorLimits: AnswerLimits = {...bodyLimits, maxBytes: 1024 * 1024, baseMs: 10_000, maxMs: 10_000}

/** The time allowed for a body of which `bytes` were received. */
export function allowedMs({baseMs, bytesPerSecond, maxMs}: AnswerLimits, bytes: number): number {
  return Math.min(maxMs, baseMs + (bytes / bytesPerSecond) * 1000)
}
