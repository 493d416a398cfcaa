import {type Actor, actorWords} from '../model/actor.ts'
import type {LedgerReport, RecordedTargetEntry} from '../model/past-runs-report.ts'
import type {ResultEntry} from '../model/report.ts'
import {countOf, listOf} from '../shared/words.ts'
import {openCounts, openStates, stateSentence, timeOf} from './ledger-words.ts'
import {nextLines, suggestionsOf} from './next-lines.ts'
import {countsLine} from './outcome-words.ts'
import {paletteFor} from './palette.ts'
import {partCounts, partSentences} from './part-lines.ts'
import {excludedLines, scopeLines, toTrouble, verdictLines} from './report-lines.ts'
import {calmLines, failedLines, quietSections, troubleSections} from './result-lines.ts'
import {labelOf, namesOf} from './target-names.ts'
import {type TroubleSection, troubleLines} from './trouble-lines.ts'
import {showingContexts, type ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

/**
 * A past run for people: the targets without a result first, with the last known state of each; then failures, the other
 * targets, the counts, the run itself, and how to go on.
 */
export function renderLedgerTable(report: LedgerReport, wholeNames: ViewOptions): string {
  const {targets, excluded, suggestions, verdict} = report
  const options = showingContexts(
    wholeNames,
    [...targets, ...excluded].map((entry) => namesOf(entry).context),
  )
  const results = targets.flatMap(resultOf)
  const open = openSections(report, options)
  const troubles = troubleSections(results, options)
  const troubled = [...open, ...troubles].some((section) => section.troubles.length > 0)
  const lines = [
    ...unreadSections(report).flatMap((section) => troubleLines(section, options)),
    ...[...open, ...troubles, ...quietSections(results, null)].flatMap((section) => troubleLines(section, options)),
    ...calmLines(results, null, {...options, troubled}),
    countsOf(report, options),
    ...failedLines(results, options),
    ...runLines(report, options),
    ...excludedLines(report.excluded, options),
    ...(report.scope === null ? [] : scopeLines(report.scope, [], options)),
    ...nextLines([[suggestions], ...suggestionsOf(troubles)], options),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

function unreadSections({unread}: LedgerReport): readonly TroubleSection[] {
  const sectionOf = (word: string, inPart: boolean): TroubleSection => ({
    ...{word, noun: 'context', tone: 'failure'},
    troubles: unread.filter((one) => one.inPart === inPart).map(({context, failure}) => toTrouble(context, failure)),
  })
  return [sectionOf('NOT READ', false), sectionOf('READ IN PART', true)]
}

/** The target as the summary of its run would have had it; none without a result. */
function resultOf(entry: RecordedTargetEntry): readonly ResultEntry[] {
  const {outcome, durationMs} = entry
  const unknown = {logTail: null, owner: null, otherOwners: [], obstacles: null, disruption: null}
  return outcome === null ? [] : [{...entry, outcome, durationMs: durationMs ?? 0, ...unknown}]
}

function openSections({targets, run}: LedgerReport, options: ViewOptions): readonly TroubleSection[] {
  const open = targets.filter(({outcome}) => outcome === null)
  // Mostly many, and none needs attention.
  const isQuiet = ({state, wrote}: RecordedTargetEntry) => state === 'planned' && wrote === 'no'
  return openStates.flatMap((state) =>
    (['warning', 'quiet'] as const).map((tone) => ({
      word: state.toUpperCase(),
      noun: 'target',
      tone,
      troubles: open
        .filter((entry) => entry.state === state && isQuiet(entry) === (tone === 'quiet'))
        .map((entry) => ({
          name: labelOf(entry),
          class: '',
          message: stateSentence(entry, run),
          note: [
            ...(entry.wave === null ? [] : [`wave ${entry.wave}`]),
            ...(entry.attempts > 1 ? [`${entry.attempts} tries`] : []),
            ...(entry.parts.length === 0 ? [] : [partCounts(entry.parts)]),
          ].join(', '),
          details: partSentences(entry.parts, options),
          suggestions: [],
        })),
    })),
  )
}

function countsOf({counts}: LedgerReport, {color}: ViewOptions): string {
  const palette = paletteFor(color)
  const open = openCounts(counts).map((text) => {
    const [count = '', state = ''] = text.split(' ')
    return palette.warning(`${state.charAt(0).toUpperCase()}${state.slice(1)} ${count}`)
  })
  return [countsLine(counts, palette), ...open].join('  ')
}

/** The run, its end, and the gaps of its ledger. */
function runLines(report: LedgerReport, {printable, width, color}: ViewOptions): readonly string[] {
  const {run, suggestions} = report
  const sentences = [
    beginning(report),
    ...(run.by === null ? [] : [`By ${byWords(run.by)}.`]),
    ...(run.reason === null ? [] : [`Reason: ${run.reason}`]),
    ...linked(report),
    ending(report),
    `Its ledger is ${run.ledger}.`,
    ...(run.isOfNewerVersion ? ['A newer version of hubspoke wrote it. This version cannot read all of it.'] : []),
    ...(run.damagedLines > 0
      ? [
          `${countOf(run.damagedLines, 'line')} of it cannot be read, so ${run.damagedLines === 1 ? 'its' : 'their'} content is not known.`,
        ]
      : []),
    ...(run.conflicts.length > 0
      ? [`It is of several runs under one id (${run.conflicts.join('; ')}), and cannot be retried.`]
      : []),
    ...(run.targetsMissing > 0 ? [missingSentence(report)] : []),
    ...(suggestions.length > 0 ? [nextSentence(report)] : []),
  ]
  return sentences.flatMap((sentence) => wrapText(printable(sentence), width)).map(paletteFor(color).quiet)
}

function byWords(by: Actor): string {
  const users = [...new Set(by.kubernetesUsers.map(({username}) => username))]
  return `${actorWords(by, undefined)}${users.length === 0 ? '' : `, Kubernetes ${users.length === 1 ? 'user' : 'users'} ${listOf(users)}`}`
}

function nextSentence({run}: LedgerReport): string {
  return run.retriedBy.length > 0
    ? 'Its unfinished targets have been retried since. The first of these commands shows the result.'
    : 'The first of these commands retries its unfinished targets. Finished targets are not written again.'
}

function linked({run: {retryOf, retriedBy}}: LedgerReport): readonly string[] {
  return [
    ...(retryOf === null ? [] : [`It retried the unfinished targets of the run ${retryOf}.`]),
    ...(retriedBy.length === 0 ? [] : [`Retried by ${listOf(retriedBy)}.`]),
  ]
}

function beginning({run}: LedgerReport): string {
  if (run.verb === null)
    return `What the run ${run.id} was to do is not known: its start ${run.isOfNewerVersion ? 'cannot be read' : 'is not recorded'}.`
  const what = run.image === null ? run.verb : `${run.verb} ${run.image}`
  return `Run ${run.id}: ${what}${run.startedAt === null ? '' : `, started at ${timeOf(run.startedAt)}`}.`
}

function ending({run}: LedgerReport): string {
  const last = run.lastRecordAt === null ? '' : timeOf(run.lastRecordAt)
  if (run.state === 'ended') {
    return `It ended with ${run.exitCode}${last && ` at ${last}`}${run.stoppedBy === null ? '' : `, stopped by ${run.stoppedBy}`}.`
  }
  return `Unfinished: it is still in progress or was killed; the ledger does not show which${last && `; its last record is from ${last}`}.`
}

function missingSentence({run, targets}: LedgerReport): string {
  return `It names ${targets.length} of the ${targets.length + run.targetsMissing} planned targets: the others are lost, or were not recorded before the run was killed.`
}
