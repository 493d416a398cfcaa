import type {ErrorReport} from '../../model/error-report.ts'
import {type ExitName, exitCodes} from '../../model/exit-code.ts'
import type {Failure, FailureClass} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import {type DocumentFormat, documentRenderers} from '../../summary/documents.ts'
import type {Output} from './output.ts'

export interface FailedInvocation {
  /** Undefined: no document was requested. */
  readonly format: DocumentFormat | undefined
  readonly stdout: Output
  readonly stderr: Output
}

/**
 * Reports a failure before there is a report, in the same way and with the same code in every format: an
 * `ErrorReport` on stdout if a document was requested, sentences on stderr. Returns the exit code.
 */
export async function reportFailure(failure: Failure, {format, stdout, stderr}: FailedInvocation): Promise<number> {
  const name = exitForClass[failure.class]
  const verdict = {code: exitCodes[name].code, name, sentence: failure.message}
  if (format !== undefined) {
    const report: ErrorReport = {schemaVersion: 1, type: 'ErrorReport', error: failure, verdict}
    stdout.write(await documentRenderers[format](report))
    await stdout.flushed()
  }
  const lines = [
    failure.message,
    ...failure.suggestions.map((next) => `  try: ${next}`),
    ...(failure.class === 'internal' ? [pleaseReport] : []),
  ]
  stderr.write(`${lines.map(printable).join('\n')}\n`)
  return verdict.code
}

export const pleaseReport = 'This is a bug in hubspoke: please report it with the command you ran.'

/** The exit of a command that failed before it had a report. A class without an exit does not compile. */
const exitForClass = {
  usage: 'usage',
  unreachable: 'context-not-read',
  timeout: 'context-not-read',
  unauthenticated: 'context-not-read',
  forbidden: 'context-not-read',
  'not-found': 'target-failed',
  conflict: 'target-failed',
  throttled: 'target-failed',
  'server-error': 'target-failed',
  rejected: 'target-failed',
  rollout: 'target-failed',
  'command-failed': 'target-failed',
  'not-restartable': 'target-failed',
  'not-scalable': 'target-failed',
  owned: 'target-failed',
  reverted: 'target-failed',
  recreated: 'target-failed',
  'other-cluster': 'target-failed',
  locked: 'locked',
  declined: 'declined',
  internal: 'bug',
} as const satisfies Record<FailureClass, ExitName>
