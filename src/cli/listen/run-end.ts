import type {RunEnd} from '../../listen/service/run-queue.ts'
import type {ErrorReport} from '../../model/error-report.ts'
import {type ExitName, exitForSignal} from '../../model/exit-code.ts'
import type {RunReport} from '../../model/report.ts'
import {isRetryable} from '../../model/retryable.ts'

const ofSignals: readonly ExitName[] = Object.values(exitForSignal)

/** Nothing was written, and a person may put right why: a config file, credentials, the lock of another run. */
const mayBePutRight: readonly ExitName[] = ['usage', 'locked', 'context-not-read', 'target-failed']

/** How a run of `listen` has ended, and what is left of it. */
export function runEndOf({verdict, ...report}: RunReport | ErrorReport): RunEnd {
  const {name: exit, sentence} = verdict
  const end = (left: RunEnd['left']): RunEnd => ({exit, sentence, left})
  if (ofSignals.includes(exit)) return end('stopped')
  if (report.type === 'ErrorReport') return end(mayBePutRight.includes(exit) ? 'again' : 'nothing')
  return end(isLeftOver(exit, report) ? 'again' : 'nothing')
}

/**
 * A cluster was not read, a target could not be reached, or the run stopped for another reason than its failures: the same run may
 * complete it later, and repeats nothing.
 */
function isLeftOver(exit: ExitName, {clusters, results}: Pick<RunReport, 'clusters' | 'results'>): boolean {
  if (clusters.some(({status}) => status !== 'read')) return true
  const failures = results.flatMap(({failure, outcome}) => (failure === null || outcome === 'skipped' ? [] : [failure]))
  if (exit === 'stopped-early' && failures.length === 0) return true
  return failures.some(({class: failureClass}) => isRetryable(failureClass))
}
