/** A terminal that supports the sequences of the live display, and refuses all others. */
export interface Screen {
  write(text: string): void
  /** The lines that are not empty, from the top. */
  lines(): readonly string[]
  readonly state: {cursorIsHidden: boolean; scrolled: number}
}

export function createScreen(columns: number, rows: number): Screen {
  const grid: string[] = []
  const at = {row: 0, column: 0}
  const state = {cursorIsHidden: false, scrolled: 0}
  const lineHere = () => grid[at.row] ?? ''
  const newLine = () => {
    at.column = 0
    at.row += 1
    if (at.row < rows) return
    grid.shift()
    at.row -= 1
    state.scrolled += 1
  }
  const put = (char: string) => {
    if (at.column === columns) newLine()
    grid[at.row] = lineHere().padEnd(at.column).slice(0, at.column) + char + lineHere().slice(at.column + 1)
    at.column += 1
  }
  const commands: Readonly<Record<string, (number: number) => void>> = {
    A: (number) => {
      at.row = Math.max(0, at.row - (number || 1))
    },
    B: (number) => {
      at.row = Math.min(rows - 1, at.row + (number || 1))
    },
    G: () => {
      at.column = 0
    },
    K: (number) => {
      grid[at.row] = number === 2 ? '' : lineHere().slice(0, at.column)
    },
    m: () => undefined,
  }
  const obey = (mark: string, number: number, letter: string) => {
    if (mark === '?') state.cursorIsHidden = number === 25 ? letter === 'l' : state.cursorIsHidden
    else if (commands[letter]) commands[letter](number)
    else throw new Error(`The screen does not support ${number}${letter}.`)
  }
  return {
    state,
    lines: () => Array.from(grid, (line) => (line ?? '').trimEnd()).filter((line) => line !== ''),
    write(text) {
      for (const [part, mark = '', number, letter] of text.matchAll(/\n|\p{Cc}\[(\??)(\d*)([A-Za-z])|\P{Cc}/gu)) {
        if (part === '\n') newLine()
        else if (letter === undefined) put(part)
        else obey(mark, Number(number), letter)
      }
    },
  }
}
