import {Config, run} from '@oclif/core'
import {exitCodes, exitForSignal} from '../model/exit-code.ts'
import {type Failure, toFailure} from '../model/failure.ts'
import {externalText} from '../shared/external-text.ts'
import {requestedFormat} from './flags/requested-format.ts'
import {AlreadyReported} from './process/already-reported.ts'
import {outputTo} from './process/output.ts'
import {pleaseReport, reportFailure} from './process/report-failure.ts'
import {unknownCommand} from './process/usage-failure.ts'

/**
 * Runs the command line and ends the process. The exit code is 70 when this begins, and stays so unless a verdict or a
 * printed help text replaces it: a promise that never settles ends with a sentence and 70.
 */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  // oclif's own listener throws where writing fails otherwise than by a reader that went away, and so would end a run.
  process.stdout.removeAllListeners('error')
  let lost: string | undefined
  process.stdout.on('error', ({code}: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') lost = code
  })
  const stdout = outputTo(process.stdout)
  const stderr = outputTo(process.stderr)
  let concluded = false
  const bug = (sentence: string) => {
    concluded = true
    process.exitCode = exitCodes.bug.code
    stderr.write(`${externalText(sentence)}\n${pleaseReport}\n`)
  }
  process.on('uncaughtException', (error: unknown) => {
    bug(`Unhandled error: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`)
    process.exit()
  })
  process.on('exit', (code) => {
    if (!concluded && !signalCodes.includes(code)) bug('hubspoke stopped before it had an answer.')
  })
  try {
    const result: unknown = await run([...argv], import.meta.url)
    concluded = true
    // Commands of ours return their document and set the code from its verdict; only help and version return nothing.
    if (result === undefined) process.exitCode = exitCodes.ok.code
  } catch (error) {
    concluded = true
    if (isExit(error)) process.exitCode = error.oclif.exit
    else if (!(error instanceof AlreadyReported)) {
      const failure = await failureOf(error, argv)
      process.exitCode = await reportFailure(failure, {format: requestedFormat(argv, process.env), stdout, stderr})
    }
  }
  await stdout.flushed()
  // A reader that went away wanted no more; a full disk holds half a result, which must not look like a whole one.
  if (lost !== undefined) {
    stderr.write(`The result could not be written to stdout (${lost}).\n`)
    process.exitCode ||= exitCodes['target-failed'].code
  }
  await stderr.flushed()
  process.exit()
}

/** A second signal ends the process at once: that is no bug. */
const signalCodes: readonly number[] = Object.values(exitForSignal).map((name) => exitCodes[name].code)

/** What fails outside of a command of ours is a command that there is not, or a bug. */
async function failureOf(error: unknown, argv: readonly string[]): Promise<Failure> {
  if (!(error instanceof Error && 'oclif' in error)) return toFailure(error)
  const {bin, commandIDs} = await Config.load(import.meta.url)
  const commands = commandIDs.map((id) => id.replaceAll(':', ' '))
  return unknownCommand(argv, bin, commands)
}

/** How oclif leaves when it has shown what it was asked for. */
function isExit(error: unknown): error is {readonly oclif: {readonly exit: number}} {
  return error instanceof Error && 'code' in error && error.code === 'EEXIT'
}
