import {describe, expect, test} from 'vitest'
import {jsonPosition} from './json-position.ts'
import {jsonFault} from './json-tokens.ts'

describe('where a text stops being JSON', () => {
  test.each([
    ['{"a": 1, "b": }', 14],
    ['{"a": 1,}', 8],
    ['[1, 2', 5],
    ['{"a" 1}', 5],
    ['{a: 1}', 1],
    ['[1] [2]', 4],
    ['["a\\"]', 1],
    ['["\\x"]', 1],
    ['[tru]', 1],
    ['[01]', 1],
    ['[1}', 2],
    ['', 0],
  ])('%s: at %i', (text, at) => expect(jsonFault(text)).toBe(at))

  test('nowhere in a text that JSON.parse accepts', () => {
    const sample = JSON.stringify({a: [1, -2.5e3, 'x"\\y', null, {b: true, '': []}], 'c\u2028': {}}, null, 1)
    for (let cut = 0; cut <= sample.length; cut++) {
      const text = sample.slice(0, cut) + sample.slice(cut + 1)
      expect.soft(jsonFault(text) === text.length || !accepts(text), text).toBe(true)
    }
    expect(jsonFault(sample)).toBe(sample.length)
  })
})

function accepts(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('the position of a value', () => {
  const text = '{\n  "a": [1, {"b": "x\\"]}"}],\n  "c": {"b": [\n    {"d": 5}\n  ]}\n}'
  test.each([
    [[], 'line 1, column 1'],
    [['a'], 'line 2, column 8'],
    [['a', 1, 'b'], 'line 2, column 18'],
    [['c', 'b', 0, 'd'], 'line 4, column 11'],
    [['c', 'b', 0, 'none'], 'line 4, column 5'],
    [['none'], 'line 1, column 1'],
  ])('of %j is %s', (path, position) => {
    const {line, column} = jsonPosition(text, path)
    expect(`line ${line}, column ${column}`).toBe(position)
  })
})
