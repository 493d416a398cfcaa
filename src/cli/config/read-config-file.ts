import {access} from 'node:fs/promises'
import {join} from 'node:path'
import {HubspokeError} from '../../model/failure.ts'
import {externalText} from '../../shared/external-text.ts'
import {codeOf, onFileError} from '../../shared/file-error.ts'
import {printable} from '../../shared/printable.ts'
import {readBounded} from '../../shared/read-bounded.ts'
import {shellWord} from '../../shared/shell-word.ts'
import type {Runtime} from '../process/runtime.ts'
import type {ConfigFile, ConfiguredDefaults} from './config-file.ts'

const largestBytes = 1024 * 1024

/**
 * Reads the config file: `HUBSPOKE_CONFIG`, else `$XDG_CONFIG_HOME/hubspoke/config.yaml`, else below `~/.config`. A missing
 * one is empty, unless it was named. The protections of the system-wide file are added in any case.
 *
 * @throws HubspokeError of class `usage` that states the position of an error
 */
export async function readConfigFile(
  runtime: Pick<Runtime, 'env' | 'homeDir' | 'systemConfigPath' | 'clock'>,
): Promise<ConfigFile> {
  const {protections, ...system} = await readSystemConfig(runtime)
  const user = await readUserConfig(runtime)
  return {...user, protections: [...protections, ...user.protections], system}
}

async function readSystemConfig({
  systemConfigPath: path,
  clock,
}: Pick<Runtime, 'systemConfigPath' | 'clock'>): Promise<ConfigFile['system'] & Pick<ConfigFile, 'protections'>> {
  const text = await readText(path, clock)
  await refuseOtherSpelling(path)
  if (text !== undefined) return (await import('./parse-config.ts')).parseSystemConfig(text, path)
  return {path, protections: [], required: nothing}
}

async function readUserConfig({
  env,
  homeDir,
  clock,
}: Pick<Runtime, 'env' | 'homeDir' | 'clock'>): Promise<Omit<ConfigFile, 'system'>> {
  const named = env.HUBSPOKE_CONFIG || undefined
  const path = named ?? join(env.XDG_CONFIG_HOME || join(homeDir, '.config'), 'hubspoke', 'config.yaml')
  const text = await readText(path, clock)
  if (named === undefined) await refuseOtherSpelling(path)
  if (text !== undefined) return (await import('./parse-config.ts')).parseConfig(text, path)
  if (named !== undefined) {
    throw new HubspokeError('usage', `The config file ${printable(path)} of HUBSPOKE_CONFIG does not exist.`)
  }
  return {path, exists: false, protections: [], groups: new Map(), defaults: nothing, commandDefaults: new Map()}
}

const nothing: ConfiguredDefaults = new Map()

/** A file that is never read protects nothing, so it is an error, also beside a valid one. */
async function refuseOtherSpelling(path: string): Promise<void> {
  const other = path.replace(/\.yaml$/, '.yml')
  if (other === path || !(await exists(other))) return
  const message = `The config file is called ${printable(path)}: ${printable(other)} is not read.`
  throw new HubspokeError('usage', message, {
    suggestions: [`mv ${shellWord(externalText(other))} ${shellWord(externalText(path))}`],
  })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, onFileError(false))
}

/** Undefined: there is no such file. At most the maximum size of a config file is read. */
async function readText(path: string, clock: Runtime['clock']): Promise<string | undefined> {
  try {
    return (await readBounded(path, {maxBytes: largestBytes, clock})).toString('utf8')
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new HubspokeError('usage', `${problemOf(code, printable(path))}.`)
  }
}

function problemOf(code: unknown, path: string): string {
  if (code === 'EFBIG') return `The config file ${path} is larger than 1 MiB`
  if (code === 'ETIMEDOUT') return `The config file ${path} is a pipe that received no data`
  return `Cannot read the config file ${path} (${code})`
}
