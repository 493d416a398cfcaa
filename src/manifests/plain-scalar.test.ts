import {expect, test} from 'vitest'
import {plainScalar} from './plain-scalar.ts'

// Compared with what version 1.4.0 of the Go module sigs.k8s.io/yaml makes of `a: TEXT`.
test.each<readonly [text: string, value: string | number | boolean | null]>([
  ['yes', true],
  ['on', true],
  ['y', true],
  ['Y', true],
  ['TRUE', true],
  ['tRUE', 'tRUE'],
  ['No', false],
  ['OFF', false],
  ['n', false],
  ['', null],
  ['~', null],
  ['NULL', null],
  ['0644', 420],
  ['0o644', 420],
  ['-0644', -420],
  ['0O17', 15],
  ['00', 0],
  ['08', 8],
  ['0o8', '0o8'],
  ['0x1F', 31],
  ['-0x1F', -31],
  ['0X1F', 31],
  ['0x', '0x'],
  ['0b101', 5],
  ['0b2', '0b2'],
  ['-0b11', -3],
  ['1_000', 1000],
  ['1__0', 10],
  ['_1', '_1'],
  ['0777_', 511],
  ['+12', 12],
  ['-12', -12],
  ['-0', 0],
  ['1:30', '1:30'],
  ['190:20:30', '190:20:30'],
  ['2001-01-01', '2001-01-01'],
  ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'],
  ['1.2.3', '1.2.3'],
  ['1.5', 1.5],
  ['1.10', 1.1],
  ['1e3', 1000],
  ['1E-2', 0.01],
  ['.5', 0.5],
  ['.5_0', 0.5],
  ['.5e1', 5],
  ['5.', 5],
  ['09.5', 9.5],
  ['-.5', -0.5],
  ['+.5', 0.5],
  ['1_0.5', 10.5],
  ['1e', '1e'],
  ['1.5e400', '1.5e400'],
  ['-', '-'],
  ['.', '.'],
  ['+', '+'],
  ['=', '='],
  ['Infinity', 'Infinity'],
  ['inf', 'inf'],
  ['NaN', 'NaN'],
  ['1,000', '1,000'],
  ['0xffffffffffffffffff', '0xffffffffffffffffff'],
  ['9007199254740991', 9007199254740991],
  ['constructor', 'constructor'],
])('%s is %j', (text, value) => {
  expect(plainScalar(String(text))).toBe(value)
})

test.each(['.inf', '-.Inf', '+.INF', '.nan', '.NaN'])('%s is no value of JSON', (text) => {
  expect(plainScalar(text)).toEqual({problem: expect.stringContaining('not a finite number')})
})

test.each(['9007199254740993', '-12345678901234567890', '0xffffffffffffffff', '100000000000000000000'])(
  '%s would not be kept exactly',
  (text) => {
    expect(plainScalar(text)).toEqual({problem: expect.stringContaining('too many digits')})
  },
)
