import {gunzipSync, gzipSync} from 'node:zlib'
import {expect, test} from 'vitest'
import {fingerprint, pack, unpack} from './pack-text.ts'

const text = `\ufeff{"images":{"ünï\u0000😀":[]}}${'web '.repeat(50_000)}`

test('a packed text is unpacked unchanged, and is ordinary gzip', async () => {
  const packed = await pack(text)
  expect(packed.length).toBeLessThan(2000)
  expect(gunzipSync(packed).toString()).toBe(text)
  expect(await unpack(packed, 1_000_000)).toBe(text)
  expect(await pack(text)).toEqual(packed)
})

test.each([
  {because: 'it is not gzip', packed: Buffer.from('{"images":{}}')},
  {because: 'it is empty', packed: new Uint8Array()},
  {because: 'it ends early', packed: gzipSync(text).subarray(0, 100)},
  {because: 'it is not UTF-8', packed: gzipSync(Buffer.from([0xff, 0xfe, 0xfd]))},
  {because: 'it ends within a character', packed: gzipSync(Buffer.from('ü').subarray(0, 1))},
  {because: 'it is a decompression bomb', packed: gzipSync('x'.repeat(1_000_001))},
])('is undefined where $because', async ({packed}) => {
  expect(await unpack(packed, 1_000_000)).toBeUndefined()
})

test('a fingerprint is the beginning of the SHA-256', async () => {
  expect(await fingerprint('abc')).toBe('ba7816bf8f01cfea')
  expect(await fingerprint('abd')).not.toBe('ba7816bf8f01cfea')
})
