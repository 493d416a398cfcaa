import {own} from '../../shared/own.ts'
import type {Json, JsonObject} from '../patches/json.ts'
import {badRequest} from '../status.ts'
import {type FieldKind, messages} from './messages.ts'
import {readFields, type WireField} from './wire.ts'

export const protobufType = 'application/vnd.kubernetes.protobuf'

/** The first bytes of every protobuf body of the API. */
const magic = Buffer.from('k8s\0')

/**
 * The object in a protobuf body, in the form of its JSON; fields that are not in the table of its kind are left out.
 * Undefined: a kind that the table does not have.
 *
 * Source: `runtime.Unknown` in k8s.io/apimachinery/pkg/runtime/generated.proto.
 *
 * @throws ApiError 400 for any other body
 */
export function decodeObject(body: Buffer): JsonObject | undefined {
  if (!body.subarray(0, magic.length).equals(magic)) throw badRequest('the body is not protobuf of the API')
  const outer = readFields(body.subarray(magic.length))
  const type = readFields(bytesOf(outer, 1))
  const [apiVersion, kind] = [bytesOf(type, 1).toString(), bytesOf(type, 2).toString()]
  if (own(messages, kind) === undefined) return undefined
  return {apiVersion, kind, ...message(bytesOf(outer, 2), kind)}
}

function bytesOf(fields: readonly WireField[], id: number): Buffer {
  return fields.findLast((field) => field.id === id)?.bytes ?? Buffer.alloc(0)
}

function message(bytes: Buffer, kind: string): JsonObject {
  const table = messages[kind] ?? {}
  const object: JsonObject = {}
  for (const field of readFields(bytes)) {
    const [name, type] = table[field.id] ?? []
    if (name === undefined || type === undefined) continue
    const value = read(field, type, object[name])
    if (value === undefined) continue
    if (name === '') Object.assign(object, value)
    else object[name] = value
  }
  return object
}

const mapKinds: Readonly<Record<string, (value: Buffer) => string>> = {
  map: (value) => value.toString(),
  bytesMap: (value) => value.toString('base64'),
  quantityMap: (value) => bytesOf(readFields(value), 1).toString(),
}

/** Undefined: absent, which is also the meaning of an empty text and of most zeros. */
function read(field: WireField, kind: FieldKind, before: Json | undefined): Json | undefined {
  if (kind.endsWith('[]')) {
    const element = kind === 'text[]' ? field.bytes.toString() : message(field.bytes, kind.slice(0, -2))
    return [...(Array.isArray(before) ? before : []), element]
  }
  const entryOf = own(mapKinds, kind)
  if (entryOf !== undefined) {
    const entry = readFields(field.bytes)
    return {...(before as JsonObject | undefined), [bytesOf(entry, 1).toString()]: entryOf(bytesOf(entry, 2))}
  }
  switch (kind) {
    case 'text':
      return field.bytes.toString() || undefined
    case 'int':
      return field.value || undefined
    case 'pointer':
      return field.value
    case 'bool':
      return field.value === 1 || undefined
    case 'intOrString':
      return intOrString(field.bytes)
    default:
      return message(field.bytes, kind)
  }
}

function intOrString(bytes: Buffer): Json | undefined {
  const fields = readFields(bytes)
  const isText = fields.some(({id, value}) => id === 1 && value === 1)
  if (isText) return bytesOf(fields, 3).toString()
  return fields.find(({id}) => id === 2)?.value || undefined
}
