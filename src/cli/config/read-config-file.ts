import {createReadStream} from 'node:fs'
import {join} from 'node:path'
import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import type {Runtime} from '../process/runtime.ts'
import type {ConfigFile, ConfiguredDefaults} from './config-file.ts'

const largestBytes = 1024 * 1024

/**
 * Reads the config file: `HUBSPOKE_CONFIG`, else `$XDG_CONFIG_HOME/hubspoke/config.yaml`, else below `~/.config`. A missing
 * one is empty, unless it was named.
 *
 * @throws HubspokeError of class `usage` that says where it is broken
 */
export async function readConfigFile({env, homeDir}: Pick<Runtime, 'env' | 'homeDir'>): Promise<ConfigFile> {
  const named = env.HUBSPOKE_CONFIG || undefined
  const path = named ?? join(env.XDG_CONFIG_HOME || join(homeDir, '.config'), 'hubspoke', 'config.yaml')
  const text = await readText(path)
  if (text !== undefined) return (await import('./parse-config.ts')).parseConfig(text, path)
  if (named !== undefined) {
    throw new HubspokeError('usage', `The config file ${printable(path)} of HUBSPOKE_CONFIG does not exist.`)
  }
  const none: ConfiguredDefaults = new Map()
  return {path, exists: false, protectedContexts: [], groups: new Map(), defaults: none, commandDefaults: new Map()}
}

/** Undefined: there is no such file. No more is read than a config file may have. */
async function readText(path: string): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of createReadStream(path, {end: largestBytes})) chunks.push(chunk)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new HubspokeError('usage', `Cannot read the config file ${printable(path)} (${code}).`)
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.length > largestBytes) {
    throw new HubspokeError('usage', `The config file ${printable(path)} is larger than 1 MiB.`)
  }
  return bytes.toString('utf8')
}
