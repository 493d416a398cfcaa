import {expect, test} from 'vitest'
import {printable} from './printable.ts'

test.each([
  {text: 'plain – ünïcödé ✓', shown: 'plain – ünïcödé ✓', because: 'what can be read is left alone'},
  {text: '\u001b[31mred', shown: '\\x1b[31mred', because: 'a terminal must not obey it'},
  {text: 'a\nb\tc', shown: 'a\\x0ab\\x09c', because: 'it stays on its line'},
  {text: '\u009b31m', shown: '\\x9b31m', because: 'C1 controls start sequences, too'},
  {text: 'abc\u202ecba', shown: 'abc\\u202ecba', because: 'it must not be read backwards'},
  {text: 'a\u200bb', shown: 'a\\u200bb', because: 'what cannot be seen is shown'},
])('$shown: $because', ({text, shown}) => {
  expect(printable(text)).toBe(shown)
})
