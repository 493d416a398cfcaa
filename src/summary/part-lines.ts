import {outcomes, type PartEntry} from '../model/result.ts'
import {countOf} from '../shared/words.ts'
import {showsAll, type ViewOptions} from './view-options.ts'

/** How much of the parts is shown. */
export type PartView = Pick<ViewOptions, 'wide' | 'width'>

const shownOnTerminal = 5

/** `3 parts: 1 failed, 2 succeeded`; empty without parts. */
export function partCounts(parts: readonly PartEntry[]): string {
  if (parts.length === 0) return ''
  const counts = outcomes
    .map((outcome) => ({outcome, count: parts.filter((part) => part.outcome === outcome).length}))
    .filter(({count}) => count > 0)
  return `${countOf(parts.length, 'part')}: ${counts.map(({outcome, count}) => `${count} ${outcome.replace('-', ' ')}`).join(', ')}`
}

/** The parts that need attention, a sentence each; with `wide`, every part that is not in the desired state. */
export function partSentences(parts: readonly PartEntry[], options: PartView): readonly string[] {
  const isShown = ({outcome}: PartEntry) =>
    outcome === 'failed' || outcome === 'unverified' || (options.wide && outcome === 'not-run')
  const sorted = outcomes.flatMap((outcome) => parts.filter((part) => part.outcome === outcome && isShown(part)))
  const first = showsAll(options) ? sorted : sorted.slice(0, shownOnTerminal)
  const rest = sorted.length - first.length
  return [...first.map(sentenceOf), ...(rest > 0 ? [`… and ${rest} more; -o wide shows all.`] : [])]
}

function sentenceOf({name, outcome, reason, failure}: PartEntry): string {
  const why = reason || (failure?.message ?? '')
  return `${outcome.replace('-', ' ')}: ${name}${why === '' ? '' : `: ${why}`}`
}
