import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Scalar as ScalarNode,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type {HubspokeError} from '../model/failure.ts'
import {isRecord} from './manifest.ts'
import {plainScalar, type Scalar} from './plain-scalar.ts'

/** Makes the error about what is at this offset of the text. */
export type Refuse = (offset: number, sentence: string) => HubspokeError

/** The value of a document, and where its mappings and lists are. */
export interface YamlValue {
  readonly value: unknown
  /** The offset of a key of a mapping, or of the mapping or list itself. */
  offsetOf(collection: object, key?: string): number
}

/** Deeper than the schema of any custom resource; what reads the value later may be recursive. */
const deepest = 200

/** What the aliases of one document may add to it, in characters: a request to an API server has at most 3 MiB. */
const mostByAliases = 4 * 1024 * 1024

/**
 * The plain JSON of a YAML document. Values are read as kubectl reads them (see `plainScalar`), a merge key (`<<`) sets its
 * fields at its place, as there, and a key that is a number or a boolean becomes a text.
 *
 * @throws what `refuse` makes; its sentences never contain a value of the file
 */
export function yamlValue(document: Document, refuse: Refuse): YamlValue {
  const nodes = new WeakMap<object, Collection>()
  const reading: Reading = {refuse, nodes, anchors: new Map(), added: 0}
  const {value} = read(document.contents, reading, 0)
  return {
    value,
    offsetOf(collection, key) {
      const node = nodes.get(collection)
      const pair = isMap(node) ? node.items.find((one) => isScalar(one.key) && one.key.value === key) : undefined
      return offsetOf(pair?.key ?? node)
    },
  }
}

type Collection = YAMLMap | YAMLSeq

/** A value, and its number of characters with all aliases in full. */
interface Sized {
  readonly value: unknown
  readonly size: number
}

interface Reading {
  readonly refuse: Refuse
  readonly nodes: WeakMap<object, Collection>
  readonly anchors: Map<string, Sized>
  /** What aliases have added so far. */
  added: number
}

function read(node: unknown, reading: Reading, depth: number): Sized {
  if (depth > deepest) throw reading.refuse(offsetOf(node), `The nesting is deeper than ${deepest} levels.`)
  if (isAlias(node)) return readAlias(node.source, offsetOf(node), reading)
  const sized = isScalar(node)
    ? readScalar(node, reading)
    : isMap(node)
      ? readMap(node, reading, depth)
      : isSeq(node)
        ? readList(node, reading, depth)
        : {value: null, size: 1}
  if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor) reading.anchors.set(node.anchor, sized)
  return sized
}

function readAlias(name: string, offset: number, reading: Reading): Sized {
  const sized = reading.anchors.get(name)
  if (sized === undefined) throw reading.refuse(offset, 'The alias has no anchor before it.')
  reading.added += sized.size
  if (reading.added <= mostByAliases) return sized
  throw reading.refuse(offset, 'The aliases make the document too large.')
}

const typeOfTag: Readonly<Record<string, readonly string[]>> = {
  'tag:yaml.org,2002:int': ['number'],
  'tag:yaml.org,2002:float': ['number'],
  'tag:yaml.org,2002:bool': ['boolean'],
  'tag:yaml.org,2002:null': ['object'],
}

function readScalar(node: ScalarNode, {refuse}: Reading): {readonly value: Scalar; readonly size: number} {
  const text = String(node.value ?? '')
  const size = text.length + 1
  const {tag} = node
  if (tag === '!' || tag === 'tag:yaml.org,2002:str') return {value: text, size}
  if (tag === undefined && node.type !== 'PLAIN') return {value: text, size}
  const value = plainScalar(text)
  if (typeof value === 'object' && value !== null) throw refuse(offsetOf(node), `The value ${value.problem}.`)
  const types = tag === undefined ? [typeof value] : typeOfTag[tag]
  if (types?.includes(typeof value)) return {value, size}
  throw refuse(offsetOf(node), types === undefined ? unknownTag : 'The value is not of the type that its tag says.')
}

const unknownTag = 'The tag is not known: only those of text, numbers, booleans, null, mappings and lists are.'

function readMap(node: YAMLMap, reading: Reading, depth: number): Sized {
  requireTag(node, 'tag:yaml.org,2002:map', reading)
  const own = new Set<string>()
  const fields = new Map<string, Sized>()
  for (const pair of node.items) {
    if (isMergeKey(pair.key)) {
      for (const [key, field] of mergedFields(pair.value, reading, depth)) fields.set(key, field)
      continue
    }
    const key = keyOf(pair.key, reading)
    if (own.has(key)) throw reading.refuse(offsetOf(pair.key), 'The key is there twice in the same mapping.')
    own.add(key)
    fields.set(key, read(pair.value, reading, depth + 1))
  }
  const value = Object.fromEntries([...fields].map(([key, field]) => [key, field.value]))
  reading.nodes.set(value, node)
  return {value, size: [...fields].reduce((sum, [key, field]) => sum + key.length + field.size, 1)}
}

function readList(node: YAMLSeq, reading: Reading, depth: number): Sized {
  requireTag(node, 'tag:yaml.org,2002:seq', reading)
  const items = node.items.map((item) => read(item, reading, depth + 1))
  const value = items.map((item) => item.value)
  reading.nodes.set(value, node)
  return {value, size: items.reduce((sum, {size}) => sum + size, 1)}
}

function requireTag(node: Collection, tag: string, {refuse}: Reading): void {
  if (node.tag !== undefined && node.tag !== tag) throw refuse(offsetOf(node), unknownTag)
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<'
}

/** Those of earlier mappings of a list have precedence. */
function mergedFields(node: unknown, reading: Reading, depth: number): ReadonlyMap<string, Sized> {
  const {value} = read(node, reading, depth + 1)
  const sources: readonly unknown[] = Array.isArray(value) && isSeq(node) ? value.toReversed() : [value]
  const fields = new Map<string, Sized>()
  for (const source of sources) {
    if (!isRecord(source)) throw reading.refuse(offsetOf(node), 'A merge key needs a mapping, or a list of mappings.')
    for (const [key, field] of Object.entries(source)) fields.set(key, {value: field, size: sizeOf(field)})
  }
  return fields
}

/** Of a value that was counted before; its aliases were counted, too. */
function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item), 1)
  if (!isRecord(value)) return String(value).length + 1
  return Object.entries(value).reduce((sum, [key, field]) => sum + key.length + sizeOf(field), 1)
}

function keyOf(node: unknown, reading: Reading): string {
  const {value} = isScalar(node) || isAlias(node) ? read(node, reading, 0) : {value: null}
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return String(value)
  throw reading.refuse(offsetOf(node), 'A key of a mapping has to be text.')
}

/** Undefined nodes are those of an empty document. */
function offsetOf(node: unknown): number {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  return Array.isArray(range) ? Number(range[0]) : 0
}
