import type {ListenReport, ListenRuleEntry} from '../model/listen-report.ts'
import {formatDuration} from '../shared/duration.ts'
import {countOf, listOf} from '../shared/words.ts'
import {paletteFor} from './palette.ts'
import {verdictLines} from './report-lines.ts'
import type {ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

/** Rules with what they would do, or what the service did; the verdict is the last line. */
export function renderListenTable({rules, sources, service, verdict}: ListenReport, options: ViewOptions): string {
  const lines = [
    ...(service === null
      ? [...sourceLines(sources, options), ...rules.flatMap((rule) => ruleLines(rule, options))]
      : []),
    ...(service === null ? [] : serviceLines(service, options)),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

function sourceLines(sources: ListenReport['sources'], {printable, width}: ViewOptions): readonly string[] {
  const secrets = {file: 'secret from a file', environment: 'secret from the environment', none: 'NO SECRET'} as const
  return sources.flatMap(({name, type, path, secret}) =>
    wrapText(printable(`source ${name}: ${type}, POST ${path}, ${secrets[secret]}`), width),
  )
}

function ruleLines({name, line, command, now, problems}: ListenRuleEntry, options: ViewOptions): readonly string[] {
  const {printable, width, color} = options
  const palette = paletteFor(color)
  const found =
    now === null
      ? 'not looked at'
      : `${countOf(now.workloads, 'workload')} in ${countOf(now.clusters, 'cluster')} now${now.unread.length === 0 ? '' : `; not read in full: ${listOf(now.unread)}`}`
  return [
    ...wrapText(printable(`rule ${name} (line ${line}): ${found}`), width).map(palette.heading),
    `  ${printable(command)}`,
    ...problems.flatMap((problem) => wrapText(printable(`  ${problem}`), width).map(palette.warning)),
  ]
}

function serviceLines(
  {events, runs, durationMs}: NonNullable<ListenReport['service']>,
  {printable, width}: ViewOptions,
): readonly string[] {
  const counts = (of: Readonly<Record<string, number>>) =>
    listOf(Object.entries(of).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`])))
  const words = (of: Readonly<Record<string, number>>) => counts(of) || 'none'
  const text = `Listened for ${formatDuration(durationMs)}. Events: ${words(events)}. Runs: ${words(runs)}.`
  return wrapText(printable(text), width)
}
