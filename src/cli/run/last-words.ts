import type {LastWords} from '../../model/last-words.ts'
import type {RunReport} from '../../model/report.ts'
import {type Target, targetKey} from '../../model/target.ts'
import {renderLastWords, withLastWords} from '../../summary/last-words.ts'
import type {Runtime} from '../process/runtime.ts'
import {viewOptions} from '../views.ts'

export interface LastWordsFlags {
  readonly quiet: boolean
  readonly 'include-logs': boolean
}

/**
 * Keeps what crashed containers wrote last, apart from events, ledger and results: it goes to a terminal, and into the
 * document only with `--include-logs`.
 */
export interface HeardLastWords {
  /** Undefined where nobody would see them: then nobody is asked. */
  readonly hear: ((target: Target, words: LastWords) => void) | undefined
  /** Shows them to people, and hands the report back with or without them. */
  conclude(report: RunReport): RunReport
}

export function hearLastWords(flags: LastWordsFlags, {stderr, env}: Pick<Runtime, 'stderr' | 'env'>): HeardLastWords {
  const shows = stderr.isTerminal && !flags.quiet
  const heard = new Map<string, LastWords>()
  return {
    hear: shows || flags['include-logs'] ? (target, words) => void heard.set(targetKey(target), words) : undefined,
    conclude(report) {
      const complete = withLastWords(report, heard)
      if (shows) stderr.write(renderLastWords(complete, viewOptions(stderr, env)))
      return flags['include-logs'] ? complete : report
    },
  }
}
