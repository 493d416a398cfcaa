import {spawn} from 'node:child_process'
import {accessSync, constants, mkdirSync, readdirSync, renameSync, rmSync} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {delimiter, isAbsolute, join} from 'node:path'
import {performance} from 'node:perf_hooks'
import {isRunning, underLock} from './build-lock.ts'
import {
  buildArguments,
  isOlder,
  type ModulePins,
  moduleFolder,
  type Program,
  type ProgramName,
  programs,
  readPins,
} from './programs.ts'

/** Path of each program. */
export type Binaries = Readonly<Record<ProgramName, string>>

export type ControlPlane =
  | {readonly binaries: Binaries; readonly missing?: never}
  | {readonly missing: string; readonly binaries?: never}

export interface EnsureDeps {
  readonly env: NodeJS.ProcessEnv
  /** One line of progress. Nothing is printed when nothing has to be built. */
  readonly print: (line: string) => void
  /** Time between two lines about the same program, in milliseconds. */
  readonly reportEveryMs?: number
}

/**
 * Finds the programs of a control plane in `KUBEBUILDER_ASSETS` (the convention of envtest), kubectl also on the `PATH`, and
 * the rest in the cache folder; builds there what is missing. `HUBSPOKE_TEST_KUBERNETES=1.32` asks for an older control
 * plane, one of those that there is a module for. Never rejects because a build is impossible: `missing` is the reason, in
 * one line.
 */
export async function ensureControlPlane(deps: EnsureDeps): Promise<ControlPlane> {
  const pins = readPins(import.meta.dirname, deps.env.HUBSPOKE_TEST_KUBERNETES)
  const cache = cacheFolder(deps.env, pins)
  const wanted = programs.filter((program) => find(program, cache, deps.env) === undefined)
  if (wanted.length > 0) {
    const problem = (await goProblem(deps.env, pins)) ?? (await buildAll(wanted, {...deps, pins, cache}))
    if (problem) return {missing: problem}
  }
  const found = programs.map((program) => [program.name, find(program, cache, deps.env) ?? ''] as const)
  return {binaries: Object.fromEntries(found) as Record<ProgramName, string>}
}

function cacheFolder(env: NodeJS.ProcessEnv, pins: ModulePins): string {
  const xdg = env.XDG_CACHE_HOME
  const base = xdg && isAbsolute(xdg) ? xdg : join(env.HOME || homedir(), '.cache')
  return join(base, 'hubspoke', 'control-plane', `k8s-${pins.kubernetes}_kwok-${pins.kwok}_etcd-${pins.etcd}`)
}

function find({name}: Program, cache: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = [env.KUBEBUILDER_ASSETS, ...(name === 'kubectl' ? (env.PATH ?? '').split(delimiter) : []), cache]
  return folders.flatMap((folder) => (folder ? [join(folder, name)] : [])).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A Go since 1.21 fetches a newer one by itself when a module asks for it, unless it is told not to. */
async function goProblem(env: NodeJS.ProcessEnv, pins: ModulePins): Promise<string | undefined> {
  const asked = await run('go', ['version'], {env, cwd: tmpdir()})
  if (asked.problem)
    return `no working Go on the PATH (${asked.problem}); Go ${pins.go} or newer builds the control plane`
  const version = asked.stdout.match(/go(\d+(?:\.\d+)*)/)?.[1] ?? '0'
  const fetchesNewer = !isOlder(version, '1.21') && !/^(local|path)/.test(env.GOTOOLCHAIN ?? '')
  return isOlder(version, pins.go) && !fetchesNewer
    ? `Go ${version} is too old; ${pins.go} or newer is needed`
    : undefined
}

interface BuildDeps extends EnsureDeps {
  readonly pins: ModulePins
  readonly cache: string
}

async function buildAll(wanted: readonly Program[], deps: BuildDeps): Promise<string | undefined> {
  mkdirSync(deps.cache, {recursive: true})
  const waiting = (holder: number): void => deps.print(`Process ${holder} builds the control plane; waiting for it.`)
  return await underLock(join(deps.cache, 'building.lock'), waiting, async () => {
    const missing = wanted.filter((program) => !isExecutable(join(deps.cache, program.name)))
    removeLeftovers(deps.cache)
    if (missing.length > 0) {
      const names = missing.map(({name}) => name).join(', ')
      deps.print(`Building from source, for Kubernetes ${deps.pins.kubernetes}: ${names}.`)
      deps.print(`The first time this takes about 10 minutes on two cores; they are kept in ${deps.cache}`)
    }
    for (const [index, program] of missing.entries()) {
      const problem = await build(program, `${program.name} (${index + 1} of ${missing.length})`, deps)
      if (problem) return `building ${program.name} failed: ${problem}`
    }
    return undefined
  })
}

/** What killed builds left behind. */
function removeLeftovers(cache: string): void {
  for (const name of readdirSync(cache)) {
    const pid = name.match(/\.(\d+)\.building$/)?.[1]
    if (pid && !isRunning(Number(pid))) rmSync(join(cache, name), {force: true})
  }
}

async function build(program: Program, label: string, deps: BuildDeps): Promise<string | undefined> {
  const unfinished = join(deps.cache, `${program.name}.${process.pid}.building`)
  const startedAt = performance.now()
  const elapsed = (): string => `${Math.round((performance.now() - startedAt) / 1000)} s`
  deps.print(`  ${label}: started`)
  const timer = setInterval(() => deps.print(`  ${label}: ${elapsed()}`), deps.reportEveryMs ?? 15_000)
  try {
    const {problem} = await run('go', buildArguments(program, deps.pins, unfinished), {
      env: {...deps.env, CGO_ENABLED: '0', GOWORK: 'off'},
      cwd: moduleFolder(program, deps.pins),
    })
    if (problem) return problem
    renameSync(unfinished, join(deps.cache, program.name))
    deps.print(`  ${label}: built in ${elapsed()}`)
    return undefined
  } finally {
    clearInterval(timer)
    rmSync(unfinished, {force: true})
  }
}

interface RunOutcome {
  readonly stdout: string
  /** Why it did not end well: the last line that it wrote to stderr. */
  readonly problem?: string
}

function run(
  command: string,
  args: readonly string[],
  options: {env: NodeJS.ProcessEnv; cwd: string},
): Promise<RunOutcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {...options, stdio: ['ignore', 'pipe', 'pipe']})
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4000)
    })
    child.once('error', (error) => resolve({stdout, problem: error.message}))
    child.once('close', (code) => {
      if (code === 0) resolve({stdout})
      else resolve({stdout, problem: stderr.trim().split('\n').at(-1) || `ended with ${code}`})
    })
  })
}

if (import.meta.main) {
  const controlPlane = await ensureControlPlane({env: process.env, print: (line) => console.error(line)})
  if (controlPlane.missing === undefined) console.log(JSON.stringify(controlPlane.binaries, null, 2))
  else console.error(`No control plane: ${controlPlane.missing}`)
  process.exitCode = controlPlane.missing === undefined ? 0 : 1
}
