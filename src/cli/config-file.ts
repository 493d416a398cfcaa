import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {HubspokeError} from '../model/failure.ts'
import type {Runtime} from './runtime.ts'

/** What the config file may say. */
export interface ConfigFile {
  /** Globs of contexts whose names must be typed before anything is written to them. */
  readonly protectedContexts: readonly string[]
}

/** `$XDG_CONFIG_HOME/hubspoke/config.yaml`, or below `~/.config`. */
function configPath({env, homeDir}: Pick<Runtime, 'env' | 'homeDir'>): string {
  return join(env.XDG_CONFIG_HOME || join(homeDir, '.config'), 'hubspoke', 'config.yaml')
}

/** Reads the config file; a missing one is empty, a broken one is wrong configuration. */
export async function readConfigFile(runtime: Pick<Runtime, 'env' | 'homeDir'>): Promise<ConfigFile> {
  const path = configPath(runtime)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new HubspokeError('usage', `Cannot read the config file ${path} (${error.code}).`)
  })
  return text === undefined ? {protectedContexts: []} : parseConfig(text, path)
}

async function parseConfig(text: string, path: string): Promise<ConfigFile> {
  const {parse} = await import('yaml')
  let content: unknown
  try {
    content = parse(text) ?? {}
  } catch (error) {
    const where = error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''
    throw new HubspokeError('usage', `The config file ${path} is not YAML: ${where}`)
  }
  const known = ['protectedContexts']
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new HubspokeError('usage', `The config file ${path} must be a mapping.`)
  }
  const unknown = Object.keys(content).filter((key) => !known.includes(key))
  if (unknown.length > 0) {
    throw new HubspokeError('usage', `The config file ${path} has unknown keys: ${unknown.join(', ')}.`, {
      suggestions: [`known keys: ${known.join(', ')}`],
    })
  }
  const patterns: unknown = 'protectedContexts' in content ? content.protectedContexts : []
  if (!Array.isArray(patterns) || !patterns.every((pattern): pattern is string => typeof pattern === 'string')) {
    throw new HubspokeError('usage', `"protectedContexts" in ${path} must be a list of context names or globs.`)
  }
  return {protectedContexts: patterns}
}
