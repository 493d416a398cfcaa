import {expect, test} from 'vitest'
import {withoutSecretValues} from './without-values.ts'

const encoded = Buffer.from('hunter2').toString('base64')

test.each([
  {text: 'x hunter2 y', object: {data: {a: encoded}}},
  {text: `x ${encoded} y`, object: {data: {a: encoded}}},
  {text: 'x hunter2 y', object: {stringData: {a: 'hunter2'}}},
  {text: `x ${encoded} y`, object: {stringData: {a: 'hunter2'}}},
  {text: `x ${encoded.replace(/=+$/, '')} y`, object: {stringData: {a: 'hunter2'}}},
  {text: 'x 1234 y', object: {stringData: {a: 1234}}},
  {text: 'x hunter2\\n\\"q\\" y', object: {stringData: {a: 'hunter2\n"q"'}}},
  {text: 'x hunter2 y', object: {stringData: {a: 'hunter2\nhunter3\n'}}},
  {text: 'x hunter2 y', object: {stringData: {a: 'hunter', b: 'hunter2'}}},
])('$text of $object', ({text, object}) => {
  expect(withoutSecretValues(text, {kind: 'Secret', ...object})).toBe('x [redacted] y')
})

test('short values, other kinds, and texts without the values are unchanged', () => {
  expect(withoutSecretValues('a no z', {kind: 'Secret', stringData: {a: 'no', b: '', c: null}})).toBe('a no z')
  expect(withoutSecretValues('hunter2', {kind: 'ConfigMap', data: {a: 'hunter2'}})).toBe('hunter2')
  expect(withoutSecretValues('hunter2', {kind: 'Secret'})).toBe('hunter2')
  expect(withoutSecretValues('hunter2', {kind: 'Secret', data: 'x'})).toBe('hunter2')
})
