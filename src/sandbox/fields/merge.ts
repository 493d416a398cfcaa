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

/** In the order of the configuration; an element that it does not name stays before the first one that it preceded. */
function mergeLists(live: readonly JsonObject[], configuration: readonly JsonObject[], type: ListType): JsonObject[] {
  const stepOf = (element: JsonObject): string => elementStep(element, type)
  const places = new Map(live.map((element, index) => [stepOf(element), index]))
  const named = new Set(configuration.map(stepOf))
  const others = live.filter((element) => !named.has(stepOf(element)))
  const merged: JsonObject[] = []
  for (const element of configuration) {
    const place = places.get(stepOf(element)) ?? -1
    while (others[0] !== undefined && (places.get(stepOf(others[0])) ?? 0) < place) merged.push(...others.splice(0, 1))
    const before = live[place]
    merged.push(before === undefined ? element : (merge(before, element, type.items) as JsonObject))
  }
  return [...merged, ...others]
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
