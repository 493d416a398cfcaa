import type {Counts} from '../model/report.ts'
import type {Outcome} from '../model/result.ts'

const countKeys = {
  succeeded: 'succeeded',
  unchanged: 'unchanged',
  failed: 'failed',
  skipped: 'skipped',
  'not-run': 'notRun',
  unverified: 'unverified',
} as const satisfies Record<Outcome, keyof Counts>

/** The key that counts an outcome: `not-run` is counted as `notRun`. */
export function countKey(outcome: Outcome): keyof Counts {
  return countKeys[outcome]
}

/** The number of targets by outcome; they add up to the total. */
export function countOutcomes(results: readonly {readonly outcome: Outcome}[]): Counts {
  const counts = {total: results.length, succeeded: 0, unchanged: 0, failed: 0, skipped: 0, notRun: 0, unverified: 0}
  for (const {outcome} of results) counts[countKey(outcome)] += 1
  return counts
}
