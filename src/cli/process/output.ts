import type {WriteStream} from 'node:tty'

/** One of the process's two output streams. */
export interface Output {
  readonly isTerminal: boolean
  /** Columns and rows of the terminal, 80 and 24 if it does not report them; undefined without a terminal. */
  columns(): number | undefined
  rows(): number | undefined
  /** Never throws and never rejects: a closed pipe must not stop a run. */
  write(text: string): void
  /** Resolves when everything written so far was handed to the system, or the reader is gone. */
  flushed(): Promise<void>
}

const usual = {columns: 80, rows: 24}

/** Text in narrower columns is unreadable; the terminal wraps the lines itself. */
const narrowest = 20

export function outputTo(stream: WriteStream): Output {
  let gone = false
  stream.on('error', () => {
    gone = true
  })
  return {
    isTerminal: stream.isTTY === true,
    // A terminal without a size yet (`docker run -t`, script, expect) reports 0.
    columns: () => (stream.isTTY ? Math.max(stream.columns || usual.columns, narrowest) : undefined),
    rows: () => (stream.isTTY ? stream.rows || usual.rows : undefined),
    write(text) {
      if (!gone) stream.write(text)
    },
    flushed: () =>
      new Promise((resolve) => {
        if (gone || stream.destroyed) return resolve()
        stream.once('error', () => resolve())
        stream.write('', () => resolve())
      }),
  }
}
