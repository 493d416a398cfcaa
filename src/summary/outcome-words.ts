import type {Counts, ResultEntry} from '../model/report.ts'
import type {Outcome} from '../model/result.ts'
import {countKey} from './count-outcomes.ts'
import type {Palette} from './palette.ts'

type DryRun = 'client' | 'server' | null

/** Under a client dry run, what has not run is what it has planned. */
export function isPlanned({outcome}: Pick<ResultEntry, 'outcome'>, dryRun: DryRun): boolean {
  return outcome === 'not-run' && dryRun === 'client'
}

/** How an outcome is written in headings. What a client dry run has not run is what it has planned. */
export function outcomeTitle(outcome: Outcome, dryRun: DryRun): string {
  const words = isPlanned({outcome}, dryRun) ? 'planned' : outcome.replace('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The outcome of the undo of a failed target, as the rest of its sentence; empty without an undo. */
function undoWords({undo}: Pick<ResultEntry, 'undo'>): string {
  if (undo === null) return ''
  return `; ${{undone: 'undone', 'not-undone': 'NOT UNDONE', unverified: 'UNDO UNVERIFIED'}[undo.outcome]}: ${undo.reason}`
}

/** The reason of an outcome, with the outcome of its undo; may be empty. */
export function whyWords(entry: Pick<ResultEntry, 'reason' | 'failure' | 'undo'>): string {
  return `${entry.reason || (entry.failure?.message ?? '')}${undoWords(entry)}`
}

/** The colour of an outcome: red if it needs attention, yellow if nothing was written. */
export function paintOutcome({outcome, failure}: ResultEntry, palette: Palette): (text: string) => string {
  if (outcome === 'failed') return palette.failure
  if (outcome === 'unverified' || failure !== null) return palette.warning
  if (outcome === 'succeeded' || outcome === 'unchanged') return palette.success
  return palette.quiet
}

/** `Total 9  Succeeded 8  Failed 1`: these three always, the others where there are any. */
export function countsLine(counts: Counts, palette: Palette, dryRun: DryRun = null): string {
  const part = (outcome: Outcome, paint: (text: string) => string) => {
    const count = counts[countKey(outcome)]
    const text = `${outcomeTitle(outcome, dryRun)} ${count}`
    return count > 0 ? paint(text) : text
  }
  const rest = (['unverified', 'not-run', 'skipped', 'unchanged'] as const)
    .filter((outcome) => counts[countKey(outcome)] > 0)
    .map((outcome) => part(outcome, outcome === 'unchanged' ? palette.success : palette.warning))
  return [`Total ${counts.total}`, part('succeeded', palette.success), part('failed', palette.failure), ...rest].join(
    '  ',
  )
}
