/** How much of an answer is read, and how long its body may take. */
export interface AnswerLimits {
  /** Of the body as it comes over the wire, and again of what it unpacks to. */
  readonly maxBytes: number
  /** What any body may take, in milliseconds. */
  readonly baseMs: number
  /** A body earns a second more with so many bytes: a slow line is given time, one that trickles is not. */
  readonly bytesPerSecond: number
  /** No body takes longer, however much of it has come, in milliseconds. */
  readonly maxMs: number
}

/**
 * A page of 500 workloads is 1 to 30 MB before it is packed. At 10 Mbit/s the largest body takes 27 s; where fifty clusters
 * share such a line each of them still has twice the rate that keeps its answers alive.
 */
export const bodyLimits: AnswerLimits = {
  maxBytes: 32 * 1024 * 1024,
  baseMs: 30_000,
  bytesPerSecond: 12 * 1024,
  maxMs: 300_000,
}

/** More than any Status that is read has; the error page of a proxy may be longer, and says nothing that we want to know. */
export const errorLimits: AnswerLimits = {...bodyLimits, maxBytes: 65_536, baseMs: 10_000, maxMs: 10_000}

/** For how long a body may have been read when `bytes` of it have come. */
export function allowedMs({baseMs, bytesPerSecond, maxMs}: AnswerLimits, bytes: number): number {
  return Math.min(maxMs, baseMs + (bytes / bytesPerSecond) * 1000)
}
