import {type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument} from 'yaml'
import {nearNames} from '../../discovery/select/near-names.ts'
import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import {type CommandDefaults, type ConfigFile, type ConfiguredDefault, type Place, wrongConfig} from './config-file.ts'

/** A value of the file, and where it stands. */
interface Item extends Place {
  /** The last part of its key. */
  readonly name: string
  /** A node of the YAML document, with aliases followed. */
  readonly node: unknown
}

const known = ['protectedContexts', 'groups', 'defaults']

/**
 * Reads the text of a config file. It looks at nodes of the YAML and not at objects made of them: so each line is known,
 * a key is never more than text, and aliases cost nothing however often they are used.
 *
 * @throws HubspokeError of class `usage` that names the file, the key and the line
 */
export function parseConfig(text: string, path: string): ConfigFile {
  const {document, lineOf} = parseYaml(text, path)
  const read = createReader(document, lineOf, path)
  const root = new Map(
    read.items({key: '', name: '', line: 1, node: document.contents}).map((item) => [item.name, item]),
  )
  for (const [name, item] of root) {
    if (!known.includes(name)) throw wrongConfig(path, item, 'is no key of the config file', asKeys(name))
  }
  const {defaults, commandDefaults} = readDefaults(read, root.get('defaults'))
  return {
    path,
    exists: true,
    protectedContexts: read.texts(root.get('protectedContexts')),
    groups: readGroups(read, root.get('groups'), path),
    defaults,
    commandDefaults,
  }
}

const asKeys = (name: string) => {
  const near = nearNames(name, known)
  return (near.length > 0 ? near : known).map((key) => `${key}:`)
}

type Reader = ReturnType<typeof createReader>

function createReader(document: Document.Parsed, lineOf: (node: unknown) => number | undefined, path: string) {
  const follow = (node: unknown) => (isAlias(node) ? node.resolve(document) : node)
  const isNothing = (node: unknown) => node === null || node === undefined || (isScalar(node) && node.value === '')
  const textOf = (node: unknown) => {
    const value = follow(node)
    return isScalar(value) ? String(value.value) : undefined
  }
  return {
    /** The values of a mapping; nothing is an empty one. */
    items({key, line, node}: Item): readonly Item[] {
      if (isNothing(node)) return []
      if (!isMap(node)) {
        if (key === '') throw new HubspokeError('usage', `The config file ${printable(path)} must be a mapping.`)
        throw wrongConfig(path, {key, line}, 'must be a mapping')
      }
      return node.items.map((pair) => {
        const name = textOf(pair.key) ?? ''
        const place = {key: key === '' ? name : `${key}.${name}`, line: lineOf(pair.key) ?? line}
        return {...place, name, node: follow(pair.value)}
      })
    },
    isMapping: ({node}: Item) => isMap(node),
    /** The texts of a list; nothing is an empty one. */
    texts(item: Item | undefined): readonly string[] {
      if (item === undefined || isNothing(item.node)) return []
      const texts = isSeq(item.node) ? item.node.items.map(textOf) : [undefined]
      if (texts.every((text) => text !== undefined)) return texts
      throw wrongConfig(path, item, 'must be a list of names or patterns')
    },
    /** A single value, or the values of a list. */
    value(item: Item): ConfiguredDefault {
      const {key, line, node} = item
      if (isSeq(node)) return {key, line, values: this.texts(item), isList: true}
      const text = textOf(node)
      if (text === undefined || text === '') throw wrongConfig(path, item, 'has no value')
      return {key, line, values: [text], isList: false}
    },
  }
}

function readGroups(read: Reader, item: Item | undefined, path: string): ConfigFile['groups'] {
  const groups = item === undefined ? [] : read.items(item)
  return new Map(
    groups.map((group) => {
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(group.name)) {
        throw wrongConfig(path, group, 'is no name for a group: letters, digits, ".", "_" and "-" are')
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
function readDefaults(read: Reader, item: Item | undefined): Pick<ConfigFile, 'defaults' | 'commandDefaults'> {
  const items = item === undefined ? [] : read.items(item)
  const valuesOf = (some: readonly Item[]) => new Map(some.map((one) => [one.name, read.value(one)]))
  const commands = items.filter(read.isMapping).map((command): [string, CommandDefaults] => {
    const {key, line} = command
    return [command.name, {key, line, defaults: valuesOf(read.items(command))}]
  })
  return {defaults: valuesOf(items.filter((one) => !read.isMapping(one))), commandDefaults: new Map(commands)}
}

function parseYaml(text: string, path: string) {
  const lines = new LineCounter()
  const document = parseOrRefuse(text, path, lines)
  const [error] = document.errors
  if (error !== undefined) {
    const {line} = lines.linePos(error.pos[0])
    throw new HubspokeError(
      'usage',
      `The config file ${printable(path)} is not valid YAML (line ${line}): ${error.message}.`,
    )
  }
  const lineOf = (node: unknown) => (isScalar(node) && node.range ? lines.linePos(node.range[0]).line : undefined)
  return {document, lineOf}
}

function parseOrRefuse(text: string, path: string, lineCounter: LineCounter): Document.Parsed {
  try {
    // Every value is text, as on a command line: the parsers of the flags read it.
    return parseDocument(text, {schema: 'failsafe', lineCounter, prettyErrors: false, logLevel: 'silent'})
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new HubspokeError('usage', `The config file ${printable(path)} is nested too deeply.`)
  }
}
