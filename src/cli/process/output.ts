import type {WriteStream} from 'node:tty'

/** One of the process's two output streams. */
export interface Output {
  readonly isTerminal: boolean
  /** Columns and rows of the terminal; undefined elsewhere. */
  columns(): number | undefined
  rows(): number | undefined
  /** Never throws and never rejects: a reader that went away must not stop a run. */
  write(text: string): void
  /** Resolves when everything written so far was handed to the system, or the reader is gone. */
  flushed(): Promise<void>
}

export function outputTo(stream: WriteStream): Output {
  let gone = false
  stream.on('error', () => {
    gone = true
  })
  return {
    isTerminal: stream.isTTY === true,
    columns: () => stream.columns,
    rows: () => stream.rows,
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
