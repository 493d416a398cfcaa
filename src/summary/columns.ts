import Table from 'cli-table3'
import {wrapText} from './wrap-text.ts'

export interface Column {
  readonly title: string
  readonly align?: 'right'
  /** Of the last column: it is shortened to the columns that are left, not wrapped. */
  readonly shorten?: (text: string, width: number) => string
}

/** The text of a cell, already safe to print, and the colour it gets after it was measured. */
export type Cell = string | {readonly text: string; readonly paint: (text: string) => string}

type Row = readonly Cell[]

export interface ColumnsOptions {
  /** Undefined: as wide as the content. */
  readonly width: number | undefined
  readonly heading: (text: string) => string
}

const gap = '  '
/** A column that must wrap keeps at least this width, even where the terminal is too narrow for it. */
const minWrapWidth = 12
/** cli-table3 takes time superlinear in the rows of one table. */
const rowsPerTable = 25

const edges = ['top', 'bottom', 'left', 'right', 'mid', 'left-mid', 'mid-mid', 'right-mid']
const corners = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right']
const borderless = {
  chars: {...Object.fromEntries([...edges, ...corners].map((name) => [name, ''])), middle: gap},
  style: {head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true},
}

/**
 * Rows in columns as kubectl prints them: a title line, no borders. Only the last column is wrapped to fit the width, or shortened:
 * names must stay whole to be copied, and so a narrow terminal may break their lines itself.
 *
 * Plain text is padded here (10,000 rows in about 20 ms); rows with characters that take two columns or none go through
 * cli-table3, which measures them, at about 0.2 ms a row.
 */
export function renderColumns(columns: readonly Column[], whole: readonly Row[], options: ColumnsOptions) {
  const widths = columnWidths(columns, whole, options.width)
  const rows = shortenLast(columns.at(-1), whole, widths.at(-1) ?? 0)
  const titles = columns.map(({title}) => ({text: title, paint: options.heading}))
  const lines = plainLines(columns, titles, widths)
  for (let start = 0; start < rows.length; ) {
    const count = isPlainRow(rows[start] ?? []) ? 1 : countUntilPlain(rows, start)
    const chunk = rows.slice(start, start + count)
    lines.push(
      ...(isPlainRow(chunk[0] ?? [])
        ? plainLines(columns, chunk[0] ?? [], widths)
        : tableLines(columns, chunk, widths)),
    )
    start += count
  }
  return lines
}

function countUntilPlain(rows: readonly Row[], start: number): number {
  const end = rows.slice(start, start + rowsPerTable).findIndex(isPlainRow)
  return end === -1 ? rowsPerTable : end
}

function columnWidths(columns: readonly Column[], rows: readonly Row[], width: number | undefined): readonly number[] {
  const widths = columns.map(({title}) => title.length)
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, displayWidth(textOf(cell)))
  }
  if (width === undefined) return widths
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + gap.length, 0)
  const last = widths.at(-1) ?? 0
  return [...widths.slice(0, -1), Math.min(last, Math.max(minWrapWidth, width - before))]
}

function shortenLast(column: Column | undefined, rows: readonly Row[], width: number): readonly Row[] {
  const {shorten} = column ?? {}
  if (shorten === undefined) return rows
  return rows.map((row) => {
    const last = row.at(-1) ?? ''
    return [...row.slice(0, -1), {text: shorten(textOf(last), width), paint: paintOf(last)}]
  })
}

function plainLines(columns: readonly Column[], row: Row, widths: readonly number[]): string[] {
  const before = row.slice(0, -1).map((cell, index) => {
    const padding = ' '.repeat((widths[index] ?? 0) - textOf(cell).length)
    return (columns[index]?.align === 'right' ? padding + painted(cell) : painted(cell) + padding) + gap
  })
  const last = row.at(-1) ?? ''
  const width = widths.at(-1) ?? 0
  const indent = ' '.repeat(widths.slice(0, -1).reduce((sum, each) => sum + each + gap.length, 0))
  return wrapText(textOf(last), width).map((text, index) => {
    const aligned = columns.at(-1)?.align === 'right' ? text.padStart(width) : text
    return `${index === 0 ? before.join('') : indent}${paintOf(last)(aligned)}`.trimEnd()
  })
}

function tableLines(columns: readonly Column[], rows: readonly Row[], widths: readonly number[]): string[] {
  // cli-table3 would wrap by characters, not by columns, and cut what is too long.
  const lasts = rows.map((row) => wrapText(textOf(row.at(-1) ?? ''), widths.at(-1), '', displayWidth))
  const widest = Math.max(widths.at(-1) ?? 0, ...lasts.flat().map(displayWidth))
  const table = new Table({
    ...borderless,
    // A width of 0 means "none given" to cli-table3.
    colWidths: [...widths.slice(0, -1), widest].map((width) => Math.max(width, 1)),
    colAligns: columns.map(({align}) => align ?? 'left'),
  })
  for (const [index, row] of rows.entries()) {
    const last = lasts[index]?.map(paintOf(row.at(-1) ?? '')).join('\n')
    table.push([...row.slice(0, -1).map(painted), last])
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

/** Columns that a text takes in a terminal: East Asian characters take two, combining marks none. */
function displayWidth(text: string): number {
  if (isPlain(text)) return text.length
  // cli-table3 measures well but tells nobody: what it pads a column of known width with is the rest.
  const roomy = text.length * 2 + 1
  const table = new Table({...borderless, colWidths: [roomy]})
  table.push([`${text}|`])
  const line = table.toString()
  return roomy - (line.length - line.trimEnd().length) - 1
}

/** Every character takes one column: ASCII, Latin letters and the ellipsis. */
const isPlain = (text: string) => /^[\x20-\x7e\u00c0-\u024f\u2026]*$/.test(text)
const isPlainRow = (row: Row) => row.every((cell) => isPlain(textOf(cell)))
const textOf = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text)
const paintOf = (cell: Cell) => (typeof cell === 'string' ? (text: string) => text : cell.paint)
const painted = (cell: Cell) => paintOf(cell)(textOf(cell))
