import type {LogTail} from '../model/log-tail.ts'
import type {RunReport} from '../model/report.ts'
import {targetKey} from '../model/target.ts'
import {paletteFor} from './palette.ts'
import {placeName, type ViewOptions} from './view-options.ts'

const shown = 5

/** The report with the log tail of the targets that need attention. @param heard by `targetKey` */
export function withLogTail(report: RunReport, heard: ReadonlyMap<string, LogTail>): RunReport {
  const logTailOf = (entry: RunReport['results'][number]) => (entry.failure && heard.get(targetKey(entry))) ?? null
  return {...report, results: report.results.map((entry) => ({...entry, logTail: logTailOf(entry)}))}
}

/** What the crashed containers wrote, for people: on a terminal at most five of them. */
export function renderLogTail({results}: Pick<RunReport, 'results'>, {color, printable}: ViewOptions): string {
  const palette = paletteFor(color)
  const crashed = results.flatMap(({logTail, ...entry}) => (logTail ? [{...entry, ...logTail}] : []))
  const blocks = crashed.slice(0, shown).map(({pod, container, lines, ...place}) => {
    const heading = printable(`${placeName(place)}  pod ${pod}, container ${container}`)
    return [`${palette.heading('LOG TAIL')}  ${heading}`, ...lines.map((line) => `    ${line}`), ''].join('\n')
  })
  const more = crashed.length - shown
  return [...blocks, ...(more > 0 ? [palette.quiet(`… and those of ${more} more.`), ''] : [])]
    .map((block) => `${block}\n`)
    .join('')
}
