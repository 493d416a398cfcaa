import type {ResultEntry, RunReport} from '../model/report.ts'
import type {Outcome} from '../model/result.ts'
import {isWorkloadEntry} from '../model/workload-entry.ts'
import {formatDuration} from '../shared/duration.ts'
import {renderColumns} from './columns.ts'
import type {Trouble} from './group-troubles.ts'
import {matchedImages} from './image-words.ts'
import {isPlanned, outcomeTitle, paintOutcome, whyWords} from './outcome-words.ts'
import {paletteFor} from './palette.ts'
import {type PartView, partCounts, partSentences} from './part-lines.ts'
import {labelIn, labelOf, namesOf} from './target-names.ts'
import type {TroubleSection} from './trouble-lines.ts'
import {contextIn, showsAll, type ViewOptions} from './view-options.ts'

/** Rows of targets that need no attention; fewer if failures need the screen. */
const rowsShown = {calm: 20, troubled: 5}
const failedShown = 5
const calmOutcomes = ['not-run', 'unchanged', 'succeeded'] as const

type DryRun = RunReport['run']['dryRun']

/** Targets that need attention. */
export function troubleSections(results: readonly ResultEntry[], options: PartView): readonly TroubleSection[] {
  const toTrouble = (entry: ResultEntry) => troubleOf(entry, options)
  const of = (outcome: Outcome) => results.filter((entry) => entry.outcome === outcome)
  const stuck = of('skipped').filter(({failure}) => failure !== null)
  return [
    {word: 'FAILED', noun: 'target', tone: 'failure', troubles: of('failed').map(toTrouble)},
    {word: 'UNVERIFIED', noun: 'target', tone: 'warning', troubles: of('unverified').map(toTrouble)},
    {word: 'SKIPPED', noun: 'target', tone: 'warning', troubles: stuck.map(toTrouble)},
  ]
}

/** Targets that were not written and need no attention: mostly many, for one reason. */
export function quietSections(results: readonly ResultEntry[], dryRun: DryRun): readonly TroubleSection[] {
  const of = (outcome: Outcome) =>
    results.filter((entry) => entry.outcome === outcome && entry.failure === null && !isCalm(entry, dryRun))
  return [
    {word: 'NOT RUN', noun: 'target', tone: 'quiet', troubles: of('not-run').map((entry) => troubleOf(entry))},
    {word: 'SKIPPED', noun: 'target', tone: 'quiet', troubles: of('skipped').map((entry) => troubleOf(entry))},
  ]
}

/** Whether the target is an ordinary row. In a client dry run, planned targets are. */
function isCalm(entry: ResultEntry, dryRun: DryRun): boolean {
  return entry.outcome === 'succeeded' || entry.outcome === 'unchanged' || isPlanned(entry, dryRun)
}

function troubleOf(entry: ResultEntry, view?: PartView): Trouble {
  const {failure, attempts, durationMs} = entry
  const tries = attempts > 1 ? [`${attempts} tries`] : []
  const inWave = entry.wave === null ? [] : [`wave ${entry.wave}`]
  const times =
    view?.wide && entry.startedAt !== null ? [`${secondOf(entry.startedAt)} to ${secondOf(entry.endedAt)}`] : []
  const counts = entry.parts.length === 0 ? [] : [partCounts(entry.parts)]
  const took = attempts === 0 ? ['not tried'] : [formatDuration(durationMs), ...times, ...tries]
  return {
    name: labelOf(entry),
    class: failure?.class ?? '',
    message: whyWords(entry),
    note:
      entry.outcome === 'failed' || entry.outcome === 'unverified' ? [...inWave, ...took, ...counts].join(', ') : '',
    details: view === undefined ? [] : detailsOf(entry, view),
    suggestions: failure?.suggestions ?? [],
  }
}

/** The parts that need attention, unless the reason names the only one. */
function detailsOf(entry: ResultEntry, view: PartView): readonly string[] {
  const sentences = partSentences(entry.parts, view)
  const isNamed = entry.parts.some(({name, outcome}) => outcome === 'failed' && whyWords(entry).includes(name))
  return sentences.length === 1 && isNamed ? [] : sentences
}

/** The other targets, a row each: on a terminal the first ones only. */
export function calmLines(
  results: readonly ResultEntry[],
  dryRun: DryRun,
  options: ViewOptions & {readonly troubled: boolean},
): readonly string[] {
  const calm = results.filter((entry) => isCalm(entry, dryRun))
  const most = options.troubled ? rowsShown.troubled : rowsShown.calm
  const sorted = calmOutcomes.flatMap((outcome) => calm.filter((entry) => entry.outcome === outcome))
  if (sorted.length === 0) return []
  // One more row takes no more room than the line that says it is missing.
  const shown = showsAll(options) || sorted.length <= most + 1 ? sorted : sorted.slice(0, most)
  return [...calmRows(shown, dryRun, options), ...moreLine(sorted.slice(shown.length), dryRun, options), '']
}

