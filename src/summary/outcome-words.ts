import type {Counts, ResultEntry} from '../model/report.ts'
import type {Outcome} from '../model/result.ts'
import type {Palette} from './palette.ts'

/** How an outcome is spelled in headings, and the key that counts it. */
export const outcomeWords = {
  failed: {title: 'Failed', count: 'failed'},
  unverified: {title: 'Unverified', count: 'unverified'},
  'not-run': {title: 'Not run', count: 'notRun'},
  skipped: {title: 'Skipped', count: 'skipped'},
  unchanged: {title: 'Unchanged', count: 'unchanged'},
  succeeded: {title: 'Succeeded', count: 'succeeded'},
} as const satisfies Record<Outcome, {readonly title: string; readonly count: keyof Counts}>

/** The same under a dry run: what a client dry run has not run is what it has planned. */
export function outcomeTitle(outcome: Outcome, dryRun: 'client' | 'server' | null): string {
  return outcome === 'not-run' && dryRun === 'client' ? 'Planned' : outcomeWords[outcome].title
}

/** What became of the undo of a failed target, as the rest of its sentence; empty where there was none. */
export function undoWords({undo}: Pick<ResultEntry, 'undo'>): string {
  if (undo === null) return ''
  return `; ${{undone: 'undone', 'not-undone': 'NOT UNDONE', unverified: 'UNDO UNVERIFIED'}[undo.outcome]}: ${undo.reason}`
}

/** The colour of an outcome: red where somebody has to look, yellow where nothing was written. */
export function paintOutcome({outcome, failure}: ResultEntry, palette: Palette): (text: string) => string {
  if (outcome === 'failed') return palette.failure
  if (outcome === 'unverified' || failure !== null) return palette.warning
  if (outcome === 'succeeded' || outcome === 'unchanged') return palette.success
  return palette.quiet
}

/** `Total 9  Succeeded 8  Failed 1`: these three always, the others where there are any. */
export function countsLine(counts: Counts, palette: Palette, dryRun: 'client' | 'server' | null = null): string {
  const part = (outcome: Outcome, paint: (text: string) => string) => {
    const {count} = outcomeWords[outcome]
    const text = `${outcomeTitle(outcome, dryRun)} ${counts[count]}`
    return counts[count] > 0 ? paint(text) : text
  }
  const rest = (['unverified', 'not-run', 'skipped', 'unchanged'] as const)
    .filter((outcome) => counts[outcomeWords[outcome].count] > 0)
    .map((outcome) => part(outcome, outcome === 'unchanged' ? palette.success : palette.warning))
  return [`Total ${counts.total}`, part('succeeded', palette.success), part('failed', palette.failure), ...rest].join(
    '  ',
  )
}
