import type {JsonObject} from '../patches/json.ts'
import {badRequest} from '../status.ts'

/** The first bytes of every protobuf body of the API. */
const magic = Buffer.from('k8s\0')

/**
 * The `spec` of a SelfSubjectAccessReview in protobuf, the one kind of body that kubectl sends in no other form.
 *
 * Source: `runtime.Unknown` in k8s.io/apimachinery/pkg/runtime/generated.proto, and k8s.io/api/authorization/v1/generated.proto.
 *
 * @throws ApiError 400 for any other body
 */
export function decodeReview(body: Buffer): {readonly spec: JsonObject} {
  if (!body.subarray(0, magic.length).equals(magic)) throw badRequest('the body is not protobuf of the API')
  const raw = message(body.subarray(magic.length), 2)
  const spec = raw && message(raw, 2)
  if (spec === undefined) throw badRequest('the body holds no review')
  const resource = message(spec, 1)
  const other = message(spec, 2)
  return {
    spec: {
      ...(resource === undefined ? {} : {resourceAttributes: texts(resource, resourceFields)}),
      ...(other === undefined ? {} : {nonResourceAttributes: texts(other, ['path', 'verb'])}),
    },
  }
}

/** Field numbers from 1. */
const resourceFields = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name']

function texts(bytes: Buffer, names: readonly string[]): JsonObject {
  const values = names.map((name, index): [string, string] => [name, message(bytes, index + 1)?.toString() ?? ''])
  return Object.fromEntries(values.filter(([, value]) => value !== ''))
}

/** The last length-delimited field of this number. */
function message(bytes: Buffer, wanted: number): Buffer | undefined {
  let found: Buffer | undefined
  for (let at = 0; at < bytes.length; ) {
    const tag = varint(bytes, at)
    const value = varint(bytes, tag.next)
    const isDelimited = (tag.value & 7) === 2
    const end = isDelimited ? value.next + value.value : value.next
    if (end > bytes.length) throw badRequest('the body ends in the middle of a field')
    if (isDelimited && tag.value >> 3 === wanted) found = bytes.subarray(value.next, end)
    at = end
  }
  return found
}

function varint(bytes: Buffer, at: number): {readonly value: number; readonly next: number} {
  let value = 0
  for (let next = at; next < bytes.length && next < at + 5; next++) {
    const byte = bytes[next] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * (next - at))
    if (byte < 0x80) return {value, next: next + 1}
  }
  throw badRequest('the body ends in the middle of a number')
}
