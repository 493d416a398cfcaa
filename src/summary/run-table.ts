import type {ResultEntry, RunReport} from '../model/report.ts'
import type {Outcome} from '../model/result.ts'
import {renderColumns} from './columns.ts'
import type {Trouble} from './group-troubles.ts'
import {countsLine, outcomeWords, paintOutcome} from './outcome-words.ts'
import {paletteFor} from './palette.ts'
import {nextLines, scopeLines, sourceLines, unreadSections, verdictLines} from './report-lines.ts'
import {suggestionsOf, type TroubleSection, troubleLines} from './trouble-lines.ts'
import {showsAll, type ViewOptions} from './view-options.ts'
import {durationOf, someOf} from './words.ts'
import {wrapText} from './wrap-text.ts'

/** Rows of targets that nobody has to look at; fewer where the screen is needed for what went wrong. */
const rowsShown = {calm: 20, troubled: 5}
const failedNamesShown = 5
const calmOutcomes = ['not-run', 'unchanged', 'succeeded'] as const

/**
 * A run for people: what went wrong on top, grouped, with why; the other targets; then the counts, the names of the
 * failed, what was not looked at, the sources, the next commands, and the verdict as the last line.
 */
export function renderRunTable(report: RunReport, options: ViewOptions): string {
  const {results, clusters, counts, scope, verdict} = report
  const troubles = [...troubleSections(results), ...unreadSections(clusters)]
  const troubled = troubles.some((section) => section.troubles.length > 0)
  const unread = clusters.filter(({status}) => status !== 'read').map(({context}) => context)
  const lines = [
    ...troubles.flatMap((section) => troubleLines(section, options)),
    ...quietSections(report).flatMap((section) => troubleLines(section, options)),
    ...calmLines(report, {...options, rows: troubled ? rowsShown.troubled : rowsShown.calm}),
    countsLine(counts, paletteFor(options.color)),
    ...failedNames(results, options),
    ...runLine(report, options),
    ...scopeLines(scope, unread, options),
    ...sourceLines(clusters, options),
    ...nextLines(suggestionsOf(troubles), options),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

/** Targets that somebody has to look at. */
function troubleSections(results: readonly ResultEntry[]): readonly TroubleSection[] {
  const of = (outcome: Outcome) => results.filter((entry) => entry.outcome === outcome)
  const stuck = of('skipped').filter(({failure}) => failure !== null)
  return [
    {word: 'FAILED', noun: 'target', tone: 'failure', troubles: of('failed').map(toTrouble)},
    {word: 'UNVERIFIED', noun: 'target', tone: 'warning', troubles: of('unverified').map(toTrouble)},
    {word: 'SKIPPED', noun: 'target', tone: 'warning', troubles: stuck.map(toTrouble)},
  ]
}

/** Targets in which nothing was done and nobody has to look: mostly many, for one reason. */
function quietSections({results, run}: RunReport): readonly TroubleSection[] {
  const of = (outcome: Outcome) =>
    results.filter((entry) => entry.outcome === outcome && entry.failure === null && !isCalm(entry, run))
  return [
    {word: 'NOT RUN', noun: 'target', tone: 'quiet', troubles: of('not-run').map(toTrouble)},
    {word: 'SKIPPED', noun: 'target', tone: 'quiet', troubles: of('skipped').map(toTrouble)},
  ]
}

/** Is the target a row like any other? Under a client dry run, what is planned is. */
function isCalm({outcome}: ResultEntry, {dryRun}: RunReport['run']): boolean {
  return outcome === 'succeeded' || outcome === 'unchanged' || (outcome === 'not-run' && dryRun === 'client')
}

function toTrouble(entry: ResultEntry): Trouble {
  const {failure, reason, attempts, durationMs} = entry
  const tries = attempts > 1 ? [`${attempts} tries`] : []
  const note = attempts === 0 ? 'not tried' : [durationOf(durationMs), ...tries].join(', ')
  return {
    name: nameOf(entry),
    class: failure?.class ?? '',
    message: reason || (failure?.message ?? ''),
    note: entry.outcome === 'failed' || entry.outcome === 'unverified' ? note : '',
    suggestions: failure?.suggestions ?? [],
  }
}

function calmLines({results, run}: RunReport, options: ViewOptions & {readonly rows: number}): readonly string[] {
  const calm = results.filter((entry) => isCalm(entry, run))
  const sorted = calmOutcomes.flatMap((outcome) => calm.filter((entry) => entry.outcome === outcome))
  if (sorted.length === 0) return []
  // One row more than allowed takes no more room than saying that it is missing.
  const shown = showsAll(options) || sorted.length <= options.rows + 1 ? sorted : sorted.slice(0, options.rows)
  return [...calmRows(shown, options), ...moreLine(sorted.slice(shown.length), options), '']
}

function calmRows(entries: readonly ResultEntry[], {printable, width, color, wide}: ViewOptions) {
  const palette = paletteFor(color)
  const hasReasons = entries.some(({reason}) => reason !== '')
  const titles = ['OUTCOME', 'CONTEXT', 'NAMESPACE', 'WORKLOAD', 'TIME']
  if (wide) titles.push('TRIES', 'IMAGE')
  if (hasReasons) titles.push('REASON')
  const rows = entries.map((entry) => [
    {text: entry.outcome, paint: paintOutcome(entry, palette)},
    printable(entry.context),
    printable(entry.namespace),
    `${entry.kind}/${printable(entry.name)}`,
    entry.attempts === 0 ? '-' : durationOf(entry.durationMs),
    ...(wide ? [`${entry.attempts}`, printable(imagesOf(entry))] : []),
    ...(hasReasons ? [printable(entry.reason)] : []),
  ])
  const columns = titles.map((title) => ({title}))
  return renderColumns(columns, rows, {width: wide ? undefined : width, heading: palette.quiet})
}

function moreLine(left: readonly ResultEntry[], {color}: ViewOptions): readonly string[] {
  if (left.length === 0) return []
  const words = calmOutcomes
    .map((outcome) => ({outcome, count: left.filter((entry) => entry.outcome === outcome).length}))
    .filter(({count}) => count > 0)
    .map(({outcome, count}) => `${count} more ${outcomeWords[outcome].title.toLowerCase()}`)
  return [paletteFor(color).quiet(`… and ${words.join(', ')}; -o wide shows all.`)]
}

function failedNames(results: readonly ResultEntry[], options: ViewOptions): readonly string[] {
  const {printable, width, color} = options
  const failed = results.filter(({outcome}) => outcome === 'failed').map(nameOf)
  if (failed.length === 0) return []
  const names = someOf(failed, showsAll(options) ? failed.length : failedNamesShown)
  return wrapText(`Failed: ${printable(names)}`, width).map(paletteFor(color).failure)
}

function runLine({run}: RunReport, {printable, color, wide}: ViewOptions): readonly string[] {
  const ledger = wide && run.ledger !== null ? ` Its ledger is ${printable(run.ledger)}.` : ''
  return [paletteFor(color).quiet(`Run ${printable(run.id)} took ${durationOf(run.durationMs)}.${ledger}`)]
}

const nameOf = ({context, namespace, kind, name}: ResultEntry) => `${context}/${namespace}/${kind}/${name}`
const imagesOf = ({matched}: ResultEntry) => [...new Set(matched.map(({image}) => image))].join(', ')
