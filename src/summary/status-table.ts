import type {StatusEntry, StatusReport} from '../model/status-report.ts'
import {renderAnswer} from './answer-table.ts'
import {type Cell, renderColumns} from './columns.ts'
import {paletteFor} from './palette.ts'
import {troubleOfStatus} from './summarize-status.ts'
import type {TroubleSection} from './trouble-lines.ts'
import type {ViewOptions} from './view-options.ts'
import {imageCells, placeCells} from './workload-table.ts'

/** The result of `status`: every workload with its rollout status, those that are stuck first, those with the same cause together. */
export function renderStatusTable(report: StatusReport, wholeNames: ViewOptions): string {
  return renderAnswer(report, wholeNames, (options) => ({
    workloads: workloadLines(report.workloads, options),
    troubles: openSection(report.workloads),
  }))
}

function workloadLines(workloads: readonly StatusEntry[], options: ViewOptions): readonly string[] {
  if (workloads.length === 0) return []
  const {printable, width, color, wide} = options
  const titles = [
    'CONTEXT',
    'NAMESPACE',
    'WORKLOAD',
    'STATUS',
    'PODS',
    ...(wide ? ['CONTAINER'] : []),
    'IMAGE',
    'REASON',
  ]
  const rows = workloads.map((entry) => [
    ...[...placeCells(entry, options), statusCell(entry, options), podsOf(entry)],
    ...[...imageCells(entry, options), printable(reasonOf(entry))],
  ])
  const columns = titles.map((title) => ({title}))
  return [...renderColumns(columns, rows, {width: wide ? undefined : width, heading: paletteFor(color).quiet}), '']
}

function statusCell(entry: StatusEntry, {color}: ViewOptions): Cell {
  const palette = paletteFor(color)
  const {status, pods} = entry
  switch (status) {
    case 'stuck':
      return {text: 'STUCK', paint: palette.failure}
    case 'paused':
      return {text: 'PAUSED', paint: palette.warning}
    case 'rolling-out':
      return {
        text: pods === null ? 'rolling out' : `rolling out (${pods.updated} of ${pods.wanted})`,
        paint: palette.warning,
      }
    case 'not-readable':
      return {text: 'NOT READ', paint: palette.failure}
    case 'gone':
      return {text: 'gone', paint: palette.quiet}
    case 'rolled-out':
      return {text: 'rolled out', paint: palette.success}
    default:
      return status satisfies never
  }
}

/** `2/3`: available and wanted pods, as kubectl shows them. */
function podsOf({pods}: StatusEntry): string {
  return pods === null ? '-' : `${pods.available}/${pods.wanted}`
}

/** Of a workload that is rolled out in full, the other columns say everything. */
function reasonOf({status, pods, message, cause, causeUnknown}: StatusEntry): string {
  if (status === 'rolled-out' && pods !== null && pods.wanted > 0 && pods.updated >= pods.wanted) return ''
  return [cause?.message, message, causeUnknown].filter((part) => part !== undefined && part !== null).join('; ')
}

function openSection(workloads: readonly StatusEntry[]): TroubleSection {
  const open = workloads.filter(({suggestions, failure}) => suggestions.length > 0 || failure !== null)
  return {word: 'STUCK', noun: 'workload', tone: 'failure', troubles: open.map(troubleOfStatus)}
}
