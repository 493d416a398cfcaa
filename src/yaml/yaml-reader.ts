import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml'
import {HubspokeError} from '../model/failure.ts'
import {printable} from '../shared/printable.ts'

/** A position in the file. */
export interface Place {
  /** `defaults.restart.timeout` */
  readonly key: string
  readonly line: number
}

/** A single value, or those of a list. */
export interface Value extends Place {
  readonly values: readonly string[]
  readonly isList: boolean
}

/** A value of the file, and its position. */
export interface Item extends Place, Position {
  /** The last part of its key. */
  readonly name: string
  /** A node of the YAML document, with aliases followed. */
  readonly node: unknown
}

/** The file that is read, and how its errors name it. */
export interface YamlSource {
  readonly path: string
  /** What the file is called in sentences; default: `config file`. */
  readonly what?: string
  /** Where something is, for an error; default: its line. */
  where?(position: Position): string
}

/** Both counted from 1, as an editor shows them. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What looks at the nodes of one YAML file. Whatever is not of the kind that is asked for is refused with its line. */
export interface YamlReader {
  readonly root: Item
  /** The values of a mapping; a missing value is an empty one. */
  items(item: Item): readonly Item[]
  isMapping(item: Item): boolean
  /** The entries of a list, each with its own line; a missing value is an empty one. */
  entries(item: Item, what: string): readonly Item[]
  /** The texts of a list; a missing value is an empty one. */
  texts(item: Item | undefined): readonly string[]
  isList(item: Item): boolean
  /** The text of a single value; undefined where it is a list or a mapping. */
  text(item: Item): string | undefined
  /** A single value, or the values of a list. */
  value(item: Item): Value
  /** The error about a value of the file. */
  wrong(item: Item, why: string, suggestions?: readonly string[]): HubspokeError
}

/**
 * Reads the text of a YAML file. It looks at nodes of the YAML and not at objects made of them: so each line is known,
 * a key is never more than text, and aliases cost nothing however often they are used.
 *
 * @throws HubspokeError of class `usage` that names the file and the line
 */
export function readYaml(text: string, source: YamlSource): YamlReader {
  const {what: file = 'config file', path, where = ({line}: Position) => `line ${line}`} = source
  const wrong = (place: WrongPlace, why: string, suggestions: readonly string[] = []) =>
    new HubspokeError('usage', `"${printable(place.key)}" in ${printable(path)} (${where(place)}) ${why}.`, {
      suggestions,
    })
  const {document, positionOf, targets} = parseYaml(text, {path, file, where})
  const follow = (node: unknown) => (isAlias(node) ? targets.get(node) : node)
  const isNothing = (node: unknown) => node === null || node === undefined || (isScalar(node) && node.value === '')
  const textOf = (node: unknown) => {
    const value = follow(node)
    return isScalar(value) ? String(value.value) : undefined
  }
  const entries = ({key, line, column, node}: Item, what: string): readonly Item[] => {
    if (isNothing(node)) return []
    if (!isSeq(node)) throw wrong({key, line, column}, `must be a list of ${what}`)
    return node.items.map((one, index) => {
      const name = `${index + 1}`
      return {key: `${key}[${name}]`, name, ...(positionOf(one) ?? {line, column}), node: follow(one)}
    })
  }
  const items = ({key, line, column, node}: Item): readonly Item[] => {
    if (isNothing(node)) return []
    if (!isMap(node)) {
      if (key === '') throw new HubspokeError('usage', `The ${file} ${printable(path)} must be a mapping.`)
      throw wrong({key, line, column}, 'must be a mapping')
    }
    const found = node.items.map((pair) => {
      const name = textOf(pair.key) ?? ''
      const place = {key: key === '' ? name : `${key}.${name}`, ...(positionOf(pair.key) ?? {line, column})}
      return {...place, name, node: follow(pair.value)}
    })
    // The parser compares only literal keys: a duplicate through an alias would be lost.
    const twice = found.find((one, index) => found.findIndex(({name}) => name === one.name) !== index)
    if (twice !== undefined) throw wrong(twice, 'is there twice')
    return found
  }
  const texts = (item: Item | undefined): readonly string[] => {
    if (item === undefined) return []
    const what = 'names or patterns'
    return entries(item, what).map(({node}) => {
      const one = textOf(node)
      if (one === undefined) throw wrong(item, `must be a list of ${what}`)
      return one
    })
  }
  return {
    root: {key: '', name: '', line: 1, column: 1, node: document.contents},
    items,
    isMapping: ({node}) => isMap(node),
    isList: ({node}) => isSeq(node),
    entries,
    texts,
    text: ({node}) => textOf(node),
    value(item) {
      const {key, line, node} = item
      if (isSeq(node)) return {key, line, values: texts(item), isList: true}
      const one = textOf(node)
      if (one === undefined || one === '') throw wrong(item, 'has no value')
      return {key, line, values: [one], isList: false}
    },
    wrong,
  }
}

/** The node of each alias, in one pass: the parser's own way reads the document again for each of them. */
function targetsOf(document: Document.Parsed): ReadonlyMap<Alias, unknown> {
  const anchors = new Map<string, unknown>()
  const targets = new Map<Alias, unknown>()
  visit(document, (_, node) => {
    if (isAlias(node)) targets.set(node, anchors.get(node.source))
    else if (isNode(node) && 'anchor' in node && node.anchor) anchors.set(node.anchor, node)
  })
  return targets
}

type WrongPlace = Position & Pick<Place, 'key'>

/** The file, and what it is called in sentences. */
interface Named {
  readonly path: string
  readonly file: string
}

function parseYaml(text: string, {path, file, where}: Named & Required<Pick<YamlSource, 'where'>>) {
  const lines = new LineCounter()
  const document = parseOrRefuse(text, {path, file}, lines)
  const invalid = (at: number, why: string) => {
    const {line, col: column} = lines.linePos(at)
    const place = where({line, column})
    return new HubspokeError('usage', `The ${file} ${printable(path)} is not valid YAML (${place}): ${why}.`)
  }
  // The parser only warns of an unknown tag or directive, but the intended setting may be another one.
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) {
    const isSecond = error.code === 'MULTIPLE_DOCS'
    const second = 'it holds more than one YAML document ("---"), and only the first one would be used'
    throw invalid(error.pos[0], isSecond ? second : error.message)
  }
  const targets = targetsOf(document)
  for (const [alias, target] of targets) {
    if (target !== undefined) continue
    throw invalid(
      alias.range?.[0] ?? 0,
      `"*${printable(alias.source)}" is an alias, and there is no "&${printable(alias.source)}" before it; a text that starts with "*" has to be quoted`,
    )
  }
  const positionOf = (node: unknown) => {
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
    if (!Array.isArray(range)) return undefined
    const {line, col: column} = lines.linePos(range[0])
    return {line, column}
  }
  return {document, positionOf, targets}
}

function parseOrRefuse(text: string, {path, file}: Named, lineCounter: LineCounter): Document.Parsed {
  try {
    // Every value is text, as on a command line: the parsers of the flags read it. Any other log level than `silent`
    // reports a second document; nothing is logged by this function either way.
    return parseDocument(text, {schema: 'failsafe', lineCounter, prettyErrors: false, logLevel: 'error'})
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new HubspokeError('usage', `The ${file} ${printable(path)} is nested too deeply.`)
  }
}
