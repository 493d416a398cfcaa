import {accountWords} from '../model/actor.ts'
import type {RunsReport} from '../model/past-runs-report.ts'
import {outcomes} from '../model/result.ts'
import {formatDuration} from '../shared/duration.ts'
import {countOf} from '../shared/words.ts'
import {renderColumns} from './columns.ts'
import {countKey} from './count-outcomes.ts'
import {imageWithin} from './image-words.ts'
import {openCounts, timeOf} from './ledger-words.ts'
import {nextLines} from './next-lines.ts'
import {outcomeTitle} from './outcome-words.ts'
import {type Palette, paletteFor} from './palette.ts'
import {verdictLines} from './report-lines.ts'
import {type TroubleSection, troubleLines} from './trouble-lines.ts'
import {showsAll, type ViewOptions} from './view-options.ts'

type ListedRun = RunsReport['runs'][number]

/** With the next commands and the verdict they fit in a terminal of 24 lines, so that the newest is seen. */
const rowsShown = 12

const roomyColumns = 110
const byShown = 14

/** Past runs, newest first: the verb, whether the run ended, and the results of its targets. */
export function renderRunsTable({runs, notRead, verdict}: RunsReport, options: ViewOptions): string {
  const unread: TroubleSection = {
    word: 'NOT READ',
    noun: 'ledger',
    tone: 'failure',
    troubles: notRead.map(({id, problem}) => ({
      name: id,
      class: problem.class,
      message: problem.message,
      note: '',
      suggestions: problem.suggestions,
    })),
  }
  const unfinished = runs.filter(({state}) => state === 'unfinished')
  const lines = [
    ...troubleLines(unread, options),
    ...runLines(runs, options),
    ...nextLines([[unfinished.map(({id}) => `hubspoke runs show ${id}`)]], options),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

/** One row per run; the oldest are left out where there are many, and it is said. */
export function runLines(runs: readonly ListedRun[], options: ViewOptions): readonly string[] {
  if (runs.length === 0) return []
  const {printable, width, color, wide} = options
  const palette = paletteFor(color)
  const whole = showsAll(options)
  // Ids contain the start time; a narrow terminal has no room to repeat it.
  const roomy = wide || width === undefined || width >= roomyColumns
  // One more row takes no more room than the line that says it is missing.
  const shown = whole || runs.length <= rowsShown + 1 ? runs : runs.slice(0, rowsShown)
  const text = (known: string | null) => printable(known || '-')
  const severalVerbs = !wide && new Set(shown.flatMap(({verb}) => verb ?? [])).size > 1
  const rows = shown.map((run) => [
    run.id,
    {text: stateWords(run), paint: paintState(run, palette)},
    ...(roomy ? timeWords(run).map(text) : []),
    text(run.by && (whole ? accountWords(run.by) : cut(accountWords(run.by)))),
    whole ? countWords(run).join(', ') : worstWords(run),
    ...(wide ? wideWords(run).map(text) : []),
    ...(severalVerbs ? [text(run.verb)] : []),
    text(run.image),
  ])
  const columns = [
    {title: 'RUN'},
    {title: 'STATE'},
    ...(roomy ? [{title: 'STARTED'}, {title: 'DURATION'}] : []),
    {title: 'BY'},
    {title: 'TARGETS'},
    ...(wide ? ['VERB', 'HOST', 'RETRIED BY', 'LEDGER', 'REASON'].map((title) => ({title})) : []),
    ...(severalVerbs ? [{title: 'VERB'}] : []),
    {title: 'IMAGE', ...(!whole && {shorten: imageWithin})},
  ]
  const rest = runs.length - shown.length
  return [
    ...renderColumns(columns, rows, {width: wide ? undefined : width, heading: palette.quiet}),
    ...(rest > 0 ? [palette.quiet(`… and ${countOf(rest, 'older run')}; -o wide shows all.`)] : []),
    '',
  ]
}

function wideWords({verb, by, retriedBy, ledger, reason}: ListedRun): readonly (string | null)[] {
  return [verb, by?.host ?? null, retriedBy.join(', '), ledger, reason]
}

function stateWords({state, exitCode, retriedBy}: ListedRun): string {
  const words = exitCode === null ? state : `exit ${exitCode}`
  return retriedBy.length === 0 ? words : `${words}, retried`
}

function timeWords({startedAt, durationMs}: ListedRun): readonly (string | null)[] {
  return [startedAt && timeOf(startedAt), durationMs === null ? null : formatDuration(durationMs)]
}

const cut = (text: string) => (text.length > byShown ? `${text.slice(0, byShown - 1)}…` : text)

/** `1 writing`, `2 planned`, `1 failed` and `3 succeeded`: the worst first. */
function countWords({counts}: ListedRun): readonly string[] {
  const ended = outcomes
    .map((outcome) => ({count: counts[countKey(outcome)], word: outcomeTitle(outcome, null).toLowerCase()}))
    .filter(({count}) => count > 0)
    .map(({count, word}) => `${count} ${word}`)
  const words = [...openCounts(counts), ...ended]
  return words.length === 0 ? ['none'] : words
}

/** `1 failed of 7`: only the worst, if all of it does not fit. */
function worstWords(run: ListedRun): string {
  const [worst = '', ...others] = countWords(run)
  return others.length === 0 ? worst : `${worst} of ${run.counts.total}`
}

function paintState({state, exitCode}: ListedRun, palette: Palette): (text: string) => string {
  if (state === 'unfinished') return palette.warning
  return exitCode === 0 ? palette.success : palette.failure
}
