import {expect, test} from 'vitest'
import {showLines, shown} from './shown-lines.ts'

function show(...chunks: readonly (string | Buffer)[]): readonly string[] {
  const lines: string[] = []
  const output = showLines((line) => lines.push(line), 'the rest is elsewhere')
  for (const chunk of chunks) output.add(Buffer.from(chunk))
  output.end()
  return lines
}

test('a line is shown when it is whole, and the last one at the end', () => {
  expect(show('on', 'e\ntwo\r\n\nth', 'ree')).toEqual(['one', 'two', '', 'three'])
  expect(show('one\n')).toEqual(['one'])
  expect(show()).toEqual([])
})

test('a character that comes in two parts is one character', () => {
  const euro = Buffer.from('€')
  expect(show(euro.subarray(0, 1), euro.subarray(1))).toEqual(['€'])
})

test('a long line is shown in parts, before its end arrives', () => {
  const long = 'x'.repeat(shown.lineLength * 2 + 1)
  expect(show(long).map((line) => line.length)).toEqual([shown.lineLength, shown.lineLength, 1])
})

test.each([
  {text: 'a line\n'.repeat(shown.lines + 100), lines: shown.lines},
  {text: `${'y'.repeat(1_023)}\n`.repeat(1_000), lines: Math.floor(shown.characters / 1_023)},
])('long output is shown in its first part, and what is said about the rest is said once', ({text, lines}) => {
  const seen = show(text, 'and more\n')
  expect(seen).toHaveLength(lines + 1)
  expect(seen.at(-1)).toBe('the rest is elsewhere')
})
