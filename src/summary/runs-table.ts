import type {RunsReport} from '../model/report.ts'
import {outcomes} from '../model/result.ts'
import {renderColumns} from './columns.ts'
import {openCounts, timeOf} from './ledger-words.ts'
import {nextLines} from './next-lines.ts'
import {outcomeWords} from './outcome-words.ts'
import {type Palette, paletteFor} from './palette.ts'
import {verdictLines} from './report-lines.ts'
import {type TroubleSection, troubleLines} from './trouble-lines.ts'
import {showsAll, type ViewOptions} from './view-options.ts'
import {countOf} from './words.ts'

type ListedRun = RunsReport['runs'][number]

const rowsShown = 20

/** Past runs, newest first: what was done, whether it ended, and how its targets did. */
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

function runLines(runs: readonly ListedRun[], options: ViewOptions): readonly string[] {
  if (runs.length === 0) return []
  const {printable, width, color, wide} = options
  const palette = paletteFor(color)
  // One row more than allowed takes no more room than saying that it is missing.
  const shown = showsAll(options) || runs.length <= rowsShown + 1 ? runs : runs.slice(0, rowsShown)
  const rows = shown.map((run) => [
    run.id,
    {text: run.state, paint: paintState(run, palette)},
    run.exitCode === null ? '-' : `${run.exitCode}`,
    printable(run.verb ?? '-'),
    printable(run.image ?? '-'),
    ...(wide ? [run.startedAt === null ? '-' : timeOf(run.startedAt), printable(run.ledger)] : []),
    countWords(run),
  ])
  const columns = [
    {title: 'RUN'},
    {title: 'STATE'},
    {title: 'EXIT', align: 'right' as const},
    {title: 'VERB'},
    {title: 'IMAGE'},
    ...(wide ? [{title: 'BEGUN AT'}, {title: 'LEDGER'}] : []),
    {title: 'TARGETS'},
  ]
  const rest = runs.length - shown.length
  return [
    ...renderColumns(columns, rows, {width: wide ? undefined : width, heading: palette.quiet}),
    ...(rest > 0 ? [palette.quiet(`… and ${countOf(rest, 'older run')}; -o wide shows all.`)] : []),
    '',
  ]
}

/** `1 writing, 2 planned, 1 failed, 3 succeeded`. */
function countWords({counts}: ListedRun): string {
  const ended = outcomes
    .map((outcome) => ({count: counts[outcomeWords[outcome].count], word: outcomeWords[outcome].title.toLowerCase()}))
    .filter(({count}) => count > 0)
    .map(({count, word}) => `${count} ${word}`)
  return [...openCounts(counts), ...ended].join(', ') || 'none'
}

function paintState({state, exitCode}: ListedRun, palette: Palette): (text: string) => string {
  if (state === 'unfinished') return palette.warning
  return exitCode === 0 ? palette.success : palette.failure
}
