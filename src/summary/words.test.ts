import {expect, test} from 'vitest'
import {bytesOf, countOf, durationOf, listOf, someOf} from './words.ts'

test.each([
  [850, '850ms'],
  [4200, '4.2s'],
  [48_000, '48s'],
  [192_000, '3m12s'],
  [180_000, '3m'],
  [7_500_000, '2h5m'],
  [273_600_000, '3d4h'],
])('%d ms is %s', (ms, text) => {
  expect(durationOf(ms)).toBe(text)
})

test.each([
  [512, '512 B'],
  [717_210, '700.4 KiB'],
  [1_258_291, '1.2 MiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesOf(bytes)).toBe(text)
})

test('counts and lists read like sentences', () => {
  expect([0, 1, 2].map((count) => countOf(count, 'target'))).toEqual(['0 targets', '1 target', '2 targets'])
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listOf)).toEqual(['', 'a', 'a and b', 'a, b and c'])
  expect(someOf(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more')
  expect(someOf(['a', 'b'], 2)).toBe('a and b')
})
