import {describe, expect, test, vi} from 'vitest'
import {isProblem} from '../../shared/problem.ts'
import {parseTagPattern} from './tag-pattern.ts'

function patternOf(text: string) {
  const pattern = parseTagPattern(text)
  if (isProblem(pattern)) throw new Error(`${text}: ${pattern.problem}`)
  return pattern
}

/** Numbers that look random and are the same in every run. */
function createRandom(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

type Random = ReturnType<typeof createRandom>

const chars = ['a', 'b', '1', '\\.', '\\d', '\\w', '.', '[ab]', '[^a]', '[\\d.-]', '\\D']
const repeats = ['', '', '', '*', '+', '?', '{2}', '{1,3}', '{2,}']

function randomPattern(random: Random, depth: number): string {
  const parts = Array.from({length: 1 + random(3)}, () => {
    const isGroup = depth > 0 && random(3) === 0
    const part = isGroup
      ? `(${randomPattern(random, depth - 1)}|${randomPattern(random, 0)})`
      : chars[random(chars.length)]
    return `${part}${repeats[random(repeats.length)]}`
  })
  return parts.join('')
}

const randomTag = (random: Random) => Array.from({length: random(7)}, () => 'ab1.-'[random(5)]).join('')

test('means the same as in JavaScript, for the whole tag', () => {
  const random = createRandom(42)
  let [compared, matched] = [0, 0]
  for (let count = 0; count < 3_000; count++) {
    const text = randomPattern(random, 2)
    const pattern = parseTagPattern(text)
    if (isProblem(pattern)) continue
    const native = new RegExp(`^(?:${text})$`, 'u')
    for (let each = 0; each < 10; each++) {
      const tag = randomTag(random)
      compared++
      if (native.test(tag)) matched++
      expect([text, tag, pattern.matches(tag)]).toEqual([text, tag, native.test(tag)])
    }
  }
  // Most expressions are ones that are supported, and a good part of them matches.
  expect(compared).toBeGreaterThan(20_000)
  expect(matched).toBeGreaterThan(1_000)
})

test.each([
  ['^1\\.4\\.\\d+$', '1.4.12', true],
  ['1\\.4\\.\\d+', '1.4.12', true],
  ['^1\\.4\\.\\d+$', '1.4.12-rc.1', false],
  ['^1\\.4\\.\\d+$', 'x1.4.12', false],
  ['^1|2$', '1', true],
  ['^1|2$', '12', false],
  ['v?\\d+(\\.\\d+(\\.\\d+)?)?', 'v1.22.3', true],
  ['(?:main|release)-[0-9a-f]{7}', 'main-0a1b2c3', true],
  ['(?:main|release)-[0-9a-f]{7}', 'main-0a1b2c', false],
  ['a{0}b', 'b', true],
  ['a|', '', true],
  ['a\\\\$', 'a', false],
])('%s and %s: %s', (text, tag, expected) => {
  const pattern = parseTagPattern(text)
  expect(!isProblem(pattern) && pattern.matches(tag)).toBe(expected)
})

describe('what would take for ever when one way is tried after another is answered', () => {
  const long = `${'a'.repeat(127)}!`
  test.each([
    '(a+)+',
    '(a*)*',
    '(a|a)*',
    '(a|aa)+b',
    '((a?){128}){128}',
    '(\\w+\\d*)*x',
    'a*a*a*a*a*a*a*a*a*a*a*a*a*a*b',
    `${'a?'.repeat(60)}${'a'.repeat(60)}`,
    `${'((a?){128}){128}'.repeat(12)}`,
    '(a{127,128}){128}',
    '(a{1,128}){1,128}',
  ])('%s', (text) => {
    expect(patternOf(text).matches(long)).toBe(false)
  })
})

test('the number of steps is bounded, also where a part that may be empty has a minimum', () => {
  const pattern = patternOf('((a?){128}){128}'.repeat(12))
  const step = vi.spyOn(RegExp.prototype, 'test')
  const isMatch = pattern.matches(`${'a'.repeat(127)}!`)
  const {length: steps} = step.mock.calls
  step.mockRestore()
  expect(isMatch).toBe(false)
  expect(steps).toBeGreaterThan(12 * 127)
  expect(steps).toBeLessThan(12 * 128 * 4)
})

test('no tag is longer than 128 characters', () => {
  expect(patternOf('a*b*').matches('a'.repeat(128))).toBe(true)
  expect(patternOf('a*b*').matches(`${'a'.repeat(128)}b`)).toBe(false)
})

test.each([
  ['a'.repeat(201), 'it is longer than 200 characters'],
  ['(', 'unterminated group'],
  ['a**', 'nothing to repeat'],
  ['[b-a]', 'range out of order in character class'],
  ['a{3,2}', 'numbers out of order in {} quantifier'],
  ['((a+)+)+', 'it repeats a repetition of a repetition'],
  ['a{1,129}', '"{1,129}" is more than the 128 characters of a tag'],
  ['a{99999999999999999999}', '"{99999999999999999999}" is more than the 128 characters of a tag'],
  ['a+?', '"+?" is not supported: the whole tag has to match in any case'],
  ['(?=a)a', 'a group with "(?" is not supported, except "(?:"'],
  ['(?<!a)b', 'a group with "(?" is not supported, except "(?:"'],
  ['(?<n>a)', 'a group with "(?" is not supported, except "(?:"'],
  ['(a)\\1', '"\\1" is not supported: use characters, ranges, \\d, \\w and \\.'],
  ['\\p{L}', '"\\p" is not supported: use characters, ranges, \\d, \\w and \\.'],
  ['[\\u0061]', '"[\\u0061]" is not supported: use characters, ranges, \\d, \\w and \\.'],
  ['a^b', '"^" is allowed only at the beginning and at the end'],
  ['a$b', '"$" is allowed only at the beginning and at the end'],
  [`${'('.repeat(11)}a${')'.repeat(11)}`, 'it has more than 10 groups in each other'],
])('%s is refused: %s', (text, problem) => {
  expect(parseTagPattern(text)).toEqual({problem})
})
