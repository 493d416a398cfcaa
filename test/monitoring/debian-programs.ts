import {execFile} from 'node:child_process'
import {accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync} from 'node:fs'
import {homedir} from 'node:os'
import {isAbsolute, join} from 'node:path'
import {promisify} from 'node:util'
import {underLock} from '../cluster/control-plane/build-lock.ts'

/** Path of each program. */
export interface MonitoringPrograms {
  readonly prometheus: string
  readonly promtool: string
  readonly pushgateway: string
  readonly nodeExporter: string
  readonly alertmanager: string
  /** Of all of them: what `usr` has here they expect in `/usr`. */
  readonly root: string
}

const packages = [
  'prometheus',
  'prometheus-pushgateway',
  'prometheus-node-exporter',
  'prometheus-alertmanager',
] as const

/**
 * Prometheus and its friends as Debian and Ubuntu package them: downloaded once, unpacked into the cache folder, and not
 * installed. Undefined, after one line that says why, where that is not possible. With `CI` set that is an error, because a
 * suite that skips itself looks as green as one that passed.
 */
export async function monitoringProgramsOrSkip(
  env: NodeJS.ProcessEnv = process.env,
): Promise<MonitoringPrograms | undefined> {
  const folder = cacheFolder(env)
  try {
    if (!isComplete(folder)) await unpackAll(folder)
  } catch (error) {
    const why = `the Debian packages ${packages.join(', ')} cannot be unpacked: ${lastLine(error)}`
    if (env.CI && env.CI !== 'false') throw new Error(why)
    console.error(`Skipped, ${why}`)
    return undefined
  }
  return {
    prometheus: programIn(folder, 'prometheus'),
    promtool: programIn(folder, 'promtool'),
    pushgateway: programIn(folder, 'prometheus-pushgateway'),
    nodeExporter: programIn(folder, 'prometheus-node-exporter'),
    alertmanager: programIn(folder, 'prometheus-alertmanager'),
    root: folder,
  }
}

const programIn = (folder: string, name: string) => join(folder, 'usr', 'bin', name)

/** Each package has a program of its name. */
function isComplete(folder: string): boolean {
  try {
    for (const name of packages) accessSync(programIn(folder, name), constants.X_OK)
    return true
  } catch {
    return false
  }
}

function cacheFolder({XDG_CACHE_HOME: xdg, HOME: home}: NodeJS.ProcessEnv): string {
  const base = xdg && isAbsolute(xdg) ? xdg : join(home || homedir(), '.cache')
  return join(base, 'hubspoke', 'monitoring', releaseName())
}

/** `debian-12`: another release has other versions. */
function releaseName(): string {
  if (!existsSync('/etc/os-release')) return 'unknown'
  const release = readFileSync('/etc/os-release', 'utf8')
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]+)`, 'm').exec(release)?.[1] ?? 'unknown'
  return `${field('ID')}-${field('VERSION_ID')}`
}

const run = promisify(execFile)

/** With lists of its own, so that it needs no permissions and changes nothing of the machine. */
async function unpackAll(folder: string): Promise<void> {
  mkdirSync(join(folder, '..'), {recursive: true})
  await underLock(`${folder}.lock`, waiting, async () => {
    if (isComplete(folder)) return
    rmSync(folder, {recursive: true, force: true}) // of an earlier version of this file
    const work = `${folder}.${process.pid}`
    try {
      for (const part of ['lists/partial', 'cache/archives/partial', 'root'])
        mkdirSync(join(work, part), {recursive: true})
      const apt = (...words: readonly string[]) =>
        run('apt-get', ['-q', ...optionsIn(work), ...words], {cwd: work, timeout: 120_000})
      await apt('update')
      await apt('download', ...packages)
      for (const name of packages) await run('sh', ['-c', 'dpkg-deb -x "$1"_*.deb root', 'sh', name], {cwd: work})
      renameSync(join(work, 'root'), folder)
    } finally {
      rmSync(work, {recursive: true, force: true})
    }
  })
}

function optionsIn(work: string): readonly string[] {
  const user = process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []
  return [`Dir::State::Lists=${work}/lists`, `Dir::Cache=${work}/cache`, ...user].flatMap((option) => ['-o', option])
}

function waiting(holder: number): void {
  console.error(`Process ${holder} unpacks the monitoring programs; waiting for it.`)
}

function lastLine(error: unknown): string {
  const {stderr, message} = error as {readonly stderr?: string; readonly message: string}
  return (stderr || message).trim().split('\n').at(-1) ?? ''
}
