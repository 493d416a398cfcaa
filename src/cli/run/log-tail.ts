import type {LogTail} from '../../model/log-tail.ts'
import type {RunReport} from '../../model/report.ts'
import {type Target, targetKey} from '../../model/target.ts'
import {renderLogTail, withLogTail} from '../../summary/log-tail.ts'
import type {Runtime} from '../process/runtime.ts'
import {viewOptions} from '../views.ts'

export interface LogTailFlags {
  readonly quiet: boolean
  readonly 'include-logs': boolean
}

/**
 * Keeps what crashed containers wrote last, apart from events, ledger and results: it goes to a terminal, and into the
 * document only with `--include-logs`.
 */
export interface HeardLogTail {
  /** Undefined where nobody would see them: then nobody is asked. */
  readonly hear: ((target: Target, words: LogTail) => void) | undefined
  /** Shows them to people, and hands the report back with or without them. */
  conclude(report: RunReport): RunReport
}

export function hearLogTail(flags: LogTailFlags, {stderr, env}: Pick<Runtime, 'stderr' | 'env'>): HeardLogTail {
  const shows = stderr.isTerminal && !flags.quiet
  const heard = new Map<string, LogTail>()
  return {
    hear: shows || flags['include-logs'] ? (target, words) => void heard.set(targetKey(target), words) : undefined,
    conclude(report) {
      const complete = withLogTail(report, heard)
      if (shows) stderr.write(renderLogTail(complete, viewOptions(stderr, env)))
      return flags['include-logs'] ? complete : report
    },
  }
}
