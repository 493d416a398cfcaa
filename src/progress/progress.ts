import type {OnEvent} from '../model/event.ts'

/** A listener that shows events on stderr. It never throws, and has no influence on results. */
export interface Progress {
  readonly onEvent: OnEvent
  /** Removes the display, so that the user can be prompted; the next target that starts draws it again. */
  pause(): Promise<void>
  /** Draws the display again at once if `pause` removed it. */
  resume(): void
  /** The run is over: removes the display and restores the cursor. Later events show nothing. */
  stop(): Promise<void>
}

/** The stream of progress, and the dependencies that are passed in. */
export interface ProgressStream {
  write(text: string): void
  /** Columns and rows of the terminal at this moment; undefined elsewhere. */
  columns(): number | undefined
  rows(): number | undefined
}

/** Calls back every `ms` milliseconds until the returned function is called; must not keep the process alive. */
export type Every = (ms: number, callback: () => void) => () => void
