import type {Output} from '../../src/cli/process/output.ts'

/** An output that keeps what is written to it; `text` is all of it. No terminal unless there is a screen. */
export function recordedOutput({
  screen,
  all = [],
}: {
  readonly screen?: {readonly columns: number; readonly rows: number} | undefined
  /** What several outputs write together, in order. */
  readonly all?: string[]
} = {}): Output & {text(): string} {
  const own: string[] = []
  return {
    isTerminal: screen !== undefined,
    columns: () => screen?.columns,
    rows: () => screen?.rows,
    write(text) {
      own.push(text)
      all.push(text)
    },
    flushed: async () => undefined,
    text: () => own.join(''),
  }
}
