import {expect, test} from 'vitest'
import {backoffDelayMs} from './backoff.ts'

const policy = {retries: 3, baseMs: 30_000, factor: 2, maxMs: 300_000}

test.each([
  {attempt: 1, random: 0, expected: 30_000, because: 'the first wait is the base'},
  {attempt: 2, random: 0, expected: 60_000, because: 'each wait is longer by the factor'},
  {attempt: 3, random: 0, expected: 120_000, because: 'and longer again'},
  {attempt: 9, random: 0, expected: 300_000, because: 'no wait passes the cap'},
  {attempt: 5_000, random: 0, expected: 300_000, because: 'a power that overflows is capped, too'},
  {attempt: 1, random: 0.5, expected: 22_500, because: 'chance shortens it'},
  {attempt: 1, random: 0.999_999, expected: 15_000, because: 'by at most half'},
])('after try $attempt, random $random: $because', ({attempt, random, expected}) => {
  expect(backoffDelayMs(attempt, policy, random)).toBe(expected)
})

test.each([
  {retryAfterMs: 90_000, random: 0, expected: 90_000, because: 'a longer Retry-After wins'},
  {retryAfterMs: 90_000, random: 0.8, expected: 108_000, because: 'chance only adds to it'},
  {retryAfterMs: 1_000, random: 0, expected: 30_000, because: 'a shorter one changes nothing'},
  {retryAfterMs: 16_000, random: 0.999_999, expected: 20_000, because: 'what counts is the wait after jitter'},
  {
    retryAfterMs: 9e12,
    random: 0,
    expected: 86_400_000,
    because: 'a timer cannot wait for centuries: it would fire at once',
  },
])('Retry-After of $retryAfterMs ms, random $random: $because', ({retryAfterMs, random, expected}) => {
  expect(backoffDelayMs(1, policy, random, retryAfterMs)).toBe(expected)
})

test('refuses to count from 0', () => {
  expect(() => backoffDelayMs(0, policy, 0)).toThrow(RangeError)
})
