import type {Failure, FailureClass} from './failure.ts'
import type {Target} from './target.ts'
import type {Undo} from './undo.ts'

/**
 * How a target ended.
 *
 * `not-run`: no write was ever sent. `unverified`: a write was sent or may have arrived, and its end was not seen.
 * `skipped`: nothing was written, and the reason says why.
 */
export const outcomes = ['failed', 'unverified', 'not-run', 'skipped', 'unchanged', 'succeeded'] as const

export type Outcome = (typeof outcomes)[number]

/** A try that failed and was followed by another one. */
export interface FailedTry {
  /** From 1; a conflict is decided on again within the same try. */
  readonly attempt: number
  readonly class: FailureClass
  readonly message: string
}

/** One of several things that a spoke acts on inside its target, and how it ended: an object of a cluster. */
export interface Part {
  /** Unique in its target, and the same in every run. */
  readonly name: string
  readonly outcome: Outcome
  /** One sentence for people; empty when there is nothing to add. */
  readonly reason: string
  /** Always with `failed`. */
  readonly failure?: Failure
  /** What a dry run would change, a line for each field. */
  readonly diff?: readonly string[]
}

/** A part as ledgers hold it: a dry run has no ledger. */
export type RecordedPart = Omit<Part, 'diff'>

/** A part as documents hold it. */
export interface PartEntry extends Omit<Part, 'failure' | 'diff'> {
  readonly failure: Failure | null
  /** Empty: nothing is changed, or it is no dry run. */
  readonly diff: readonly string[]
}

/** Exactly one per planned target. */
export interface SpokeResult<T extends Target = Target> {
  readonly target: T
  readonly outcome: Outcome
  /** Tries made; 0 for a target that never started. */
  readonly attempts: number
  /** Those before the last one; left out where there were none. */
  readonly failedTries?: readonly FailedTry[]
  readonly durationMs: number
  /** By the clock of this machine, RFC 3339: its first try, and its end. Absent: it never started, or that is not known. */
  readonly startedAt?: string
  readonly endedAt?: string
  /** One sentence for people: what happened, or why nothing did. Empty when there is nothing to add. */
  readonly reason: string
  /** Set when the target needs attention: always for `failed`, and for a `skipped` or `unverified` target that is not in the desired state. */
  readonly failure?: Failure
  /** Whether the write of a target that failed was taken back. Absent: that was not asked for. */
  readonly undo?: Undo
  /** In the order of their first report. Absent: its spoke has reported none. */
  readonly parts?: readonly Part[]
}

/** Is the target in the desired state, or gone, so that it needs no attention? */
export function isInDesiredState(result: SpokeResult): boolean {
  if (result.outcome === 'succeeded' || result.outcome === 'unchanged') return true
  return result.outcome === 'skipped' && result.failure === undefined
}
