import {expect, test} from 'vitest'
import {jsonTexts} from './json-texts.ts'

test('JSON objects that follow each other are parts, with their offsets', () => {
  const text = ' {"a":"}{\\"{"}\n{"b":[{}]}{} '
  expect(jsonTexts(text)).toEqual([
    {start: 0, text: ' {"a":"}{\\"{"}'},
    {start: 15, text: '{"b":[{}]}'},
    {start: 25, text: '{}'},
  ])
})

test.each(['a: {}\n{}', '{a: b}\n---\n{}', '{"a"', '{{- if x }}\na: b', '', '[{}]', '{"a": "', '{} x'])(
  '%j is one part',
  (text) => {
    expect(jsonTexts(text)).toEqual([{start: 0, text}])
  },
)
