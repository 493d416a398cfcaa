import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {lazyManifestReader} from '../../src/cli/manifests/lazy-manifest-reader.ts'
import {AlreadyReported} from '../../src/cli/process/already-reported.ts'
import type {Runtime} from '../../src/cli/process/runtime.ts'
import Apply from '../../src/commands/apply.ts'
import CacheRefresh from '../../src/commands/cache/refresh.ts'
import CacheShow from '../../src/commands/cache/show.ts'
import CacheWatch from '../../src/commands/cache/watch.ts'
import Check from '../../src/commands/check.ts'
import Find from '../../src/commands/find.ts'
import Foreach from '../../src/commands/foreach.ts'
import Listen from '../../src/commands/listen.ts'
import Rbac from '../../src/commands/rbac.ts'
import Restart from '../../src/commands/restart.ts'
import RunsList from '../../src/commands/runs/list.ts'
import RunsPrune from '../../src/commands/runs/prune.ts'
import RunsRetry from '../../src/commands/runs/retry.ts'
import RunsShow from '../../src/commands/runs/show.ts'
import Sandbox from '../../src/commands/sandbox.ts'
import Scale from '../../src/commands/scale.ts'
import SetImage from '../../src/commands/set-image.ts'
import Status from '../../src/commands/status.ts'
import Undo from '../../src/commands/undo.ts'
import type {LocalUser} from '../../src/model/actor.ts'
import type {StopSignal} from '../../src/model/exit-code.ts'
import type {Clock} from '../../src/shared/clock.ts'
import {type Verbs, verbs} from '../../src/verbs/verbs.ts'
import {type Keyboard, openFakeTerminal} from './fake-terminal.ts'
import {recordedOutput} from './recorded-output.ts'
import {schemaErrors} from './schemas.ts'

const root = join(import.meta.dirname, '..', '..')

/** The real commands, by what the user types. */
const commands = {
  apply: Apply,
  'cache refresh': CacheRefresh,
  'cache show': CacheShow,
  'cache watch': CacheWatch,
  check: Check,
  find: Find,
  foreach: Foreach,
  listen: Listen,
  rbac: Rbac,
  restart: Restart,
  scale: Scale,
  'runs list': RunsList,
  'runs prune': RunsPrune,
  'runs retry': RunsRetry,
  'runs show': RunsShow,
  sandbox: Sandbox,
  'set-image': SetImage,
  undo: Undo,
  status: Status,
} as const

export interface ShellOptions {
  /** Default: those of hubspoke. */
  readonly verbs?: Verbs
  /** The user of the commands; default: `ada on host.example`. */
  readonly user?: LocalUser
  /** The home folder of another shell, which removes it. */
  readonly home?: string
  readonly kubeconfig: string
  readonly clock: Clock
  readonly env?: Readonly<Record<string, string>>
  /** Text of the config file. */
  readonly config?: string
  /** Text of the system-wide config file. */
  readonly systemConfig?: string
  /** The terminal of stderr; undefined: it is not a terminal. */
  readonly screen?: {readonly columns: number; readonly rows: number}
  /** The lines that are typed at a terminal; undefined: no terminal. */
  readonly answers?: readonly string[]
  /** What is piped into a command, asked when it starts; undefined: stdin is the terminal, or empty without one. */
  readonly stdin?: () => string | undefined
  /** Called while a prompt waits. */
  readonly onQuestion?: () => void | Promise<void>
  /** The same at a terminal that is like a real one, for one command. */
  readonly keyboard?: Keyboard
}

export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
  /** stdout, parsed; throws if a report violates its schema. */
  readonly document: () => unknown
}

/** A shell with a home folder and a kubeconfig of its own, in which commands run inside this process. */
export interface Shell extends AsyncDisposable {
  readonly home: string
  readonly kubeconfigPath: string
  /** Paths of the ledgers that runs left. */
  ledgers(): Promise<readonly string[]>
  /** Types a command: `restart`, `nginx`, `-y`. */
  run(...words: readonly string[]): Promise<Ended>
  /** Sends a signal to the command that runs. */
  signal(signal: StopSignal): void
  /** Everything that any command printed so far, to search it for text that must not be there. */
  everythingPrinted(): string
}

