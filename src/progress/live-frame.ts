import {formatDuration} from '../shared/duration.ts'
import {printable} from '../shared/printable.ts'
import {countOf} from '../shared/words.ts'
import type {ClusterCounts, ProgressView, TargetCounts} from './progress-model.ts'
import type {WaveView} from './wave-tracker.ts'

/** One line of the live display. */
export interface Row {
  readonly text: string
  readonly state: 'active' | 'done' | 'trouble'
}

/** The content of the display: rows of clusters, one row of totals, and further lines below it. Every text is one line. */
export interface Frame {
  readonly rows: readonly Row[]
  readonly totals: Row
  readonly below: readonly string[]
}

const totalsName = 'Total'
const mostRows = 12
const mostBelow = 4
/** The totals, and the line of the cursor. */
const fixedLines = 2

/** How many lines of each sort fit a terminal with so many rows, so that the display never scrolls. */
export function fitFrame(terminalRows: number): {readonly rows: number; readonly below: number} {
  const free = Math.max(0, terminalRows - fixedLines)
  const below = Math.min(mostBelow, Math.floor(free / 3))
  return {rows: Math.min(mostRows, free - below), below}
}

/**
 * The clusters that get a row of their own, in the order of the plan, and whether the last row summarises all others. Rows
 * keep their place for the whole run: moving rows cannot be read.
 */
function assignRows(clusters: readonly ClusterCounts[], rows: number) {
  if (clusters.length <= rows) return {own: clusters.length, others: 0}
  const own = Math.max(0, rows - 1)
  return {own, others: rows === 0 ? 0 : clusters.length - own}
}

/** The frame of a view; it has at most `rows` rows, and the same number for the same clusters. */
export function frameOf(view: ProgressView, fit: {readonly rows: number; readonly below: number}): Frame {
  const {own, others} = assignRows(view.clusters, fit.rows)
  const clusters = view.clusters.slice(0, own)
  const width = Math.max(totalsName.length, ...clusters.map(({name}) => printable(name).length))
  const rows = clusters.map((cluster) => rowOf(printable(cluster.name).padEnd(width), cluster))
  if (others > 0) rows.push(rowOf(`${others} more clusters`, sum(view.clusters.slice(own))))
  return {rows, totals: totalsOf(view, width), below: belowOf(view, fit.below)}
}

function rowOf(name: string, counts: TargetCounts): Row {
  return {text: `${name}  ${countsText(counts)}`, state: stateOf(counts)}
}

function stateOf({total, done, trouble, notRun}: TargetCounts): Row['state'] {
  if (done + trouble + notRun < total) return 'active'
  return trouble > 0 ? 'trouble' : 'done'
}

/** `3 of 9 done, 2 rolling, 1 to be retried, 1 in trouble`. */
function countsText({total, done, trouble, notRun, rolling, retrying}: TargetCounts): string {
  const parts: readonly (readonly [number, string])[] = [
    [rolling, 'rolling'],
    [retrying, 'retrying'],
    [trouble, 'in trouble'],
    [notRun, 'not run'],
  ]
  const rest = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return [`${done} of ${total} done`, ...rest].join(', ')
}

function totalsOf({stage, contexts, totals, wave, stopping}: ProgressView, width: number): Row {
  const {read, total, notInFull} = contexts
  if (stage !== 'distribution') {
    const trouble = notInFull === 0 ? '' : `, ${notInFull} not in full`
    return {text: `Read ${read} of ${countOf(total, 'context')}${trouble}`, state: read < total ? 'active' : 'done'}
  }
  const head = stopping === undefined ? `${totalsName.padEnd(width)}  ` : `Stopping (${printable(stopping)}): `
  return {text: `${head}${countsText(totals)}${waveText(wave)}`, state: stateOf(totals)}
}

/** `; next wave in 27s (2 of 4 ended)`: the changing part comes first, where a narrow terminal shows it. */
function waveText(wave: WaveView | undefined): string {
  if (wave === undefined) return ''
  if (wave.pauseMs === undefined) return `; wave ${wave.wave} of ${wave.of}`
  const left = formatDuration(Math.ceil(wave.pauseMs / 1000) * 1000).replace('.0s', 's')
  return `; next wave in ${left} (${wave.wave} of ${wave.of} ended)`
}

function belowOf({stage, contexts, troubles, wave}: ProgressView, most: number): readonly string[] {
  const waiting = contexts.waitingFor
  const lines = troubles.map(printable)
  if (stage === 'discovery' && waiting.length > 0 && contexts.read > 0) {
    lines.push(`waiting for ${printable(waiting.slice(0, 5).join(', '))}${waiting.length > 5 ? ' …' : ''}`)
  }
  if (wave !== undefined && wave.waitingFor !== '') {
    lines.push(`wave ${wave.wave + 1} waits for health: ${printable(wave.waitingFor)}`)
  }
  return most === 0 ? [] : lines.slice(-most)
}

function sum(clusters: readonly TargetCounts[]): TargetCounts {
  const add = (key: keyof TargetCounts) => clusters.reduce((total, counts) => total + counts[key], 0)
  return {
    total: add('total'),
    waiting: add('waiting'),
    rolling: add('rolling'),
    retrying: add('retrying'),
    done: add('done'),
    trouble: add('trouble'),
    notRun: add('notRun'),
  }
}
