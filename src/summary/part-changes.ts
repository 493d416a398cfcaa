import type {RunReport} from '../model/report.ts'
import type {PartEntry} from '../model/result.ts'
import type {TargetEntry} from '../model/workload-entry.ts'
import {countOf} from '../shared/words.ts'
import {paletteFor} from './palette.ts'
import {labelIn} from './target-names.ts'
import {namesIn, showsAll, type ViewOptions} from './view-options.ts'

const shownOnTerminal = 10

type Changed = TargetEntry & {readonly parts: readonly PartEntry[]}

/** A change that was made, or would be made, in the same way to several targets. */
interface Change {
  readonly part: PartEntry
  readonly labels: string[]
}

/**
 * What was changed of the parts of the targets, and what a dry run would change, field by field: equal changes once, with the
 * targets that have them. After a run only with `wide`.
 */
export function changeLines(
  entries: readonly Changed[],
  dryRun: RunReport['run']['dryRun'],
  options: ViewOptions,
): readonly string[] {
  if (!(options.wide || dryRun === 'server')) return []
  const changes = new Map<string, Change>()
  for (const entry of entries) {
    for (const part of entry.parts) {
      if (part.outcome !== 'succeeded') continue
      const key = JSON.stringify([part.name, part.reason, part.diff])
      const change = changes.get(key) ?? {part, labels: []}
      change.labels.push(labelIn(options, entry))
      changes.set(key, change)
    }
  }
  const all = [...changes.values()]
  const shown = showsAll(options) ? all : all.slice(0, shownOnTerminal)
  const rest = all.length - shown.length
  const more =
    rest > 0 ? [paletteFor(options.color).quiet(`… and ${countOf(rest, 'more change')}; -o wide shows all.`)] : []
  const lines = [...shown.flatMap((change) => linesOf(change, options)), ...more]
  return lines.length === 0 ? [] : [...lines, '']
}

function linesOf({part: {name, reason, diff}, labels}: Change, options: ViewOptions): readonly string[] {
  const {printable} = options
  const where = namesIn(options, labels)
  return [printable(`${name}: ${reason} (${where})`), ...diff.map((line) => `  ${printable(line)}`)]
}
