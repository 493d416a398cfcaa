import {isObject, type Json, type JsonObject} from '../patches/json.ts'

/**
 * How a field is owned and merged. A field of a struct that is not listed is `plain`.
 *
 * Rules: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
export type FieldType =
  /** Set as a whole. */
  | {readonly as: 'atomic'}
  /** One number. */
  | {readonly as: 'number'}
  /** An object whose fields are owned one by one. */
  | {readonly as: 'struct'; readonly fields: Readonly<Record<string, FieldType>>}
  /** An object whose keys are data. */
  | {readonly as: 'map'; readonly values: FieldType}
  /** A list of objects that merge by the values of these keys. */
  | {
      readonly as: 'list'
      readonly keys: readonly string[]
      readonly items: FieldType
      /** The default of a key that an element leaves out. */
      readonly defaults: Readonly<JsonObject>
    }
  /** A list of plain values, each of them owned. */
  | {readonly as: 'set'}

export const atomic: FieldType = {as: 'atomic'}
export const number: FieldType = {as: 'number'}
export const set: FieldType = {as: 'set'}
/** By its value: an object is a struct, a list is set as a whole. */
export const plain: FieldType = {as: 'struct', fields: {}}
/** By its value, in the absence of a schema: an object is a map. */
export const untyped: FieldType = {
  as: 'map',
  get values() {
    return untyped
  },
}

export const struct = (fields: Readonly<Record<string, FieldType>>): FieldType => ({as: 'struct', fields})
export const map = (values: FieldType = plain): FieldType => ({as: 'map', values})
export const list = (
  keys: readonly string[],
  items: FieldType = plain,
  defaults: Readonly<JsonObject> = {},
): FieldType => ({as: 'list', keys, items, defaults})

/** One part of a value that is owned on its own. */
export interface Part {
  /** As in `fieldsV1`: `f:name`, `k:{"name":"app"}`, `v:"text"`. */
  readonly step: string
  readonly value: Json
  readonly type: FieldType
  /** It can be owned although its own parts are: an element of a list, an entry of a map. */
  readonly isEntry: boolean
}

/** The parts of a value; undefined: it is owned as a whole. */
export function partsOf(value: Json | undefined, type: FieldType): readonly Part[] | undefined {
  if (isObject(value)) return partsOfObject(value, type)
  if (!Array.isArray(value)) return undefined
  if (type.as === 'set') {
    return value.map((each) => ({step: `v:${JSON.stringify(each)}`, value: each, type: atomic, isEntry: true}))
  }
  if (type.as !== 'list') return undefined
  return value
    .filter(isObject)
    .map((each) => ({step: elementStep(each, type), value: each, type: type.items, isEntry: true}))
}

function partsOfObject(value: JsonObject, type: FieldType): readonly Part[] | undefined {
  if (type.as !== 'struct' && type.as !== 'map') return undefined
  return Object.entries(value).map(([key, each]) => ({
    step: `f:${key}`,
    value: each,
    type: fieldOf(type, key),
    isEntry: type.as === 'map',
  }))
}

/** The type of one field of an object. */
export function fieldOf(type: FieldType, key: string): FieldType {
  if (type.as === 'map') return type.values
  if (type.as === 'struct') return Object.hasOwn(type.fields, key) ? (type.fields[key] ?? plain) : plain
  return plain
}

/** `k:{"containerPort":80,"protocol":"TCP"}`. */
export function elementStep(element: JsonObject, type: FieldType & {readonly as: 'list'}): string {
  const key = type.keys.map((name) => [name, element[name] ?? type.defaults[name] ?? null])
  return `k:${JSON.stringify(Object.fromEntries(key))}`
}
