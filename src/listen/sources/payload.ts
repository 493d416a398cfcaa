import {own} from '../../shared/own.ts'

/** Deeper than any sender nests; each level of a body of 1 MiB would cost more memory than its bytes. */
const maxDepth = 32

/** The value of a JSON body, or why it has none. */
export function jsonOf(body: Buffer): {readonly value: unknown} | {readonly malformed: string} {
  if (isTooDeep(body)) return {malformed: `its JSON has more than ${maxDepth} levels`}
  try {
    return {value: JSON.parse(body.toString())}
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return {malformed: 'it is not JSON'}
    throw error
  }
}

/** The field of an object in an object; undefined where a field on the way is missing or is no object. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value
  for (const name of path) found = isRecord(found) ? own(found, name) : undefined
  return found
}

/** A text that is not empty. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] | undefined {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : undefined
}

/** A time as RFC 3339 in UTC, from that form or from seconds since 1970; undefined for anything else. */
export function timeAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  const ms = typeof found === 'number' ? found * 1000 : typeof found === 'string' ? millisecondsOf(found) : Number.NaN
  // A year of five digits is not RFC 3339.
  return ms >= 0 && ms < 253_402_300_800_000 ? new Date(ms).toISOString() : undefined
}

function millisecondsOf(text: string): number {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)$/i.test(text)
  return isTime ? Date.parse(text) : Number.NaN
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const quote = 0x22
const backslash = 0x5c

/** Looks at bytes: in UTF-8 these characters are part of no other. */
function isTooDeep(body: Buffer): boolean {
  let depth = 0
  let inText = false
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index] ?? 0
    if (byte === quote) inText = !inText
    else if (inText) index += byte === backslash ? 1 : 0
    else depth += levelsOf(byte)
    if (depth > maxDepth) return true
  }
  return false
}

/** `[` and `{` differ in one bit, and so do `]` and `}`. */
function levelsOf(byte: number): -1 | 0 | 1 {
  const bracket = byte | 0x20
  if (bracket === 0x7b) return 1
  return bracket === 0x7d ? -1 : 0
}
