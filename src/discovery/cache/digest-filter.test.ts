import {expect, test} from 'vitest'
import {digestOf} from '../testing/random-cache.ts'
import {digestFilter, mayHoldDigest} from './digest-filter.ts'

const digests = (from: number, count: number) => Array.from({length: count}, (_, i) => digestOf(from + i))

test.each([10, 5, 1])('with %i bits per digest every digest is found', (bits) => {
  const own = digests(0, 500)
  const filter = digestFilter(new Set(own), bits)
  expect(filter.length).toBe(Math.ceil((500 * bits) / 8))
  expect(own.filter((digest) => !mayHoldDigest(filter, digest))).toEqual([])
})

test.each([
  {bits: 10, strangers: 0.02},
  {bits: 5, strangers: 0.12},
])('with $bits bits per digest there are few false positives', ({bits, strangers}) => {
  const filter = digestFilter(new Set(digests(0, 1000)), bits)
  const taken = digests(5000, 4000).filter((digest) => mayHoldDigest(filter, digest))
  expect(taken.length).toBeLessThan(4000 * strangers)
})

test('arbitrary digests are found, too', () => {
  const digest = (digit: number) => `sha256:${digit.toString(16).repeat(64)}`
  const filter = digestFilter(new Set(digests(0, 1000)), 10)
  expect(Array.from({length: 16}, (_, digit) => digest(digit)).filter((each) => mayHoldDigest(filter, each))).toEqual(
    [],
  )
})

test('an empty filter contains nothing', () => {
  const filter = digestFilter(new Set(), 10)
  expect(filter.length).toBe(0)
  expect(mayHoldDigest(filter, digestOf(1))).toBe(false)
})

test('longer digests are found, too', () => {
  const digest = `sha512:${'0123456789abcdef'.repeat(8)}`
  expect(mayHoldDigest(digestFilter(new Set([digest]), 10), digest)).toBe(true)
})
