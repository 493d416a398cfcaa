import type {FieldsV1} from '../api-object.ts'
import {isObject, type Json, type JsonObject, sameJson} from '../patches/json.ts'
import {type FieldSet, nodeOf} from './field-set.ts'
import {type FieldType, fieldOf, type Part, partsOf} from './field-type.ts'

/** The fields that a configuration sets. */
export function fieldSetOf(value: Json, type: FieldType): FieldSet {
  return collect(partsOf(value, type) ?? [], (part) => {
    const inside = fieldSetOf(part.value, part.type)
    return inside === undefined ? {} : nodeOf({isMember: part.isEntry}, inside)
  })
}

export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

const same: Comparison = {added: undefined, modified: undefined, removed: undefined}

/**
 * The fields that differ between two values of a type. A value that is added with parts is listed itself, in addition to its parts.
 * Source: `Compare` of sigs.k8s.io/structured-merge-diff/typed.
 */
export function compare(old: Json | undefined, next: Json | undefined, type: FieldType): Comparison {
  if (old === next) return same
  if (old === undefined) return {...same, added: everyPath(next, type)}
  if (next === undefined) return {...same, removed: everyPath(old, type)}
  if (isObject(old) && isObject(next) && (type.as === 'struct' || type.as === 'map')) {
    return compareObjects(old, next, type)
  }
  const [before, after] = [partsOrNone(old, type), partsOrNone(next, type)]
  if (before === undefined || after === undefined || before.length + after.length === 0) {
    return sameJson(old, next) ? same : {...same, modified: {}}
  }
  return compareParts(before, after)
}

/** The same without a list of parts, as most of what is compared are objects. */
function compareObjects(old: JsonObject, next: JsonObject, type: FieldType): Comparison {
  const differences = new Differences()
  for (const key in next) {
    const value = next[key]
    if (value !== old[key]) differences.add(`f:${key}`, compare(old[key], value, fieldOf(type, key)))
  }
  for (const key in old) {
    if (next[key] === undefined) differences.add(`f:${key}`, compare(old[key], undefined, fieldOf(type, key)))
  }
  return differences.all
}

function compareParts(before: readonly Part[], after: readonly Part[]): Comparison {
  const old = new Map(before.map((part) => [part.step, part]))
  const differences = new Differences()
  for (const {step, value, type} of after) {
    differences.add(step, compare(old.get(step)?.value, value, type))
    old.delete(step)
  }
  for (const {step, value, type} of old.values()) differences.add(step, compare(value, undefined, type))
  return differences.all
}

/** What differs inside a value, by step. */
class Differences {
  #added: FieldSet
  #modified: FieldSet
  #removed: FieldSet

  add(step: string, {added, modified, removed}: Comparison): void {
    if (added !== undefined) this.#added = {...this.#added, [step]: added}
    if (modified !== undefined) this.#modified = {...this.#modified, [step]: modified}
    if (removed !== undefined) this.#removed = {...this.#removed, [step]: removed}
  }

  get all(): Comparison {
    if (this.#added === undefined && this.#modified === undefined && this.#removed === undefined) return same
    return {added: this.#added, modified: this.#modified, removed: this.#removed}
  }
}

/** An empty list or object may be null. */
function partsOrNone(value: Json, type: FieldType): readonly Part[] | undefined {
  return value === null ? [] : partsOf(value, type)
}

function everyPath(value: Json | undefined, type: FieldType): FieldsV1 {
  const all: FieldsV1 = {}
  for (const part of partsOf(value, type) ?? []) {
    if (Object.keys(all).length === 0) all['.'] = {}
    all[part.step] = everyPath(part.value, part.type)
  }
  return all
}

function collect(parts: readonly Part[], fieldsOf: (part: Part) => FieldSet): FieldSet {
  const inside: FieldsV1 = {}
  for (const part of parts) {
    const fields = fieldsOf(part)
    if (fields !== undefined) inside[part.step] = fields
  }
  return nodeOf({isMember: false}, inside)
}
