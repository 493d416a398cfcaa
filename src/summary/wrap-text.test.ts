import {expect, test} from 'vitest'
import {wrapText} from './wrap-text.ts'

test.each([
  {text: 'one two three', width: 7, lines: ['  one', '  two', '  three'], because: 'the indent counts'},
  {text: 'one two three', width: 9, lines: ['  one two', '  three'], because: 'a line may be full'},
  {text: 'aaaa bbbb ccc', width: 9, lines: ['  aaaa', '  bbbb', '  ccc'], because: 'it counts on every line'},
  {text: 'one two', width: undefined, lines: ['  one two'], because: 'a pipe has no width'},
  {
    text: 'a registry.example/very/long b',
    width: 10,
    lines: ['  a', '  registry.example/very/long', '  b'],
    because: 'names stay whole',
  },
  {text: '', width: 10, lines: ['  '], because: 'an empty text is an empty line'},
])('$because', ({text, width, lines}) => {
  expect(wrapText(text, width, '  ')).toEqual(lines)
})
