import {type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument} from 'yaml'
import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import {type ConfiguredDefault, type Place, wrongConfig} from './config-file.ts'

/** A value of the file, and where it stands. */
export interface Item extends Place {
  /** The last part of its key. */
  readonly name: string
  /** A node of the YAML document, with aliases followed. */
  readonly node: unknown
}

/** What looks at the nodes of one config file. Whatever is not of the kind that is asked for is refused with its line. */
export interface YamlReader {
  readonly root: Item
  /** The values of a mapping; nothing is an empty one. */
  items(item: Item): readonly Item[]
  isMapping(item: Item): boolean
  /** The entries of a list, each with its own line; nothing is an empty one. */
  entries(item: Item, what: string): readonly Item[]
  /** The texts of a list; nothing is an empty one. */
  texts(item: Item | undefined): readonly string[]
  /** The text of a single value; undefined where it is a list or a mapping. */
  text(item: Item): string | undefined
  /** A single value, or the values of a list. */
  value(item: Item): ConfiguredDefault
}

/**
 * Reads the text of a config file. It looks at nodes of the YAML and not at objects made of them: so each line is known,
 * a key is never more than text, and aliases cost nothing however often they are used.
 *
 * @throws HubspokeError of class `usage` that names the file and the line
 */
export function readYaml(text: string, path: string): YamlReader {
  const {document, lineOf} = parseYaml(text, path)
  const follow = (node: unknown) => (isAlias(node) ? node.resolve(document) : node)
  const isNothing = (node: unknown) => node === null || node === undefined || (isScalar(node) && node.value === '')
  const textOf = (node: unknown) => {
    const value = follow(node)
    return isScalar(value) ? String(value.value) : undefined
  }
  const entries = ({key, line, node}: Item, what: string): readonly Item[] => {
    if (isNothing(node)) return []
    if (!isSeq(node)) throw wrongConfig(path, {key, line}, `must be a list of ${what}`)
    return node.items.map((one, index) => {
      const name = `${index + 1}`
      return {key: `${key}[${name}]`, name, line: lineOf(one) ?? line, node: follow(one)}
    })
  }
  const items = ({key, line, node}: Item): readonly Item[] => {
    if (isNothing(node)) return []
    if (!isMap(node)) {
      if (key === '') throw new HubspokeError('usage', `The config file ${printable(path)} must be a mapping.`)
      throw wrongConfig(path, {key, line}, 'must be a mapping')
    }
    const found = node.items.map((pair) => {
      const name = textOf(pair.key) ?? ''
      const place = {key: key === '' ? name : `${key}.${name}`, line: lineOf(pair.key) ?? line}
      return {...place, name, node: follow(pair.value)}
    })
    // The parser compares only keys that are written out: of two, one through an alias, one would be lost.
    const twice = found.find((one, index) => found.findIndex(({name}) => name === one.name) !== index)
    if (twice !== undefined) throw wrongConfig(path, twice, 'is there twice')
    return found
  }
  const texts = (item: Item | undefined): readonly string[] => {
    if (item === undefined) return []
    const what = 'names or patterns'
    return entries(item, what).map(({node}) => {
      const one = textOf(node)
      if (one === undefined) throw wrongConfig(path, item, `must be a list of ${what}`)
      return one
    })
  }
  return {
    root: {key: '', name: '', line: 1, node: document.contents},
    items,
    isMapping: ({node}) => isMap(node),
    entries,
    texts,
    text: ({node}) => textOf(node),
    value(item) {
      const {key, line, node} = item
      if (isSeq(node)) return {key, line, values: texts(item), isList: true}
      const one = textOf(node)
      if (one === undefined || one === '') throw wrongConfig(path, item, 'has no value')
      return {key, line, values: [one], isList: false}
    },
  }
}

function parseYaml(text: string, path: string) {
  const lines = new LineCounter()
  const document = parseOrRefuse(text, path, lines)
  // What the parser only warns of (an unknown tag, an unknown directive) may be a setting that was meant otherwise.
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) {
    const {line} = lines.linePos(error.pos[0])
    const why =
      error.code === 'MULTIPLE_DOCS'
        ? 'it holds more than one YAML document ("---"), and only the first one would count'
        : error.message
    throw new HubspokeError('usage', `The config file ${printable(path)} is not valid YAML (line ${line}): ${why}.`)
  }
  const lineOf = (node: unknown) => {
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
    return Array.isArray(range) ? lines.linePos(range[0]).line : undefined
  }
  return {document, lineOf}
}

function parseOrRefuse(text: string, path: string, lineCounter: LineCounter): Document.Parsed {
  try {
    // Every value is text, as on a command line: the parsers of the flags read it. Any other log level than `silent`
    // reports a second document; nothing is logged by this function either way.
    return parseDocument(text, {schema: 'failsafe', lineCounter, prettyErrors: false, logLevel: 'error'})
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new HubspokeError('usage', `The config file ${printable(path)} is nested too deeply.`)
  }
}
