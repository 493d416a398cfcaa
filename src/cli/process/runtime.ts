import {openSync} from 'node:fs'
import {homedir, userInfo} from 'node:os'
import {ReadStream, type WriteStream} from 'node:tty'
import type {LocalUser} from '../../model/actor.ts'
import type {OnEvent} from '../../model/event.ts'
import type {StopSignal} from '../../model/exit-code.ts'
import {type Clock, systemClock} from '../../shared/clock.ts'
import type {ManifestReader} from '../../verbs/apply/manifest-reader.ts'
import type {Verbs} from '../../verbs/verbs.ts'
import {lazyManifestReader} from '../manifests/lazy-manifest-reader.ts'
import {isHangupIgnored} from './ignored-hangup.ts'
import {type Input, inputFrom} from './input.ts'
import {localUser} from './local-user.ts'
import {type Output, outputTo} from './output.ts'
import {askOnTerminal, type Terminal} from './terminal.ts'

/** How this program is started again, and the command to type for that. */
export interface Program {
  readonly argv: readonly string[]
  readonly typed: string
}

/** Everything that hubspoke takes from the machine it runs on. Tests pass another one. */
export interface Runtime {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly homeDir: string
  /** The system-wide config file, whether it exists or not. */
  readonly systemConfigPath: string
  /** The user of this program, and the machine. */
  readonly user: LocalUser
  readonly program: Program
  /** What runs can do, for ledgers that name it: a command that reads no ledger loads none of them. */
  loadVerbs(): Promise<Verbs>
  readonly clock: Clock
  readonly random: () => number
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: Input
  /** Manifests in files, in folders, and on `stdin`: each request is read once. */
  readonly manifests: ManifestReader
  /** The terminal for prompts; undefined without one. */
  readonly terminal: Terminal | undefined
  /** The same where stdin is read for something else: the terminal of the process itself, whatever stdin is. */
  ownTerminal(): Terminal | undefined
  /** Calls back every `ms` milliseconds until the returned function is called; keeps no process alive. */
  every(ms: number, callback: () => void): () => void
  /** Calls back for each signal that stops the run; returns a function that stops listening. */
  onStopSignal(listener: (signal: StopSignal) => void): () => void
  /** Ends the process at once; what was written last may be lost. Only for a second signal. */
  abort(exitCode: number): void
  setExitCode(code: number): void
  /** Receives every event of the runs that start here, beside their progress; undefined: nothing does. */
  readonly onRunEvent?: OnEvent
}

const stopSignals: readonly StopSignal[] = ['SIGHUP', 'SIGINT', 'SIGTERM']

/** The runtime of a real process. */
export function processRuntime(): Runtime {
  const env = {...process.env}
  // Node warns about insecure TLS if this is set. That is not true here: every connection verifies regardless of it.
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
  const ignoresHangup = isHangupIgnored(env, process.ppid)
  const stdin = inputFrom(process.stdin)
  const signals = stopSignals.filter((signal) => signal !== 'SIGHUP' || !ignoresHangup)
  // Without a listener the signal would end the process.
  if (ignoresHangup) process.on('SIGHUP', () => undefined)
  return {
    env, // every HUBSPOKE_ variable, KUBECONFIG, XDG folders, NO_COLOR, CI
    program: {argv: [process.execPath, process.argv[1] ?? ''], typed: typedName(env)}, // the demonstration
    homeDir: homeDirectory(), // the default kubeconfig, config file and ledger
    systemConfigPath: '/etc/hubspoke/config.yaml', // a user's config file cannot weaken it
    loadVerbs: async () => (await import('../../verbs/verbs.ts')).verbs, // ledgers
    user: localUser(process.env), // the record: ledger, lock, annotations, Events
    clock: systemClock, // rollouts, retries, ages
    random: Math.random, // run ids, jitter
    stdout: outputTo(process.stdout), // results
    stderr: outputTo(process.stderr), // everything else
    stdin, // `--targets -`
    manifests: lazyManifestReader({input: stdin, env, clock: systemClock}), // `apply -f`
    terminal: terminalOf(process.stdin, process.stderr),
    ownTerminal: () => terminalOf(openOwnTerminal(), process.stderr),
    every(ms, callback) {
      const timer = setInterval(callback, ms).unref()
      return () => clearInterval(timer)
    },
    onStopSignal(listener) {
      for (const signal of signals) process.on(signal, listener)
      return () => {
        for (const signal of signals) process.off(signal, listener)
      }
    },
    abort: (exitCode) => process.exit(exitCode),
    setExitCode(code) {
      process.exitCode = code
    },
  }
}

/** Undefined: the process has no terminal, as in a cron job. */
function openOwnTerminal(): ReadStream | undefined {
  try {
    return new ReadStream(openSync('/dev/tty', 'r+'))
  } catch {
    return undefined
  }
}

function terminalOf(input: ReadStream | undefined, output: WriteStream): Terminal | undefined {
  if (!input?.isTTY || !output.isTTY) return undefined
  // A listener is called before the prompt ends; without a listener the signal ends the process as usual.
  const raise = (signal: StopSignal) => void (process.emit(signal, signal) || process.kill(process.pid, signal))
  return askOnTerminal({input, output}, {clock: systemClock, raise})
}

/** With an empty `HOME`, the files of the user would be in the current folder. */
function homeDirectory(): string {
  if (homedir() !== '') return homedir()
  try {
    return userInfo().homedir
  } catch {
    return '/' // an account without an entry, as containers have them
  }
}

/** In a clone the program is started through npm, which provides a suitable Node.js. */
function typedName(env: Runtime['env']): string {
  const isClone = env.npm_package_name === 'hubspoke' && ['start', 'hubspoke'].includes(env.npm_lifecycle_event ?? '')
  return isClone ? 'npm run -s hubspoke --' : 'hubspoke'
}
