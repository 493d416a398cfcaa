import type {PlanView, RetryView} from '../model/plan-view.ts'
import {formatDuration} from '../shared/duration.ts'
import {countOf, listOf} from '../shared/words.ts'
import {paletteFor} from './palette.ts'
import {namesIn, type ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

/** Notes on the plan of a retry: which targets it retries and why, and which it cannot or need not retry. */
export function retryLines({retry, unreached = []}: PlanView, options: ViewOptions): readonly string[] {
  if (retry === undefined) return []
  const {printable, width, color, placed = (text) => text} = options
  const {warning} = paletteFor(color)
  const says = (text: string) => wrapText(printable(text), width)
  const names = unreached.map(({label}) => label)
  return [
    ...says(takenUpSentence(retry)),
    ...(retry.damagedLines > 0 ? says(damagedSentence(retry)).map(warning) : []),
    ...(retry.retriedBy.length > 0 ? says(placed(retriedSentence(retry))).map(warning) : []),
    ...optionSentences(retry).flatMap(says),
    ...unknownSentences(retry).flatMap(says).map(warning),
    ...(names.length > 0
      ? says(`Not tried, because their clusters cannot be reached: ${namesIn(options, names)}.`).map(warning)
      : []),
    '',
  ]
}

function takenUpSentence({planned, takenUp, repeats}: RetryView): string {
  const count = takenUp.reduce((sum, [, each]) => sum + each, 0)
  const words = listOf(takenUp.map(([word, each]) => `${each} ${word}`))
  return `${count} of its ${countOf(planned, 'target')} ${count === 1 ? 'is' : 'are'} retried: ${words}. ${repeats ? repeated : watched}`
}

const watched = 'Targets that the run has already written are only watched.'
const repeated = 'What had started is done again.'

function damagedSentence({damagedLines}: RetryView): string {
  return `${countOf(damagedLines, 'line')} of its ledger cannot be read. Every planned target is known; each is read before it is written.`
}

function retriedSentence({retriedBy}: RetryView): string {
  const last = retriedBy.at(-1)
  return `The run ${last} has already retried it: "hubspoke runs retry ${last}" retries only what that run left unfinished.`
}

function optionSentences({runId, options: {kept, changed, unknown, deadlineMs}}: RetryView): readonly string[] {
  const isPlain = kept.length === 0 && changed.length === 0 && unknown.length === 0
  return [
    ...(kept.length > 0 ? [`Options kept from the run ${runId}: ${kept.join(' ')}.`] : []),
    ...(isPlain ? [`The options of the run ${runId} were the defaults, and are kept.`] : []),
    ...(changed.length > 0 ? [`Options changed on the command line: ${changed.join(', ')}.`] : []),
    ...(deadlineMs === undefined
      ? []
      : [`Its --deadline ${formatDuration(deadlineMs)} is not kept: a deadline applies to one run only.`]),
  ]
}

function unknownSentences({options: {unknown}}: RetryView): readonly string[] {
  if (unknown.length === 0) return []
  return [`Not recorded by that run, so the values of this command apply: ${unknown.join(', ')}.`]
}
