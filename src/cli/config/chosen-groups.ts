import type {ContextGroup} from '../../discovery/select/select-contexts.ts'
import {HubspokeError} from '../../model/failure.ts'
import {nearNames} from '../../shared/near-names.ts'
import {printable} from '../../shared/printable.ts'
import {quoted} from '../../shared/problem.ts'
import type {ConfigFile} from './config-file.ts'

const atMostNamed = 10

/**
 * The groups of the config file that are chosen with `-g`, once each.
 *
 * @param origin their source, unless it is the command line
 * @throws HubspokeError of class `usage` for an unknown group
 */
export function chosenGroups(
  names: readonly string[] | undefined,
  file: ConfigFile,
  origin?: string,
): readonly ContextGroup[] {
  return [...new Set(names)].map((name) => {
    const patterns = file.groups.get(name)
    if (patterns === undefined) throw unknownGroup(name, file, origin)
    return {name, patterns, from: file.path}
  })
}

function unknownGroup(name: string, {groups, path, exists}: ConfigFile, origin?: string): HubspokeError {
  const there = `${origin === undefined ? 'There' : `${printable(origin)}: There`} is no group ${quoted(name)}`
  if (!exists) {
    const message = `${there}: the config file ${printable(path)} does not exist.`
    return new HubspokeError('usage', message, {suggestions: ["-c 'PATTERN'  to name contexts"]})
  }
  const near = nearNames(name, groups.keys())
  const suggested = near.length > 0 ? near : [...groups.keys()].slice(0, atMostNamed)
  return new HubspokeError('usage', `${there} in ${printable(path)}.`, {
    suggestions: suggested.map((group) => `-g ${group}`),
  })
}
