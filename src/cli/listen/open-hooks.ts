import {globMatches} from '../../image/glob.ts'
import type {SourceConfig} from '../../listen/rules/rule-file.ts'
import type {Hook} from '../../listen/server/hook.ts'
import {sourceOfType} from '../../listen/sources/sources.ts'
import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'
import {readNamedFile} from '../process/read-named-file.ts'
import type {Runtime} from '../process/runtime.ts'

/** Longer ones are no secrets but the wrong file. */
const longestSecret = 4_096

/** What the secrets of the sources come from. */
export interface SecretPlaces {
  /** How the rules file is named in sentences. */
  readonly rulesFile: string
  /** Sources without a secret are believed. */
  readonly allowNone: boolean
}

/**
 * The hooks of the sources of a rules file, each with its secret.
 *
 * @throws HubspokeError of class `usage` that names the source and its line, for a secret that is missing or cannot be read
 */
export function openHooks(
  sources: readonly SourceConfig[],
  places: SecretPlaces,
  runtime: Pick<Runtime, 'env' | 'clock'>,
): Promise<readonly Hook[]> {
  return Promise.all(
    sources.map(async (config): Promise<Hook> => {
      const {name, type, allow, perMinute} = config
      const source = sourceOfType(type)
      if (source === undefined) throw new Error(`the rules have a source of an unknown type: ${type}`)
      const secret = await secretOf(config, places, runtime)
      return {
        name,
        source,
        secret,
        perMinute,
        allows: (repository) => allow.some((glob) => globMatches(glob, repository)),
      }
    }),
  )
}

async function secretOf(
  {name, line, secretFile, secretEnv}: SourceConfig,
  {rulesFile, allowNone}: SecretPlaces,
  {env, clock}: Pick<Runtime, 'env' | 'clock'>,
): Promise<string | undefined> {
  const wrong = (why: string, suggestions: readonly string[] = []) =>
    new HubspokeError('usage', `The source "${name}" in ${rulesFile} (line ${line}) ${why}`, {suggestions})
  if (secretFile === undefined && secretEnv === undefined) {
    if (allowNone) return undefined
    throw wrong('has no secret: anyone who reaches its path could start runs.', [
      'secretFile: FILE  (or secretEnv: NAME)',
      '--insecure-no-auth  to believe every request of sources without a secret',
    ])
  }
  if (secretEnv !== undefined) {
    const value = env[secretEnv]?.trim() ?? ''
    if (value === '') throw wrong(`has its secret in the variable ${secretEnv}, which is not set.`)
    return value
  }
  const what = `secret file ${quoted(secretFile ?? '')} of the source "${name}" in ${rulesFile} (line ${line})`
  const tooLarge = () => new HubspokeError('usage', `The ${what} is larger than 4 KiB.`)
  const content = await readNamedFile({path: secretFile ?? '', what, maxBytes: longestSecret, tooLarge}, clock)
  const secret = content.toString('utf8').trim()
  if (secret === '') throw wrong('has an empty secret file.')
  return secret
}
