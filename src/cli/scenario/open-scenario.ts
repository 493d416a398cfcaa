import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {HubspokeError} from '../../model/failure.ts'
import type {Scenario} from '../../sandbox/scenario/scenario.ts'
import {nearNames} from '../../shared/near-names.ts'
import {printable} from '../../shared/printable.ts'
import {readBounded} from '../../shared/read-bounded.ts'
import type {Runtime} from '../process/runtime.ts'
import {parseScenario} from './parse-scenario.ts'

/** Beside the sources as beside what is built from them. */
const shipped = join(import.meta.dirname, '..', '..', '..', 'scenarios')
const largestBytes = 16 * 1024 * 1024

/** A scenario that ships with hubspoke. */
export interface ShippedScenario {
  /** `incident/registry-outage`, as it is typed. */
  readonly name: string
  readonly description: string
}

/** The names of the scenarios that ship with hubspoke, sorted. */
export async function shippedNames(): Promise<readonly string[]> {
  const files = await readdir(shipped, {recursive: true})
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replaceAll('\\', '/').replace(/\.yaml$/, ''))
    .sort()
}

/** All of them, with what they are about. */
export async function shippedScenarios(runtime: Pick<Runtime, 'clock'>): Promise<readonly ShippedScenario[]> {
  const names = await shippedNames()
  return Promise.all(
    names.map(async (name) => ({name, description: (await openScenario(name, runtime)).description ?? ''})),
  )
}

/**
 * Reads a scenario file, or one that ships with hubspoke.
 *
 * @param choice the path of a file, or `incident/NAME`
 * @throws HubspokeError of class `usage` where there is none, or where it is wrong
 */
export async function openScenario(choice: string, {clock}: Pick<Runtime, 'clock'>): Promise<Scenario> {
  const names = await shippedNames()
  const path = names.includes(choice) ? join(shipped, `${choice}.yaml`) : choice
  try {
    const content = await readBounded(path, {maxBytes: largestBytes, clock})
    return parseScenario(content.toString('utf8'), names.includes(choice) ? `${choice}.yaml` : path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (error instanceof HubspokeError || code === undefined) throw error
    throw new HubspokeError('usage', `${problemOf(code, printable(choice))}.`, {
      suggestions: suggestedFor(choice, names),
    })
  }
}

function problemOf(code: unknown, path: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return `There is no scenario ${path}`
  if (code === 'EFBIG') return `The scenario ${path} is larger than 16 MiB`
  if (code === 'ETIMEDOUT') return `The scenario ${path} is a pipe that nothing was written to`
  return `Cannot read the scenario ${path} (${code})`
}

function suggestedFor(choice: string, names: readonly string[]): readonly string[] {
  const near = nearNames(choice, names)
  return near.length > 0
    ? near.map((name) => `--scenario ${name}`)
    : ['--scenario list  for the scenarios that ship with hubspoke']
}
