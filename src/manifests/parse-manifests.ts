import {type Document, LineCounter, parseAllDocuments, type YAMLError} from 'yaml'
import {HubspokeError} from '../model/failure.ts'
import {jsonTexts} from './json-texts.ts'
import {isRecord, type JsonRecord, type Manifest, placeText} from './manifest.ts'
import {manifestOf} from './manifest-of.ts'
import {type Refuse, type YamlValue, yamlValue} from './yaml-values.ts'

/** Of lists in lists. */
const deepestList = 10

/**
 * The objects of a YAML or JSON text: of each of its documents, of the lists in them (`kind: List`, `ConfigMapList`), and of
 * JSON objects that follow each other. Empty documents are left out. Values are read as kubectl reads them (see `yamlValue`).
 *
 * @param file the name of the text in errors, and in the origin of each object
 * @throws HubspokeError of class `usage` whose message is `FILE, line 3, column 5: …` and never quotes the content, which may be
 * a secret
 */
export function parseManifests(text: string, file: string): readonly Manifest[] {
  const source = sourceOf(text, file)
  return jsonTexts(text).flatMap((part) => {
    const refuse: Refuse = (offset, sentence) => source.refuse(part.start + offset, sentence)
    return documentsOf(part.text, refuse).flatMap((document) => {
      const found = yamlValue(document, refuse)
      const lineOf = (object: object) => source.positionAt(part.start + found.offsetOf(object)).line
      const reading: Reading = {file, found, refuse, lineOf}
      if (found.value === null) return []
      if (isRecord(found.value)) return expand(found.value, undefined, reading, 0)
      throw refuse(
        document.contents?.range[0] ?? 0,
        'An object has to be a mapping with apiVersion, kind and metadata.',
      )
    })
  })
}

interface Reading {
  readonly file: string
  readonly found: YamlValue
  readonly refuse: Refuse
  lineOf(object: object): number
}

/** What the items of a list are that do not say it themselves: so kubectl reads typed lists. */
type ItemType = {readonly apiVersion: unknown; readonly kind: string} | undefined

function expand(object: JsonRecord, type: ItemType, reading: Reading, depth: number): readonly Manifest[] {
  const {file, found, refuse, lineOf} = reading
  const isUntyped = object.apiVersion === undefined && object.kind === undefined
  const typed = type !== undefined && isUntyped ? {...type, ...object} : object
  const {apiVersion, kind} = typed
  const isList = kind === 'List' && apiVersion === 'v1'
  const items = isList ? (object.items ?? []) : object.items
  if (!(typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items))) {
    if (isList) throw refuse(found.offsetOf(object, 'items'), 'The items of a list have to be a YAML list.')
    const refuseAt = (part: JsonRecord, key: string | undefined, sentence: string) =>
      refuse(found.offsetOf(part === typed ? object : part, key), sentence)
    return [manifestOf(typed, {file, line: lineOf(object)}, refuseAt)]
  }
  if (depth >= deepestList) throw refuse(found.offsetOf(object), `Lists are nested more than ${deepestList} times.`)
  const itemType = isList ? undefined : {apiVersion, kind: kind.slice(0, -'List'.length)}
  return items.flatMap((item: unknown) => {
    if (isRecord(item)) return expand(item, itemType, reading, depth + 1)
    throw refuse(found.offsetOf(object, 'items'), 'Each item of a list has to be a mapping.')
  })
}

interface Source {
  readonly refuse: Refuse
  positionAt(offset: number): {readonly line: number; readonly column: number}
}

function sourceOf(text: string, file: string): Source {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1)
  const positionAt = (offset: number) => {
    const {line, col} = lines.linePos(offset)
    return {line, column: col}
  }
  const suggestions = text.includes('{{') ? rendering : []
  return {
    positionAt,
    refuse(offset, sentence) {
      const {line, column} = positionAt(offset)
      return new HubspokeError('usage', `${placeText({file, line})}, column ${column}: ${sentence}`, {suggestions})
    },
  }
}

/** The text has a template in it, of Helm or of another program. */
const rendering = ['helm template CHART | hubspoke apply -f -  renders a template with "{{" in it first']

/** @throws what `refuse` makes of the first syntax error */
function documentsOf(text: string, refuse: Refuse): readonly Document.Parsed[] {
  const documents = composed(text, refuse)
  for (const {errors, warnings} of documents) {
    const [error] = [...errors, ...warnings.filter(({code}) => code !== 'TAG_RESOLVE_FAILED')]
    if (error !== undefined) throw refuse(error.pos[0], sentences[error.code] ?? 'This is not valid YAML.')
  }
  return documents
}

function composed(text: string, refuse: Refuse): readonly Document.Parsed[] {
  try {
    // Values are kept as they are written. Keys that are there twice are found later, when numbers are known.
    const options = {schema: 'failsafe', prettyErrors: false, uniqueKeys: false, logLevel: 'error'} as const
    const documents = parseAllDocuments(text, options)
    return Array.isArray(documents) ? documents : []
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw refuse(0, 'The nesting is too deep.')
  }
}

/** The sentences of the parser quote the text. */
const sentences: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'A tab cannot indent a line of YAML: use spaces.',
  BAD_INDENT: 'The indentation does not fit the lines before.',
  BAD_ALIAS: 'The alias is not valid YAML.',
  BAD_DQ_ESCAPE: 'The escape in a text in double quotes is not valid YAML.',
  BAD_SCALAR_START: 'A text that starts with this character has to be in quotes.',
  BLOCK_AS_IMPLICIT_KEY:
    'A key and its value are not separated as YAML requires: there may be a second ": " in the line.',
  RESOURCE_EXHAUSTION: 'The nesting is too deep.',
  MISSING_CHAR: 'A character is missing: a closing quote, bracket or brace, a comma, or a ":" after a key.',
  MULTILINE_IMPLICIT_KEY: 'A key has to be on one line and followed by ": ".',
  KEY_OVER_1024_CHARS: 'A key has more than 1024 characters.',
}
