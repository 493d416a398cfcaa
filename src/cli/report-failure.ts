import {type ExitName, exitCodes} from '../model/exit-code.ts'
import type {Failure, FailureClass} from '../model/failure.ts'
import type {ErrorReport} from '../model/report.ts'
import {printable} from '../shared/printable.ts'
import {renderDocument} from '../summary/documents.ts'
import type {Output} from './output.ts'

export interface FailedInvocation {
  /** The command line as it was typed. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: Output
  readonly stderr: Output
}

/**
 * Tells of a failure that came before there was a report, in the same way and with the same code in every format: an
 * `ErrorReport` on stdout where a document was asked for, sentences on stderr. Returns the exit code.
 */
export async function reportFailure(failure: Failure, {argv, env, stdout, stderr}: FailedInvocation): Promise<number> {
  const name = exitForClass[failure.class]
  const verdict = {code: exitCodes[name].code, name, sentence: failure.message}
  const format = requestedFormat(argv, env)
  if (format !== undefined) {
    const report: ErrorReport = {schemaVersion: 1, type: 'ErrorReport', error: failure, verdict}
    stdout.write(await renderDocument(report, format))
    await stdout.flushed()
  }
  const lines = [
    ...failure.message.split('\n'),
    ...failure.suggestions.map((next) => `  try: ${next}`),
    ...(failure.class === 'internal' ? [pleaseReport] : []),
  ]
  stderr.write(`${lines.map(printable).join('\n')}\n`)
  return verdict.code
}

export const pleaseReport = 'This is a bug in hubspoke: please report it with the command you ran.'

/** Where a command ends that failed before it had a report. A class without an exit does not compile. */
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
  'not-restartable': 'target-failed',
  reverted: 'target-failed',
  recreated: 'target-failed',
  locked: 'locked',
  declined: 'declined',
  internal: 'bug',
} as const satisfies Record<FailureClass, ExitName>

/** The document format asked for on a command line that could not be parsed; undefined when text was asked for. */
export function requestedFormat(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): 'json' | 'yaml' | undefined {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const said = own.flatMap((word, at) => {
    if (word === '--output' || /^-[qvy]*o$/.test(word)) return [own[at + 1]]
    const [, format] = /^(?:--output=|-[qvy]*o=?)(table|wide|json|yaml|name|junit)$/.exec(word) ?? []
    return format === undefined ? [] : [format]
  })
  if (own.includes('--json') || isOn(env.HUBSPOKE_JSON)) return 'json'
  const format = said.at(-1) ?? env.HUBSPOKE_OUTPUT
  return format === 'json' || format === 'yaml' ? format : undefined
}

/** As oclif reads the environment variable of a flag without a value. */
const isOn = (value: string | undefined) =>
  value !== undefined && ['1', 'true', 'y', 'yes'].includes(value.toLowerCase())