function calmRows(entries: readonly ResultEntry[], dryRun: DryRun, options: ViewOptions) {
  const {printable, width, color, wide} = options
  const palette = paletteFor(color)
  const reasonOf = (entry: ResultEntry) => (isPlanned(entry, dryRun) ? '' : entry.reason)
  const hasReasons = entries.some((entry) => reasonOf(entry) !== '')
  const hasWaves = entries.some(({wave}) => wave !== null)
  const names = nameColumns(entries, options)
  const titles = ['OUTCOME', ...(hasWaves ? ['WAVE'] : []), ...names.titles, 'TIME']
  if (wide) titles.push('STARTED', 'ENDED', 'TRIES', ...(names.haveImages ? ['IMAGE'] : []))
  if (hasReasons) titles.push('REASON')
  const rows = entries.map((entry) => [
    {text: isPlanned(entry, dryRun) ? 'planned' : entry.outcome, paint: paintOutcome(entry, palette)},
    ...(hasWaves ? [`${entry.wave ?? '-'}`] : []),
    ...names.cells(entry),
    entry.attempts === 0 ? '-' : formatDuration(entry.durationMs),
    ...(wide ? [secondOf(entry.startedAt), secondOf(entry.endedAt), `${entry.attempts}`] : []),
    ...(wide && names.haveImages ? [printable(imagesOf(entry))] : []),
    ...(hasReasons ? [printable(reasonOf(entry))] : []),
  ])
  const columns = titles.map((title) => ({title}))
  return renderColumns(columns, rows, {width: wide ? undefined : width, heading: palette.quiet})
}

function moreLine(left: readonly ResultEntry[], dryRun: DryRun, {color}: ViewOptions): readonly string[] {
  if (left.length === 0) return []
  const words = calmOutcomes
    .map((outcome) => ({outcome, count: left.filter((entry) => entry.outcome === outcome).length}))
    .filter(({count}) => count > 0)
    .map(({outcome, count}) => `${count} more ${outcomeTitle(outcome, dryRun).toLowerCase()}`)
  return [paletteFor(color).quiet(`… and ${words.join(', ')}; -o wide shows all.`)]
}

/**
 * The failed targets again, one line each with the reason, because the lines above may be off the screen. On a terminal the
 * reason is cut, never the name.
 */
export function failedLines(results: readonly ResultEntry[], options: ViewOptions): readonly string[] {
  const {printable, color} = options
  const failed = results.filter(({outcome}) => outcome === 'failed')
  const shown = showsAll(options) ? failed : failed.slice(0, failedShown)
  const rest = failed.length - shown.length
  const lines = shown.map((entry) => {
    const name = printable(`Failed: ${labelIn(options, entry)}`)
    const why = printable(whyWords(entry))
    return why === '' ? name : withReason(name, why, options.width)
  })
  return [...lines, ...(rest > 0 ? [`Failed: … and ${rest} more; -o wide shows all.`] : [])].map(
    paletteFor(color).failure,
  )
}

const shortestReason = 24

/** In one line where a part of the reason fits beside the name, else in two. */
function withReason(name: string, why: string, width: number | undefined): string {
  if (width === undefined || name.length + 2 + why.length <= width) return `${name}: ${why}`
  const room = width - name.length - 2
  return room >= shortestReason ? `${name}: ${cutTo(room, why)}` : `${name}:\n  ${cutTo(width - 2, why)}`
}

/** Kubernetes names its reasons in one word (`ImagePullBackOff`): that one stays, wherever the sentence has it. */
function cutTo(room: number, why: string): string {
  if (why.length <= room) return why
  const word = /\b[A-Z][a-z]+(?:[A-Z][a-z]*)+\b/.exec(why)?.[0]
  const said = word !== undefined && !why.slice(0, room - 1).includes(word) ? `${word}: ${why}` : why
  return `${said.slice(0, room - 1)}…`
}

/** `2026-11-24T20:00:05Z` */
const secondOf = (time: string | null) => (time === null ? '-' : `${time.slice(0, 19)}Z`)
const imagesOf = (entry: ResultEntry) => (isWorkloadEntry(entry) ? matchedImages(entry).join(', ') : '')

interface NameColumns {
  readonly titles: readonly string[]
  readonly haveImages: boolean
  cells(entry: ResultEntry): readonly string[]
}

/** What is no workload is named by its label alone. */
function nameColumns(entries: readonly ResultEntry[], options: ViewOptions): NameColumns {
  const {printable} = options
  const contextOf = (entry: ResultEntry) => printable(contextIn(options)(namesOf(entry).context))
  if (!entries.some(isWorkloadEntry)) {
    const isShown = entries.some((entry) => labelIn(options, entry) !== namesOf(entry).context)
    return {
      titles: ['CONTEXT', ...(isShown ? ['TARGET'] : [])],
      haveImages: false,
      cells: (entry) => [contextOf(entry), ...(isShown ? [printable(labelIn(options, entry))] : [])],
    }
  }
  return {
    titles: ['CONTEXT', 'NAMESPACE', 'WORKLOAD'],
    haveImages: true,
    cells(entry) {
      const {namespace, kind, name} = namesOf(entry)
      return [contextOf(entry), printable(namespace), `${kind}/${printable(name)}`]
    },
  }
}
