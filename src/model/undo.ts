/**
 * What became of taking a failed write back.
 *
 * `undone`: all is as it was before, and healthy. `not-undone`: it is not, and the reason says how far it came.
 * `unverified`: a write was sent or may have arrived, and its end was not seen.
 */
export const undoOutcomes = ['undone', 'not-undone', 'unverified'] as const

export interface Undo {
  readonly outcome: (typeof undoOutcomes)[number]
  /** One sentence for people, without its full stop. */
  readonly reason: string
}
