import {nearNames} from '../../shared/near-names.ts'
import {type Item, readYaml, type YamlReader} from '../../yaml/yaml-reader.ts'
import {type CommandDefaults, type ConfigFile, wrongConfig} from './config-file.ts'
import {readProtections} from './read-protections.ts'

/** The keys of a user's file. */
const userKeys = ['protected', 'protectedContexts', 'groups', 'defaults'] as const
/** The keys of the system-wide file: only what a user's file cannot weaken. */
const systemKeys = ['protected', 'protectedContexts', 'required'] as const

/**
 * Reads the text of a user's config file.
 *
 * @throws HubspokeError of class `usage` that names the file, the key and the line
 */
export function parseConfig(text: string, path: string): Omit<ConfigFile, 'system'> {
  const read = readYaml(text, {path})
  const root = readRoot(read, path, userKeys)
  const {defaults, commandDefaults} = readDefaults(read, root.get('defaults'))
  return {
    path,
    exists: true,
    protections: protectionsOf(read, root, path),
    groups: readGroups(read, root.get('groups'), path),
    defaults,
    commandDefaults,
  }
}

/**
 * Reads the text of the system-wide config file.
 *
 * @throws HubspokeError of class `usage` that names the file, the key and the line
 */
export function parseSystemConfig(text: string, path: string): ConfigFile['system'] & Pick<ConfigFile, 'protections'> {
  const read = readYaml(text, {path})
  const root = readRoot(read, path, systemKeys)
  const required = root.get('required')
  const flags = required === undefined ? [] : read.items(required)
  return {
    path,
    protections: protectionsOf(read, root, path),
    required: new Map(flags.map((flag) => [flag.name, read.value(flag)])),
  }
}

function readRoot(read: YamlReader, path: string, known: readonly string[]): ReadonlyMap<string, Item> {
  const root = new Map(read.items(read.root).map((item) => [item.name, item]))
  for (const [name, item] of root) {
    if (known.includes(name)) continue
    const near = nearNames(name, known)
    const suggestions = (near.length > 0 ? near : known).map((key) => `${key}:`)
    throw wrongConfig(path, item, `is not a key of ${known === systemKeys ? 'this' : 'the'} config file`, suggestions)
  }
  return root
}

function protectionsOf(read: YamlReader, root: ReadonlyMap<string, Item>, path: string): ConfigFile['protections'] {
  return readProtections(read, path, {list: root.get('protected'), contexts: root.get('protectedContexts')})
}

function readGroups(read: YamlReader, item: Item | undefined, path: string): ConfigFile['groups'] {
  const groups = item === undefined ? [] : read.items(item)
  return new Map(
    groups.map((group) => {
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(group.name)) {
        throw wrongConfig(path, group, 'is not a valid group name: use letters, digits, ".", "_" and "-"')
      }
      const patterns = read.texts(group)
      if (patterns.every((pattern) => pattern.startsWith('!'))) {
        const why = 'takes no contexts: it needs a pattern without "!"'
        throw wrongConfig(path, group, why, [`${group.name}: ["*", "!PATTERN"]  to take all but some`])
      }
      return [group.name, patterns]
    }),
  )
}

/** A mapping below `defaults` belongs to the command of that name. */
function readDefaults(read: YamlReader, item: Item | undefined): Pick<ConfigFile, 'defaults' | 'commandDefaults'> {
  const items = item === undefined ? [] : read.items(item)
  const valuesOf = (some: readonly Item[]) => new Map(some.map((one) => [one.name, read.value(one)]))
  const commands = items.filter(read.isMapping).map((command): [string, CommandDefaults] => {
    const {key, line} = command
    return [command.name, {key, line, defaults: valuesOf(read.items(command))}]
  })
  return {defaults: valuesOf(items.filter((one) => !read.isMapping(one))), commandDefaults: new Map(commands)}
}