export async function openShell(options: ShellOptions): Promise<Shell> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'hubspoke-story-')))
  const kubeconfigPath = join(home, 'kubeconfig')
  await writeFile(kubeconfigPath, options.kubeconfig, {mode: 0o600})
  if (options.config !== undefined) {
    await mkdir(join(home, '.config', 'hubspoke'), {recursive: true})
    await writeFile(join(home, '.config', 'hubspoke', 'config.yaml'), options.config)
  }
  const systemConfigPath = join(home, 'etc', 'hubspoke', 'config.yaml')
  if (options.systemConfig !== undefined) {
    await mkdir(dirname(systemConfigPath), {recursive: true})
    await writeFile(systemConfigPath, options.systemConfig)
  }
  let draws = 0
  const listeners = new Set<(signal: StopSignal) => void>()
  const printed: string[] = []
  const runs = join(home, '.local', 'state', 'hubspoke', 'runs')
  const answers = [...(options.answers ?? [])]

  return {
    home,
    kubeconfigPath,
    ledgers: async () => (await readdir(runs).catch(() => [])).map((name) => join(runs, name)),
    signal: (signal) => {
      for (const listener of listeners) listener(signal)
    },
    everythingPrinted: () => printed.join(''),
    async run(...words) {
      const two = words.slice(0, 2).join(' ')
      const name = two in commands ? two : (words[0] ?? '')
      const Command = commands[name as keyof typeof commands]
      if (!Command) throw new RangeError(`no command "${name}"`)
      const stdout = recordedOutput({all: printed})
      const stderr = recordedOutput({all: printed, screen: options.screen})
      let exitCode = 70
      const piped = options.stdin?.()
      const stdin = {
        isTerminal: piped === undefined && (options.keyboard ?? options.answers) !== undefined,
        read: async (maxBytes: number) => {
          const content = Buffer.from(piped ?? '')
          return content.length > maxBytes ? undefined : content
        },
      }
      const terminal = options.keyboard
        ? openFakeTerminal(options.keyboard, {
            clock: options.clock,
            write: stderr.write,
            raise: (signal) => {
              for (const listener of listeners) listener(signal)
            },
          })
        : options.answers && {
            async ask(question: string) {
              stderr.write(question)
              await options.onQuestion?.()
              return answers.shift()
            },
          }
      const runtime: Runtime = {
        env: {KUBECONFIG: kubeconfigPath, ...options.env},
        program: {argv: [], typed: 'hubspoke'},
        loadVerbs: async () => options.verbs ?? verbs,
        homeDir: home,
        systemConfigPath,
        user: options.user ?? {name: 'ada', uid: 1000, sudoUser: null, host: 'host.example'},
        clock: options.clock,
        random: () => (draws++ * 0.618) % 1,
        stdout,
        stderr,
        stdin,
        manifests: lazyManifestReader({input: stdin, env: process.env, clock: options.clock}),
        terminal: piped === undefined ? terminal : undefined,
        ownTerminal: () => terminal,
        every: () => () => undefined,
        onStopSignal(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
        abort(code) {
          exitCode = code
        },
        setExitCode(code) {
          exitCode = code
        },
      }
      await execute(Command, name, words.slice(name.split(' ').length), runtime)
      return {stdout: stdout.text(), stderr: stderr.text(), exitCode, document: () => documentOf(stdout.text())}
    },
    [Symbol.asyncDispose]: async () => {
      if (options.home === undefined) await rm(home, {recursive: true, force: true})
    },
  }
}

function documentOf(text: string): unknown {
  const document: unknown = JSON.parse(text)
  const isReport = typeof document === 'object' && document !== null && 'type' in document
  const errors = isReport ? schemaErrors(document) : []
  if (errors.length > 0) throw new Error(`not as its schema says: ${errors.join('; ')}`)
  return document
}

async function execute(
  Command: (typeof commands)[keyof typeof commands],
  name: string,
  argv: readonly string[],
  runtime: Runtime,
) {
  // A subclass of the real command that takes everything it needs from the machine from the test.
  const InThisProcess = class extends (Command as typeof Find) {
    static override id = name.replace(' ', ':')
    static override openRuntime = () => runtime
  }
  try {
    await InThisProcess.run([...argv], {root})
  } catch (error) {
    if (!(error instanceof AlreadyReported)) throw error
  }
}
