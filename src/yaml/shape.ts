import {isScalar} from 'yaml'
import {durationUnits, formatDuration, parseDuration} from '../shared/duration.ts'
import {nearNames} from '../shared/near-names.ts'
import {printable} from '../shared/printable.ts'
import type {Item, YamlReader} from './yaml-reader.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/** How a value of a YAML file is read, and how the schema of the file describes it. */
export interface Shape<T> {
  readonly schema: JsonSchema
  /** @throws HubspokeError of class `usage` that says where the value is, and what is wrong with it */
  read(item: Item, reader: YamlReader): T
}

interface TextRules {
  /** The whole text; without it any text that is not empty. */
  readonly pattern?: RegExp
  /** What the pattern means: `must be …`. */
  readonly means?: string
  readonly maxLength?: number
}

export function text(
  description: string,
  {pattern, means = 'another text', maxLength = 253}: TextRules = {},
): Shape<string> {
  const rules = {minLength: 1, maxLength, ...(pattern && {pattern: pattern.source})}
  return {
    schema: {description, type: 'string', ...rules},
    read(item, reader) {
      const value = single(item, reader)
      if (value.length > maxLength) throw reader.wrong(item, `is longer than ${maxLength} characters`)
      if (pattern && !pattern.test(value)) throw reader.wrong(item, `must be ${means}, not "${printable(value)}"`)
      return value
    },
  }
}

/** One of a few words. */
export function choice<const V extends string>(description: string, values: readonly V[]): Shape<V> {
  return {
    schema: {description, enum: values},
    read(item, reader) {
      const value = single(item, reader)
      const found = values.find((each) => each === value)
      if (found !== undefined) return found
      const near = nearNames(value, values)
      const why = `must be one of ${values.join(', ')}, not "${printable(value)}"`
      throw reader.wrong(
        item,
        why,
        near.map((each) => `${item.name}: ${each}`),
      )
    },
  }
}

export function integer(description: string, {min, max}: {readonly min: number; readonly max: number}): Shape<number> {
  return {
    schema: {description, type: 'integer', minimum: min, maximum: max},
    read(item, reader) {
      const value = single(item, reader)
      const number = /^\d{1,10}$/.test(value) && isPlain(item) ? Number(value) : Number.NaN
      if (number >= min && number <= max) return number
      throw reader.wrong(item, `must be a whole number from ${min} to ${max}, not "${printable(value)}"`)
    },
  }
}

export function truth(description: string): Shape<boolean> {
  return {
    schema: {description, type: 'boolean'},
    read(item, reader) {
      const value = single(item, reader)
      if (isPlain(item) && (value === 'true' || value === 'false')) return value === 'true'
      throw reader.wrong(item, `must be true or false, not "${printable(value)}"`)
    },
  }
}

interface DurationRules {
  /** In milliseconds; default: any that can be written. */
  readonly max?: number
  /** Is `0` a duration here? */
  readonly zero?: boolean
}

/** Read as milliseconds. */
export function duration(
  description: string,
  {max = Number.POSITIVE_INFINITY, zero = false}: DurationRules = {},
): Shape<number> {
  const long = {type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+$'}
  return {
    schema: {description, ...(zero ? {anyOf: [{enum: [0, '0']}, long]} : long)},
    read(item, reader) {
      const value = single(item, reader)
      const ms = value === '0' && !zero ? undefined : parseDuration(value)
      if (ms === undefined)
        throw reader.wrong(item, `must be a duration as "30s" (${durationUnits}), not "${printable(value)}"`)
      if (ms > max) throw reader.wrong(item, `must be no longer than ${formatDuration(max)}, not "${printable(value)}"`)
      return ms
    },
  }
}

/** The same value as something else. */
export function mapped<A, B>(shape: Shape<A>, change: (value: A, item: Item, reader: YamlReader) => B): Shape<B> {
  return {schema: shape.schema, read: (item, reader) => change(shape.read(item, reader), item, reader)}
}

function single(item: Item, reader: YamlReader): string {
  const value = reader.text(item)
  if (value === undefined) throw reader.wrong(item, 'must be a single value')
  if (value === '') throw reader.wrong(item, 'has no value')
  return value
}

/** `"3"` in quotes is a text, and not a number. */
function isPlain({node}: Item): boolean {
  return isScalar(node) && node.type === 'PLAIN'
}
