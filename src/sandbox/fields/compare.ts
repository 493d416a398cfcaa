import type {FieldsV1} from '../api-object.ts'
import {type Json, sameJson} from '../patches/json.ts'
import {type FieldSet, nodeOf} from './field-set.ts'
import {type FieldType, type Part, partsOf} from './field-type.ts'

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
  const [before, after] = [partsOrNone(old, type), partsOrNone(next, type)]
  if (before === undefined || after === undefined || before.length + after.length === 0) {
    return sameJson(old, next) ? same : {...same, modified: {}}
  }
  return compareParts(before, after)
}

function compareParts(before: readonly Part[], after: readonly Part[]): Comparison {
  const old = new Map(before.map((part) => [part.step, part]))
  const steps = new Map([...before, ...after].map((part) => [part.step, part]))
  const next = new Map(after.map((part) => [part.step, part]))
  const sets: Record<keyof Comparison, FieldsV1> = {added: {}, modified: {}, removed: {}}
  for (const [step, {type}] of steps) {
    const found = compare(old.get(step)?.value, next.get(step)?.value, type)
    for (const kind of ['added', 'modified', 'removed'] as const) {
      const fields = found[kind]
      if (fields !== undefined) sets[kind][step] = fields
    }
  }
  const whole = (fields: FieldsV1): FieldSet => nodeOf({isMember: false}, fields)
  return {added: whole(sets.added), modified: whole(sets.modified), removed: whole(sets.removed)}
}

/** An empty list or object may be null. */
function partsOrNone(value: Json, type: FieldType): readonly Part[] | undefined {
  return value === null ? [] : partsOf(value, type)
}

function everyPath(value: Json | undefined, type: FieldType): FieldSet {
  const inside = collect(partsOf(value, type) ?? [], (part) => everyPath(part.value, part.type))
  return nodeOf({isMember: true}, inside ?? {})
}

function collect(parts: readonly Part[], fieldsOf: (part: Part) => FieldSet): FieldSet {
  const inside = parts.flatMap((part): [string, FieldsV1][] => {
    const fields = fieldsOf(part)
    return fields === undefined ? [] : [[part.step, fields]]
  })
  return nodeOf({isMember: false}, Object.fromEntries(inside))
}
