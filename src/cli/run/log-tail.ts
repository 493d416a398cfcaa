import type {LogTail} from '../../model/log-tail.ts'
import type {RunReport} from '../../model/report.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {renderLogTail, withLogTail} from '../../summary/log-tail.ts'
import type {Runtime} from '../process/runtime.ts'
import {viewOptions} from '../views.ts'
import type {RunSettings} from './run-settings.ts'

/**
 * Keeps what crashed containers wrote last, apart from events, ledger and results: it goes to a terminal, and into the
 * document only with `--include-logs`.
 */
export interface HeardLogTail {
  /** Undefined where they are not shown: then they are not read. */
  readonly hear: ((target: WorkloadTarget, tail: LogTail) => void) | undefined
  /** Shows them to people, and hands the report back with or without them. */
  conclude(report: RunReport): RunReport
}

export function hearLogTail(
  {quiet, includesLogs}: Pick<RunSettings, 'quiet' | 'includesLogs'>,
  {stderr, env}: Pick<Runtime, 'stderr' | 'env'>,
): HeardLogTail {
  const shows = stderr.isTerminal && !quiet
  const heard = new Map<string, LogTail>()
  return {
    hear: shows || includesLogs ? (target, tail) => void heard.set(target.key, tail) : undefined,
    conclude(report) {
      const complete = withLogTail(report, heard)
      if (shows) stderr.write(renderLogTail(complete, viewOptions(stderr, env)))
      return includesLogs ? complete : report
    },
  }
}
