import {LineCounter, parseDocument} from 'yaml'
import {HubspokeError} from '../../../model/failure.ts'
import {printable} from '../../../shared/printable.ts'
import {type JsonPath, jsonPosition, positionAt, type TextPosition} from './json-position.ts'
import {jsonFault} from './json-tokens.ts'
import {wrongTargets} from './wrong-targets.ts'

/** YAML takes a hundred times as long to read as JSON. */
const largestYaml = 4 * 1024 * 1024

/** A document as plain data, and where its values are in the text. */
export interface DocumentText {
  readonly file: string
  readonly value: unknown
  /** `line 3, column 5`. */
  at(path: JsonPath): string
}

/**
 * Reads JSON, or YAML where the text does not begin as JSON does.
 *
 * @throws HubspokeError of class `usage` with line and column, for a text that is neither, or more than one document
 */
export function readDocument(text: string, file: string): DocumentText {
  return /^\s*[[{]/.test(text) ? readJson(text, file) : readYaml(text, file)
}

const words = ({line, column}: TextPosition) => `line ${line}, column ${column}`

function readJson(text: string, file: string): DocumentText {
  try {
    const value: unknown = JSON.parse(text)
    return {file, value, at: (path) => words(jsonPosition(text, path))}
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const at = words(positionAt(text, jsonFault(text)))
    throw wrongTargets(file, {at, why: 'this is not valid JSON, or more than one JSON document'}, keepDocument)
  }
}

function readYaml(text: string, file: string): DocumentText {
  if (text.length > largestYaml) {
    throw new HubspokeError('usage', `The YAML in ${file} is larger than 4 MiB.`, {suggestions: ['-o json']})
  }
  const lines = new LineCounter()
  // With `uniqueKeys`, each key is compared with all others of its mapping.
  const options = {lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error'} as const
  const at = (offset: number) => {
    const {line, col: column} = lines.linePos(offset)
    return words({line, column})
  }
  try {
    const document = parseDocument(text, options)
    const [error] = [...document.errors, ...document.warnings]
    if (error?.message.includes('call stack')) throw tooDeep(file)
    if (error !== undefined) {
      const why = error.code === 'MULTIPLE_DOCS' ? 'there is more than one YAML document' : printable(error.message)
      throw wrongTargets(file, {at: at(error.pos[0]), why: why.replace(/\.$/, '')})
    }
    const value: unknown = document.toJS({maxAliasCount: 100})
    return {file, value, at: (path) => at(startOf(document, path))}
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError) {
      throw tooDeep(file)
    }
    throw error
  }
}

function tooDeep(file: string): HubspokeError {
  return new HubspokeError('usage', `The YAML in ${file} is nested too deeply, or has too many aliases.`)
}

function startOf(document: ReturnType<typeof parseDocument>, path: JsonPath): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
    if (Array.isArray(range)) return Number(range[0])
  }
  return 0
}

/** A filter that takes the entries out of the document is the usual cause. */
export const keepDocument: readonly string[] = [
  `hubspoke find IMAGE -o json | jq '.workloads |= map(select(.namespace == "shop"))'  keeps the document and filters its targets`,
]
