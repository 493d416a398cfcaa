import {expect, test} from 'vitest'
import {bytesOf, countOf, listOf, someOf} from './words.ts'

test.each([
  [512, '512 B'],
  [717_210, '700.4 KiB'],
  [1_258_291, '1.2 MiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesOf(bytes)).toBe(text)
})

test('counts and lists read like sentences', () => {
  expect([0, 1, 2].map((count) => countOf(count, 'target'))).toEqual(['0 targets', '1 target', '2 targets'])
  expect([1, 2].map((count) => countOf(count, 'was undone', 'were undone'))).toEqual(['1 was undone', '2 were undone'])
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listOf)).toEqual(['', 'a', 'a and b', 'a, b and c'])
  expect(someOf(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more')
  expect(someOf(['a', 'b'], 2)).toBe('a and b')
})
