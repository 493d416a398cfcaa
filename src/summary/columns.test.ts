import {stripVTControlCharacters} from 'node:util'
import {expect, test} from 'vitest'
import {renderColumns} from './columns.ts'

const plain = {heading: (text: string) => text}
const columns = [{title: 'NAME'}, {title: 'COUNT', align: 'right'}, {title: 'WHY'}] as const
const red = (text: string) => `\x1b[31m${text}\x1b[39m`

test('columns are as wide as their content, and no line ends with spaces', () => {
  const rows = [
    ['eu-west-production', '7', ''],
    ['us', '1234567', 'small'],
  ]
  expect(renderColumns(columns, rows, {...plain, width: undefined})).toEqual([
    'NAME                  COUNT  WHY',
    'eu-west-production        7',
    'us                  1234567  small',
  ])
})

test('only the last column is wrapped; where too little room is left for it, it has lines of its own', () => {
  const why = 'a reason that needs more than one line here'
  expect(renderColumns(columns, [['a-name', '1', why]], {...plain, width: 50})).toEqual([
    'NAME    COUNT  WHY',
    'a-name      1  a reason that needs more than one',
    '               line here',
  ])
  const rows = [
    ['a-name-of-thirty-characters-xxx', '1', `${why} and there`],
    ['日本', '2', ''],
  ]
  expect(renderColumns(columns, rows, {...plain, width: 50})).toEqual([
    'NAME                             COUNT',
    '    WHY',
    'a-name-of-thirty-characters-xxx      1',
    '    a reason that needs more than one line here',
    '    and there',
    '日本                                 2',
  ])
})

test('without a width nothing is wrapped', () => {
  const why = 'word '.repeat(100).trim()
  expect(renderColumns(columns, [['a', '1', why]], {...plain, width: undefined})[1]).toBe(`a         1  ${why}`)
})

test('an image that is wider than the terminal is not cut', () => {
  const image = `ghcr.io/acme/web@sha256:${'0123456789abcdef'.repeat(4)}`
  expect(renderColumns(columns, [['a', '1', image]], {...plain, width: 40})[1]).toContain(image)
})

test.each([
  {name: '日本', because: 'takes two columns each'},
  {name: 'e\u0301te\u0301', because: 'combining marks take none'},
])('$name lines up: $because', ({name}) => {
  const width = name === '日本' ? 4 : 3
  const lines = renderColumns(
    columns,
    [
      [name, '1', 'x'],
      ['plain', '2', 'y'],
    ],
    {...plain, width: 80},
  )
  expect(lines[1]).toBe(`${name}${' '.repeat(5 - width)}      1  x`)
  expect(lines[2]).toBe('plain      2  y')
})

test('the widest name decides, counted as it is shown', () => {
  const names = ['日本語日本語', 'plain']
  const rows = names.map((name) => [name, '1', 'x'])
  expect(renderColumns(columns, rows, {...plain, width: 80})).toEqual([
    'NAME          COUNT  WHY',
    '日本語日本語      1  x',
    'plain             1  x',
  ])
})

test('a wide text wraps in its column, and a word without a break stays whole', () => {
  const whole = '日'.repeat(60)
  const lines = renderColumns(columns, [['a', '1', `日本語の理由 日本語の理由 理由 ${whole}`]], {...plain, width: 40})
  expect(lines.slice(1)).toEqual([
    'a         1  日本語の理由 日本語の理由',
    '             理由',
    `             ${whole}`,
  ])
})

test('colour takes no room, on every path', () => {
  const rows = (paint: (text: string) => string) => [
    [{text: 'plain', paint}, '1', {text: 'a long enough reason to be wrapped in its column', paint}],
    [{text: '日本', paint}, '2', {text: 'y', paint}],
  ]
  const painted = renderColumns(columns, rows(red), {...plain, width: 40})
  const bare = renderColumns(
    columns,
    rows((text) => text),
    {...plain, width: 40},
  )
  expect(painted.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(bare)
  expect(painted[1]).toContain(red('plain'))
})

test('rows of both paths keep their order, also past the rows of one table', () => {
  const names = Array.from({length: 120}, (_, index) => (index % 50 === 7 ? `plain-${index}` : `日-${index}`))
  const lines = renderColumns(
    columns,
    names.map((name) => [name, '1', '']),
    {...plain, width: 80},
  )
  expect(lines.slice(1).map((line) => line.split(' ')[0])).toEqual(names)
})

test('a last column may be shortened to what is left instead, before it is painted', () => {
  const shorten = (text: string, width: number) => text.slice(0, width)
  const last = [{title: 'NAME'}, {title: 'WHY', shorten}]
  const rows = [['eu-west', {text: 'a reason of many words', paint: red}]]
  expect(renderColumns(last, rows, {...plain, width: 22})[1]).toBe(`eu-west  ${red('a reason of m')}`)
  expect(renderColumns(last, rows, {...plain, width: undefined})[1]).toBe(`eu-west  ${red('a reason of many words')}`)
})
