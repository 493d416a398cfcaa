import type {CachedOnlyEntry, FindReport} from '../model/report.ts'
import {countOf} from '../shared/words.ts'
import {ageWords} from './cached-only-lines.ts'
import {nearImageLines} from './near-images.ts'
import {nextLines, suggestionsOf} from './next-lines.ts'
import {paletteFor} from './palette.ts'
import {sameClusterLines, scopeLines, sourceLines, unreadSections, verdictLines} from './report-lines.ts'
import {type TroubleSection, troubleLines} from './trouble-lines.ts'
import {showingContexts, type ViewOptions} from './view-options.ts'
import {imageCells, placeCells, workloadTable} from './workload-table.ts'
import {wrapText} from './wrap-text.ts'

/** What every answer about the workloads that run an image has. */
type Answer = Pick<FindReport, 'cachedOnly' | 'clusters' | 'scope' | 'nearImages' | 'suggestions' | 'verdict'>

/** What one kind of answer has beside it. */
interface AnswerParts {
  readonly workloads: readonly string[]
  /** After the workloads that only an image cache names. */
  readonly more?: readonly string[]
  /** Its commands are suggested after those of unread contexts. */
  readonly troubles?: TroubleSection
}

/**
 * An answer about workloads: unread contexts, the workloads, separately those that only an image cache names, what was not
 * searched, the sources, the next commands, and the verdict as the last line.
 */
export function renderAnswer(
  answer: Answer,
  wholeNames: ViewOptions,
  partsOf: (options: ViewOptions) => AnswerParts,
): string {
  const {cachedOnly, clusters, scope, verdict} = answer
  const options = showingContexts(wholeNames, [...scope.contexts, ...scope.contextsLeftOut])
  const {workloads, more = [], troubles} = partsOf(options)
  const sections = unreadSections(clusters)
  const unread = clusters.filter(({status}) => status !== 'read').map(({context}) => context)
  const lines = [
    ...sections.flatMap((section) => troubleLines(section, options)),
    ...workloads,
    ...cachedOnlyTable(cachedOnly, options),
    ...more,
    ...sameClusterLines(clusters, options),
    ...scopeLines(scope, unread, options),
    ...sourceLines(clusters, options),
    ...nearImageLines(answer.nearImages, options),
    ...nextLines([...suggestionsOf([...sections, ...(troubles ? [troubles] : [])]), [answer.suggestions]], options),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

/** In a table of their own: it is not known whether they still run the image, or still exist. */
function cachedOnlyTable(entries: readonly CachedOnlyEntry[], options: ViewOptions): readonly string[] {
  if (entries.length === 0) return []
  const count = countOf(entries.length, 'workload')
  const heading = `IN THE IMAGE CACHE ONLY  ${count}, not readable with these credentials`
  const rows = entries.map((entry) => [...placeCells(entry, options), ageWords(entry), ...imageCells(entry, options)])
  return [
    ...wrapText(heading, options.width).map(paletteFor(options.color).warning),
    ...workloadTable(['CONTEXT', 'NAMESPACE', 'WORKLOAD', 'AS OF'], rows, options),
    '',
  ]
}
