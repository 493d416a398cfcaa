import {expect, test} from 'vitest'
import {isProblem, quoted} from '../shared/problem.ts'

test('quotes a text on one line, without its control characters', () => {
  expect(quoted('a\u001b[31m\nb')).toBe('"a\\x1b[31m\\x0ab"')
})

test('cuts a long text, never in the middle of a character', () => {
  expect(quoted('😀'.repeat(100))).toBe(`"${'😀'.repeat(80)}…"`)
  expect(quoted('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`)
})

test('a problem is told from a value', () => {
  expect([isProblem({problem: 'no'}), isProblem({})]).toEqual([true, false])
})
