import type {LogTail} from '../model/log-tail.ts'
import type {ResultEntry, RunReport} from '../model/report.ts'
import {isWorkloadEntry} from '../model/workload-entry.ts'
import {workloadKey} from '../model/workload-target.ts'
import {paletteFor} from './palette.ts'
import {labelOf} from './target-names.ts'
import type {ViewOptions} from './view-options.ts'

const shown = 5

/** The report with the log tail of the targets that need attention. @param heard by key of the target */
export function withLogTail(report: RunReport, heard: ReadonlyMap<string, LogTail>): RunReport {
  const keyOf = (entry: ResultEntry) => (isWorkloadEntry(entry) ? workloadKey(entry) : entry.key)
  const logTailOf = (entry: ResultEntry) => (entry.failure && heard.get(keyOf(entry))) ?? null
  return {...report, results: report.results.map((entry) => ({...entry, logTail: logTailOf(entry)}))}
}

/** What the crashed containers wrote, for people: on a terminal at most five of them. */
export function renderLogTail({results}: Pick<RunReport, 'results'>, {color, printable}: ViewOptions): string {
  const palette = paletteFor(color)
  const crashed = results.flatMap((entry) => (entry.logTail ? [{label: labelOf(entry), ...entry.logTail}] : []))
  const blocks = crashed.slice(0, shown).map(({label, pod, container, lines}) => {
    const heading = printable(`${label}  pod ${pod}, container ${container}`)
    return [`${palette.heading('LOG TAIL')}  ${heading}`, ...lines.map((line) => `    ${line}`), ''].join('\n')
  })
  const more = crashed.length - shown
  return [...blocks, ...(more > 0 ? [palette.quiet(`… and those of ${more} more.`), ''] : [])]
    .map((block) => `${block}\n`)
    .join('')
}
