import {expect, test} from 'vitest'
import {at, jsonOf, listAt, textAt, timeAt} from './payload.ts'

test.each([
  ['"\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', 'brackets in a text, after a quote in it'],
  ['"\\\\"', 'a backslash at the end of a text'],
  [`${'['.repeat(32)}${']'.repeat(32)}`, '32 levels'],
  [`[${'{},'.repeat(100)}{}]`, 'many objects in one level'],
])('%s is read: %s', (text) => {
  expect(jsonOf(Buffer.from(text))).toEqual({value: JSON.parse(text)})
})

test.each([`${'['.repeat(33)}${']'.repeat(33)}`, `["\\\\",${'{"a":'.repeat(32)}1${'}'.repeat(32)}]`])(
  '%s has too many levels',
  (text) => expect(jsonOf(Buffer.from(text))).toEqual({malformed: 'its JSON has more than 32 levels'}),
)

test('only own fields of objects are found', () => {
  const json = JSON.parse('{"a": {"b": "text"}, "list": ["x"], "empty": "", "__proto__": {"c": "own"}}')
  expect(textAt(json, 'a', 'b')).toBe('text')
  expect(textAt(json, '__proto__', 'c')).toBe('own')
  expect(at(json, 'constructor')).toBeUndefined()
  expect(at(json, 'a', 'b', 'length')).toBeUndefined()
  expect(at(json, 'list', '0')).toBeUndefined()
  expect(at(null, 'a')).toBeUndefined()
  expect(textAt(json, 'empty')).toBeUndefined()
  expect(listAt(json, 'list')).toEqual(['x'])
  expect(listAt(json, 'a')).toBeUndefined()
})

test.each([
  ['2026-12-01T11:44:01Z', '2026-12-01T11:44:01.000Z'],
  ['2026-12-01T11:44:01.123456789Z', '2026-12-01T11:44:01.123Z'],
  ['2026-12-01T12:44:01+01:00', '2026-12-01T11:44:01.000Z'],
  [1_796_125_441, '2026-12-01T11:44:01.000Z'],
  [1_796_125_441.5, '2026-12-01T11:44:01.500Z'],
  ['2026', undefined],
  ['2026-12-01', undefined],
  ['Tue, 01 Dec 2026 11:44:01 GMT', undefined],
  ['2026-13-01T11:44:01Z', undefined],
  ['1969-12-31T23:59:59Z', undefined],
  [253_402_300_800, undefined],
  [-1, undefined],
  [null, undefined],
  [[], undefined],
])('the time %j is %s', (time, expected) => expect(timeAt({time}, 'time')).toBe(expected))
