import type {Failure} from './failure.ts'

/** A selected context of a run that was not read in full, so that its plan may lack targets. */
export interface UnreadContext {
  readonly context: string
  /** Some of what was asked of it was read. */
  readonly inPart: boolean
  /** The first one, where several parts could not be read. */
  readonly failure: Failure
}
