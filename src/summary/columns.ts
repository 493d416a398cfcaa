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
/** A column that is shortened keeps at least this width, even where the terminal is too narrow for it. */
const minWrapWidth = 12
/** Text that would have to wrap in fewer columns gets lines of its own below its row. */
const minLastWidth = 24
const below = '    '
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
 * names must stay whole to be copied, and so a narrow terminal may break their lines itself. Where a few words would be all
 * that fits beside the others, the last column has lines of its own below each row.
 *
 * Plain text is padded here (10,000 rows in about 20 ms); rows with characters that take two columns or none go through
 * cli-table3, which measures them, at about 0.2 ms a row.
 */
export function renderColumns(columns: readonly Column[], whole: readonly Row[], options: ColumnsOptions) {
  const {width} = options
  const beside = width === undefined ? columns.length : countBeside(columns, whole, width)
  if (width !== undefined && beside < columns.length) return belowEachOther(columns, whole, {...options, beside, width})
  const widths = columnWidths(columns, whole, width)
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

/** How many columns fit beside each other: all of them, unless the last ones would be broken within a word. */
function countBeside(columns: readonly Column[], rows: readonly Row[], width: number): number {
  const widths = columnWidths(columns, rows, undefined)
  const ends = widths.map((_, index) => widths.slice(0, index + 1).reduce((sum, each) => sum + each + gap.length, 0))
  const room = width - (ends.at(-2) ?? 0)
  const words = rows.flatMap((row) => textOf(row.at(-1) ?? '').split(' ')).map(displayWidth)
  const longestWord = Math.max(0, ...words.filter((each) => each <= width - below.length))
  const least = columns.at(-1)?.shorten ? minWrapWidth : Math.max(minLastWidth, longestWord)
  if (room >= Math.min(least, widths.at(-1) ?? 0)) return columns.length
  const fitting = ends.findIndex((end) => end - gap.length > width)
  return Math.max(1, Math.min(fitting === -1 ? columns.length - 1 : fitting, columns.length - 1))
}

/** The first columns as a table, and below each row the columns that do not fit beside them. */
function belowEachOther(
  columns: readonly Column[],
  rows: readonly Row[],
  {beside, width, heading}: {readonly beside: number; readonly width: number} & Pick<ColumnsOptions, 'heading'>,
): string[] {
  const first = rows.map((row) => row.slice(0, beside))
  // Without a width every row is one line.
  const [titles = '', ...lines] = renderColumns(columns.slice(0, beside), first, {width: undefined, heading})
  const others = columns.slice(beside).map(({title}) => title)
  return [
    titles,
    heading(below + others.join(gap)),
    ...shortenLast(columns.at(-1), rows, width - below.length).flatMap((row, index) => [
      lines[index] ?? '',
      ...linesBelow(row.slice(beside), width),
    ]),
  ]
}

function linesBelow(cells: Row, width: number): readonly string[] {
  const said = cells.filter((cell) => textOf(cell) !== '')
  if (said.length === 0) return []
  const text = said.map(textOf).join(gap)
  if (below.length + displayWidth(text) <= width) return [below + said.map(painted).join(gap)]
  return wrapText(text, width - below.length, '', displayWidth).map((line) => below + paintOf(said.at(-1) ?? '')(line))
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
  // cli-table3 measures the width but does not return it: the width is what its padding of a known column leaves.
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
