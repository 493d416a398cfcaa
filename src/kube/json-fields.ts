import {externalText} from '../shared/external-text.ts'

/**
 * Reads of JSON with any content: a value that is missing, or of another type, reads as empty. Objects of the API come
 * from servers of many versions and from third-party controllers.
 */
export type JsonObject = Readonly<Record<string, unknown>>

const nothing: JsonObject = Object.freeze({})

/** The value as an object; empty where it is none. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : nothing
}

/** The value of a key as an object, through any number of keys; empty where the path ends early. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  let current = objectOf(value)
  for (const key of path) current = objectOf(current[key])
  return current
}

/** The elements of an array as objects; none where it is no array. */
export function objectsAt(value: unknown, key: string): readonly JsonObject[] {
  const list = objectOf(value)[key]
  return Array.isArray(list) ? list.map(objectOf) : []
}

/** A string, or `''`. */
export function textAt(value: unknown, key: string): string {
  const text = objectOf(value)[key]
  return typeof text === 'string' ? text : ''
}

/**
 * A sentence, or a word, of another party, through `externalText`: for all text that is shown and is not the name of
 * an object. `''` where there is none.
 *
 * @param maxLength in UTF-16 units; default 300
 */
export function sentenceAt(value: unknown, key: string, maxLength?: number): string {
  return externalText(textAt(value, key), maxLength === undefined ? {} : {maxLength})
}

/** The strings of an array; none where it is no array. */
export function textsAt(value: unknown, key: string): readonly string[] {
  const list = objectOf(value)[key]
  return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : []
}

/** A finite number, or `otherwise`. */
export function numberAt(value: unknown, key: string, otherwise = 0): number {
  const number = objectOf(value)[key]
  return typeof number === 'number' && Number.isFinite(number) ? number : otherwise
}

/** The entries of an object whose values are strings. */
export function stringsOf(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(objectOf(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(entries)
}
