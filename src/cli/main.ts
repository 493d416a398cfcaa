import {run} from '@oclif/core'
import {exitCodes} from '../model/exit-code.ts'
import {HubspokeError} from '../model/failure.ts'
import {AlreadyReported} from './already-reported.ts'
import {type Output, outputTo} from './output.ts'

/**
 * Runs the command line and ends the process. The exit code is 70 when this begins, and stays so unless a verdict or a
 * printed help text replaces it: a promise that never settles ends with a sentence and 70.
 */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  let concluded = false
  const stdout = outputTo(process.stdout)
  const stderr = outputTo(process.stderr)
  const bug = (sentence: string) => {
    concluded = true
    process.exitCode = exitCodes.bug.code
    stderr.write(`${sentence}\nThis is a bug in hubspoke: please report it with the command you ran.\n`)
  }
  process.on('uncaughtException', (error) => {
    bug(`Something failed that nobody looked after: ${error.name}: ${error.message}`)
    process.exit()
  })
  process.on('exit', () => {
    if (!concluded) bug('hubspoke stopped before it had an answer.')
  })
  try {
    const result: unknown = await run([...argv], import.meta.url)
    concluded = true
    // Commands of ours return their document and set the code from its verdict; only help and version return nothing.
    if (result === undefined) process.exitCode = exitCodes.ok.code
  } catch (error) {
    concluded = true
    if (!(error instanceof AlreadyReported)) process.exitCode = reportUsage(error, stderr, bug)
  }
  await Promise.all([stdout.flushed(), stderr.flushed()])
  process.exit()
}

/** What fails before a command runs is a command line that oclif could not read, or a bug. */
function reportUsage(error: unknown, stderr: Output, bug: (sentence: string) => void): number {
  if (isOclifError(error)) {
    if (error.code === 'EEXIT') return error.oclif.exit ?? exitCodes.ok.code
    stderr.write(`${error.message}\n`)
    return exitCodes.usage.code
  }
  if (error instanceof HubspokeError) {
    stderr.write(`${error.message}\n`)
    return exitCodes.usage.code
  }
  bug(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  return exitCodes.bug.code
}

interface OclifError extends Error {
  readonly code?: string
  readonly oclif: {readonly exit?: number}
}

function isOclifError(error: unknown): error is OclifError {
  return error instanceof Error && 'oclif' in error
}
