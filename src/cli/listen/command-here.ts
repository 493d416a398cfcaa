import type {Config} from '@oclif/core'
import type {ErrorReport} from '../../model/error-report.ts'
import type {OnEvent} from '../../model/event.ts'
import type {StopSignal} from '../../model/exit-code.ts'
import {isObject, isOneOf, isShape} from '../../shared/shape.ts'
import type {BaseCommand} from '../base-command.ts'
import {AlreadyReported} from '../process/already-reported.ts'
import type {Output} from '../process/output.ts'
import type {Runtime} from '../process/runtime.ts'

/** Any command but the abstract ones. */
interface Runnable extends BaseCommand {
  run(): Promise<unknown>
}

type CommandClass = (new (argv: string[], config: Config) => Runnable) & Omit<typeof BaseCommand, 'prototype'>

/** A command of ours that runs inside this process. */
export interface CommandHere {
  readonly id: string
  readonly words: readonly string[]
  load(): Promise<{readonly default: CommandClass}>
  /** Default: nothing listens. */
  readonly onRunEvent?: OnEvent
}

/** Where it runs. */
export interface CommandHereDeps {
  readonly config: Config
  readonly runtime: Runtime
  /** Sends it the signals that end it in order; returns a function that stops that. */
  onStopSignal(listener: (signal: StopSignal) => void): () => void
}

/**
 * Runs a command as if it had been typed, without a terminal, and returns its document. Rejects only with bugs: what fails is an
 * `ErrorReport`.
 */
export async function commandHere<Report extends {readonly type: string}>(
  {id, words, load, onRunEvent}: CommandHere,
  {config, runtime, onStopSignal}: CommandHereDeps,
): Promise<Report | ErrorReport> {
  const stdout = keptOutput()
  const {default: Command} = await load()
  const own: Runtime = {
    ...runtime,
    ...{stdout, onStopSignal, stderr: keptOutput(), terminal: undefined, ownTerminal: () => undefined},
    stdin: {isTerminal: false, read: async () => Buffer.alloc(0)},
    setExitCode: () => undefined,
    ...(onRunEvent && {onRunEvent}),
  }
  const Here = class extends Command {
    static override id = id
    static override openRuntime = () => own
  }
  try {
    return (await Here.run([...words, '--output', 'json', '--quiet'], config)) as Report
  } catch (error) {
    if (!(error instanceof AlreadyReported)) throw error
    return errorReportOf(stdout.text())
  }
}

const isErrorReport = isShape<ErrorReport>({
  schemaVersion: (value) => value === 1,
  type: isOneOf(['ErrorReport']),
  error: isObject,
  verdict: isObject,
})

function errorReportOf(text: string): ErrorReport {
  const document: unknown = JSON.parse(text)
  if (isErrorReport(document)) return document
  throw new Error('a command that failed has written no error document')
}

function keptOutput(): Output & {text(): string} {
  const parts: string[] = []
  return {
    isTerminal: false,
    columns: () => undefined,
    rows: () => undefined,
    write: (text) => void parts.push(text),
    flushed: async () => undefined,
    text: () => parts.join(''),
  }
}
