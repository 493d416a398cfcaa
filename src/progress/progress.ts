import type {OnEvent} from '../model/event.ts'

/** A listener that shows what happens on stderr. It never throws, and without it every result is the same. */
export interface Progress {
  readonly onEvent: OnEvent
  /** Takes away what is drawn, so that the user can be asked; the next target that starts draws again. */
  pause(): Promise<void>
  /** Draws again at once what `pause` took away; nothing where nothing was drawn. */
  resume(): void
  /** The run is over: takes away what is drawn and gives the cursor back. Later events show nothing. */
  stop(): Promise<void>
}

/** Where progress goes, and what it may not have of its own. */
export interface ProgressStream {
  write(text: string): void
  /** Columns and rows of the terminal as they are now; undefined elsewhere. */
  columns(): number | undefined
  rows(): number | undefined
}

/** Calls back every `ms` milliseconds until the function that it returned is called; must not keep the process alive. */
export type Every = (ms: number, callback: () => void) => () => void
