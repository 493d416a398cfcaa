import {badRequest} from '../status.ts'

/** One field of a message as it is on the wire. */
export interface WireField {
  readonly id: number
  /** Numbers and booleans; 0 for fields with bytes. */
  readonly value: number
  /** Texts, bytes and messages; empty for numbers. */
  readonly bytes: Buffer
}

/**
 * The fields of a protobuf message in their order.
 *
 * @throws ApiError 400 when the message is cut off
 */
export function readFields(message: Buffer): readonly WireField[] {
  const fields: WireField[] = []
  for (let at = 0; at < message.length; ) {
    const tag = varint(message, at)
    const value = varint(message, tag.next)
    const isDelimited = (tag.value & 7) === 2
    const end = isDelimited ? value.next + value.value : value.next
    if (end > message.length) throw badRequest('the body ends in the middle of a field')
    const id = Math.floor(tag.value / 8)
    fields.push({
      id,
      value: isDelimited ? 0 : value.value,
      bytes: isDelimited ? message.subarray(value.next, end) : Buffer.alloc(0),
    })
    at = end
  }
  return fields
}

function varint(bytes: Buffer, at: number): {readonly value: number; readonly next: number} {
  let value = 0
  for (let next = at; next < bytes.length && next < at + 10; next++) {
    const byte = bytes[next] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * (next - at))
    if (byte < 0x80) return {value, next: next + 1}
  }
  throw badRequest('the body ends in the middle of a number')
}
