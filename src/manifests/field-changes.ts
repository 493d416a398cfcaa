import {isDeepStrictEqual} from 'node:util'
import {own} from '../shared/own.ts'
import {isRecord, type JsonRecord} from './manifest.ts'
import {serverSetMetadata} from './manifest-of.ts'

/** One step to a field: a key of a mapping, or an item of a list. */
export interface PathStep {
  /** Of an item: the text before it in the list, which may be the option whose value it is; empty without one. */
  readonly key: string
  /** The name of the item, or its index; undefined: the step is a key. */
  readonly item?: string
}

/** A field with different values; undefined: the field is not there. */
export interface FieldChange {
  readonly path: readonly PathStep[]
  readonly before: unknown
  readonly after: unknown
}

const lastApplied: ReadonlySet<string> = new Set(['kubectl.kubernetes.io/last-applied-configuration'])

/** All fields that differ, by name; without what a server sets, and without `status`. */
export function fieldChanges(before: JsonRecord, after: JsonRecord): readonly FieldChange[] {
  return changes([], compared(before), compared(after))
}

/** The fields of an object that are compared. */
function compared(object: JsonRecord): JsonRecord {
  const {status: _, metadata, ...rest} = object
  if (!isRecord(metadata)) return rest
  const {annotations, ...others} = withoutKeys(metadata, serverSetMetadata)
  if (!isRecord(annotations)) return {...rest, metadata: others}
  const kept = withoutKeys(annotations, lastApplied)
  return {...rest, metadata: Object.keys(kept).length === 0 ? others : {...others, annotations: kept}}
}

function withoutKeys(record: JsonRecord, keys: ReadonlySet<string>): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.has(key)))
}

function changes(path: readonly PathStep[], before: unknown, after: unknown): readonly FieldChange[] {
  if (Array.isArray(before) && Array.isArray(after)) return changesOfItems(path, before, after)
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  const keys = old === undefined || now === undefined ? [] : [...new Set([...Object.keys(old), ...Object.keys(now)])]
  if (keys.length === 0) return isDeepStrictEqual(before, after) ? [] : [{path, before, after}]
  return keys.sort().flatMap((key) => changes([...path, {key}], ownValue(old, key), ownValue(now, key)))
}

/** A mapping that is not there has no fields; undefined: it is another value. */
function fieldsOf(value: unknown): JsonRecord | undefined {
  if (value === undefined) return {}
  return isRecord(value) ? value : undefined
}

function ownValue(record: JsonRecord | undefined, key: string): unknown {
  return record === undefined ? undefined : own(record, key)
}

type Items = readonly unknown[]

/** Items are the same ones if they have the same name; where not all of them have one of their own, the same index. */
function changesOfItems(path: readonly PathStep[], before: Items, after: Items): readonly FieldChange[] {
  const [old, now] = [byName(before), byName(after)]
  const isNamed = old !== undefined && now !== undefined
  const [from, to] = isNamed ? [old, now] : [byIndex(before), byIndex(after)]
  const found = [...new Set([...from.keys(), ...to.keys()])].flatMap((item) => {
    const step = [...path, {key: isNamed ? '' : textBefore(Number(item), before, after), item}]
    const [one, other] = [from.get(item), to.get(item)]
    return from.has(item) && to.has(item) ? changes(step, one, other) : [{path: step, before: one, after: other}]
  })
  const isReordered = found.length === 0 && !isDeepStrictEqual([...from.keys()], [...to.keys()])
  return isReordered ? [{path, before: [...from.keys()], after: [...to.keys()]}] : found
}

function textBefore(index: number, before: Items, after: Items): string {
  const texts = [before, after].map((items) => items[index - 1]).filter((text) => typeof text === 'string')
  return texts.join(' ')
}

function byIndex(items: Items): ReadonlyMap<string, unknown> {
  return new Map(items.map((item, index) => [`${index}`, item]))
}

function byName(items: Items): ReadonlyMap<string, unknown> | undefined {
  const named = items.flatMap((item) =>
    isRecord(item) && typeof item.name === 'string' ? [[item.name, item] as const] : [],
  )
  const found = new Map(named)
  return found.size === items.length ? found : undefined
}
