import {isMap, isScalar, isSeq, parse} from 'yaml'
import {nearNames} from '../shared/near-names.ts'
import {choice, type Shape} from './shape.ts'
import type {Item, YamlReader} from './yaml-reader.ts'

type Out<S> = S extends Shape<infer T> ? T : never
export type Shapes = Readonly<Record<string, Shape<unknown>>>
type Outs<S extends Shapes> = {readonly [K in keyof S]: Out<S[K]>}

export interface ListRules {
  /** What it is a list of, in the plural. */
  readonly of: string
  readonly min?: number
  readonly max?: number
}

export function list<T>(
  description: string,
  shape: Shape<T>,
  {of, min = 0, max = 10_000}: ListRules,
): Shape<readonly T[]> {
  return {
    schema: {description, type: 'array', items: shape.schema, ...(min > 0 && {minItems: min}), maxItems: max},
    read(item, reader) {
      const entries = reader.entries(item, of)
      if (entries.length < min) throw reader.wrong(item, `must have at least ${min} of ${of}`)
      if (entries.length > max) throw reader.wrong(item, `has ${entries.length} ${of}, and may have ${max}`)
      return entries.map((entry) => shape.read(entry, reader))
    },
  }
}

/** A single value, or a list of them. */
export function oneOrMore<T>(shape: Shape<T>, of: string): Shape<readonly T[]> {
  const many = list('', shape, {of, min: 1, max: 100})
  const {description, ...bare} = shape.schema
  return {
    schema: {description, anyOf: [bare, {type: 'array', items: bare, minItems: 1, maxItems: 100}]},
    read: (item, reader) => (reader.isList(item) ? many.read(item, reader) : [shape.read(item, reader)]),
  }
}

/** A mapping with these keys and no others. */
export function mapping<R extends Shapes, O extends Shapes>(
  description: string,
  required: R,
  optional: O,
): Shape<Outs<R> & Partial<Outs<O>>> {
  const shapes: Shapes = {...required, ...optional}
  return {
    schema: {
      description,
      type: 'object',
      properties: Object.fromEntries(Object.entries(shapes).map(([key, {schema}]) => [key, schema])),
      required: Object.keys(required),
      additionalProperties: false,
    },
    read: (item, reader) =>
      readFields(item, reader, {shapes, required: Object.keys(required)}) as Outs<R> & Partial<Outs<O>>,
  }
}

interface Fields {
  readonly shapes: Shapes
  readonly required: readonly string[]
}

function readFields(item: Item, reader: YamlReader, {shapes, required}: Fields): Readonly<Record<string, unknown>> {
  const items = reader.items(item)
  const values: Record<string, unknown> = {}
  for (const field of items) {
    const shape = Object.hasOwn(shapes, field.name) ? shapes[field.name] : undefined
    if (shape === undefined) throw unknownKey(field, reader, Object.keys(shapes))
    values[field.name] = shape.read(field, reader)
  }
  const missing = required.find((key) => !(key in values))
  if (missing !== undefined) throw reader.wrong(named(item), `has no "${missing}"`, [`${missing}: …`])
  return values
}

function unknownKey(field: Item, reader: YamlReader, known: readonly string[]): Error {
  const near = nearNames(field.name, known)
  const suggestions = near.length > 0 ? near.map((key) => `${key}:`) : [`known keys: ${known.join(', ')}`]
  return reader.wrong(field, 'is not a known key here', suggestions)
}

/** A mapping whose other keys depend on its `type`. */
export function byType<V extends Readonly<Record<string, Variant>>>(
  description: string,
  variants: V,
): Shape<{[T in keyof V & string]: {readonly type: T} & VariantOut<V[T]>}[keyof V & string]> {
  const types = Object.keys(variants)
  const type = choice('What it is.', types)
  const shapes = new Map(
    Object.entries(variants).map(([name, {about, required, optional}]) => {
      const word = {schema: {const: name}, read: () => name} satisfies Shape<string>
      return [name, mapping(about, {type: word, ...required}, optional)] as const
    }),
  )
  return {
    schema: {
      description,
      type: 'object',
      properties: {type: type.schema},
      required: ['type'],
      oneOf: [...shapes.values()].map(({schema}) => schema),
    },
    read(item, reader) {
      const found = reader.items(item).find(({name}) => name === 'type')
      if (found === undefined)
        throw reader.wrong(
          named(item),
          'has no "type"',
          types.map((each) => `type: ${each}`),
        )
      return shapes.get(type.read(found, reader))?.read(item, reader) as never
    },
  }
}

export interface Variant {
  readonly about: string
  readonly required: Shapes
  readonly optional: Shapes
}

type VariantOut<V extends Variant> = Outs<V['required']> & Partial<Outs<V['optional']>>

/** A mapping, or a single value in its place. */
export function shortOrLong<S, L>(description: string, short: Shape<S>, long: Shape<L>): Shape<S | L> {
  const {description: _short, ...first} = short.schema
  const {description: _long, ...second} = long.schema
  return {
    schema: {description, anyOf: [first, second]},
    read: (item, reader) => (reader.isMapping(item) ? long : short).read(item, reader),
  }
}

/** Any mapping, with numbers and truths as YAML reads them. */
export function anyMapping(description: string): Shape<Readonly<Record<string, unknown>>> {
  return {
    schema: {description, type: 'object'},
    read(item, reader) {
      return Object.fromEntries(reader.items(item).map((field) => [field.name, anyValue(field, reader)]))
    },
  }
}

function anyValue(item: Item, reader: YamlReader): unknown {
  const {node} = item
  if (isMap(node)) return Object.fromEntries(reader.items(item).map((field) => [field.name, anyValue(field, reader)]))
  if (isSeq(node)) return reader.entries(item, 'values').map((entry) => anyValue(entry, reader))
  if (!isScalar(node)) return null
  const value = String(node.value)
  return node.type === 'PLAIN' ? parse(value, {schema: 'core'}) : value
}

/** The whole file has no key of its own. */
function named(item: Item): Item {
  return item.key === '' ? {...item, key: 'the file'} : item
}
