import type {ResultEntry, RunReport} from '../model/report.ts'
import {formatDuration} from '../shared/duration.ts'
import {cachedOnlyLines} from './cached-only-lines.ts'
import {nearImageLines} from './near-images.ts'
import {nextLines, suggestionsOf} from './next-lines.ts'
import {countsLine} from './outcome-words.ts'
import {paletteFor} from './palette.ts'
import {changeLines} from './part-changes.ts'
import {
  excludedLines,
  reasonLines,
  sameClusterLines,
  scopeLines,
  sourceLines,
  sourceSentence,
  unreadSections,
  verdictLines,
} from './report-lines.ts'
import {calmLines, failedLines, quietSections, troubleSections} from './result-lines.ts'
import {troubleLines} from './trouble-lines.ts'
import {showingContexts, type ViewOptions} from './view-options.ts'
import {wavesLine} from './wave-lines.ts'

/**
 * A run for people: failures first, grouped, with reasons; the other targets; then the counts, the names of the
 * failed, what was not searched, the sources, the next commands, and the verdict as the last line.
 */
export function renderRunTable(report: RunReport, wholeNames: ViewOptions): string {
  const {run, results, clusters, counts, scope, verdict} = report
  const options = showingContexts(wholeNames, [...scope.contexts, ...scope.contextsLeftOut])
  // The plan has just been shown, and nothing was written.
  if (run.consent === 'cancelled' || run.consent === 'declined') return `${verdictLines(verdict, options).join('\n')}\n`
  const troubles = [...troubleSections(results, options), ...unreadSections(clusters)]
  const troubled = troubles.some((section) => section.troubles.length > 0)
  const unread = clusters.filter(({status}) => status !== 'read').map(({context}) => context)
  const lines = [
    ...troubles.flatMap((section) => troubleLines(section, options)),
    ...quietSections(results, run.dryRun).flatMap((section) => troubleLines(section, options)),
    ...calmLines(results, run.dryRun, {...options, troubled}),
    ...changeLines(results, run.dryRun, options),
    ...cachedOnlyLines(report.cachedOnly, options),
    countsLine(counts, paletteFor(options.color), run.dryRun),
    ...failedLines(results, options),
    ...runLine(report, options),
    ...reasonLines(run.reason, options),
    ...wavesLine(report, options),
    ...excludedLines(report.excluded, options),
    ...sameClusterLines(clusters, options),
    ...scopeLines(scope, unread, options),
    ...(options.wide ? sourceLines(clusters, options) : sourceSentence(clusters, options)),
    ...nearImageLines(report.nearImages, options),
    ...nextLines([...suggestionsOf(troubles), [report.suggestions]], options, retryCommands(report)),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

/** Unfinished targets can be retried, but only with a ledger. */
function retryCommands({run, results}: RunReport): readonly string[] {
  const isOpen = ({outcome, failure}: ResultEntry) =>
    outcome === 'skipped' ? failure !== null : outcome !== 'succeeded' && outcome !== 'unchanged'
  return run.ledger !== null && results.some(isOpen) ? [`hubspoke runs retry ${run.id}`] : []
}

/** Without a ledger, the id of a run leads to nothing. */
function runLine({run}: RunReport, {printable, color, wide}: ViewOptions): readonly string[] {
  const questions = run.askedMs < 1000 ? '' : `, without ${formatDuration(run.askedMs)} at prompts`
  const name = run.ledger === null ? 'It' : `Run ${printable(run.id)}`
  const retry = run.retryOf === null ? '' : ` It retried the run ${printable(run.retryOf)}.`
  const ledger = wide && run.ledger !== null ? ` Its ledger is ${printable(run.ledger)}.` : ''
  return [paletteFor(color).quiet(`${name} took ${formatDuration(run.durationMs)}${questions}.${retry}${ledger}`)]
}
