import {expect, test} from 'vitest'
import {parse} from 'yaml'
import {escapeInJson, escapeInYaml, isPrintable, printable, withoutUnprintable} from './printable.ts'

test.each([
  {text: 'plain – ünïcödé ✓', shown: 'plain – ünïcödé ✓', because: 'printable text is unchanged'},
  {text: '\u001b[31mred', shown: '\\x1b[31mred', because: 'a terminal must not obey it'},
  {text: 'a\nb\tc', shown: 'a\\x0ab\\x09c', because: 'it stays on its line'},
  {text: '\u009b31m', shown: '\\x9b31m', because: 'C1 controls start sequences, too'},
  {text: 'abc\u202ecba', shown: 'abc\\u202ecba', because: 'it must not be displayed backwards'},
  {text: 'a\u200bb', shown: 'a\\u200bb', because: 'invisible characters are shown'},
])('$shown: $because', ({text, shown}) => {
  expect(printable(text)).toBe(shown)
})

test.each([
  ['the Arabic letter mark', '\u061c', '\\u061c'],
  ['the Mongolian vowel separator', '\u180e', '\\u180e'],
  ['a soft hyphen', '\u00ad', '\\xad'],
  ['an interlinear annotation', '\ufff9\ufffa\ufffb', '\\ufff9\\ufffa\\ufffb'],
  ['a tag', '\u{e0041}', '\\u{e0041}'],
  ['a variation selector of no pictograph', 'a\ufe0f\u{e0101}', 'a\\ufe0f\\u{e0101}'],
  ['an invisible letter', '\u3164\u115f\uffa0', '\\u3164\\u115f\\uffa0'],
  ['half a character', '\ud800', '\\ud800'],
  ['no character', '\uffff', '\\uffff'],
])('%s is shown', (_, text, shown) => {
  expect(printable(text)).toBe(shown)
  expect(isPrintable(text)).toBe(false)
  expect(withoutUnprintable(text).replace('a', '')).toBe('')
})

test.each(['\u001b', '\u202e', '\u{e0041}', '\ud800x', 'a\nb', '\u00ad'])('%j survives a document', (text) => {
  const json = escapeInJson(JSON.stringify({text}))
  expect(isPrintable(json)).toBe(true)
  expect(JSON.parse(json)).toEqual({text})
})

test.each(['\u001b', '\u202e', '\u{e0041}'])('%j survives a YAML document', (text) => {
  const yaml = escapeInYaml(`text: "${text}"`)
  expect(isPrintable(yaml)).toBe(true)
  expect(parse(yaml)).toEqual({text})
})
