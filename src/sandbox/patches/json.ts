/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject

export interface JsonObject {
  [key: string]: Json
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Equality of JSON values; the order of keys does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => sameJson(each, b[index]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}

/** Without members that are null: for the API they are the same as absent. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([key, each]) => [key, withoutNulls(each)]),
  )
}

/** The object at a path, or an empty one. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  let found: unknown = value
  for (const part of path) found = isObject(found) ? found[part] : undefined
  return isObject(found) ? found : {}
}

/** The objects of the list at a path; none when there is no list. */
export function listAt(value: unknown, ...path: readonly string[]): JsonObject[] {
  const found = objectAt(value, ...path.slice(0, -1))[path.at(-1) ?? '']
  return Array.isArray(found) ? found.filter(isObject) : []
}
