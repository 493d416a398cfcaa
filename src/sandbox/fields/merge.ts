import {isObject, type Json, type JsonObject, sameJson} from '../patches/json.ts'
import {type FieldSet, isMember} from './field-set.ts'
import {elementStep, type FieldType, fieldOf} from './field-type.ts'

type ListType = FieldType & {readonly as: 'list'}

/** The live value with the fields of a configuration merged in. */
export function merge(live: Json | undefined, configuration: Json, type: FieldType): Json {
  if (isObject(live) && isObject(configuration) && type.as !== 'atomic') return mergeObjects(live, configuration, type)
  if (!Array.isArray(live) || !Array.isArray(configuration)) return configuration
  if (type.as === 'set') {
    return [...live, ...configuration.filter((each) => !live.some((known) => sameJson(known, each)))]
  }
  return type.as === 'list' ? mergeLists(live.filter(isObject), configuration.filter(isObject), type) : configuration
}

function mergeObjects(live: JsonObject, configuration: JsonObject, type: FieldType): JsonObject {
  const merged: JsonObject = {...live}
  for (const [key, value] of Object.entries(configuration)) merged[key] = merge(live[key], value, fieldOf(type, key))
  return merged
}

/**
 * The elements of both lists. Shared elements are in the order of the configuration; an element that is only live keeps its
 * place before the next shared one that it stood before.
 * Source: `mergeListItems` of sigs.k8s.io/structured-merge-diff/typed.
 */
function mergeLists(live: readonly JsonObject[], configuration: readonly JsonObject[], type: ListType): JsonObject[] {
  const stepOf = (element: JsonObject): string => elementStep(element, type)
  const wanted = new Set(configuration.map(stepOf))
  const known = new Map(live.map((element) => [stepOf(element), element]))
  const merged: JsonObject[] = []
  let place = 0
  /** What is only live, up to a shared element; without one, up to the end. */
  const takeLive = (upTo?: string): void => {
    for (; place < live.length; place++) {
      const element = live[place] ?? {}
      const step = stepOf(element)
      if (step === upTo) return
      if (!wanted.has(step)) merged.push(element)
    }
  }
  for (const element of configuration) {
    const next = nextShared(configuration.slice(configuration.indexOf(element)), known, stepOf)
    takeLive(next)
    const before = known.get(stepOf(element))
    merged.push(before === undefined ? element : (merge(before, element, type.items) as JsonObject))
    if (next === stepOf(element)) place++
  }
  takeLive()
  return merged
}

function nextShared(
  configuration: readonly JsonObject[],
  known: ReadonlyMap<string, JsonObject>,
  stepOf: (element: JsonObject) => string,
): string | undefined {
  return configuration.map(stepOf).find((step) => known.has(step))
}

/** The value without these fields; undefined: nothing is left of it. */
export function without(value: Json, type: FieldType, fields: FieldSet): Json | undefined {
  if (fields === undefined) return value
  if (isObject(value)) {
    const left = Object.entries(value).flatMap(([key, each]): [string, Json][] => {
      const rest = rested(each, fieldOf(type, key), fields[`f:${key}`])
      return rest === undefined ? [] : [[key, rest]]
    })
    return left.length === 0 ? undefined : Object.fromEntries(left)
  }
  if (!Array.isArray(value)) return value
  const left = value.flatMap((each) => {
    const rest = rested(each, type.as === 'list' ? type.items : type, fields[stepIn(each, type)])
    return rest === undefined ? [] : [rest]
  })
  return left.length === 0 ? undefined : left
}

function rested(value: Json, type: FieldType, fields: FieldSet): Json | undefined {
  if (fields === undefined) return value
  return isMember(fields) ? undefined : without(value, type, fields)
}

function stepIn(element: Json, type: FieldType): string {
  if (type.as === 'list' && isObject(element)) return elementStep(element, type)
  return `v:${JSON.stringify(element)}`
}
