import {expect, test} from 'vitest'
import {mergePatch} from './merge-patch.ts'

// The table of RFC 7386, appendix A.
test.each([
  [{a: 'b'}, {a: 'c'}, {a: 'c'}],
  [{a: 'b'}, {b: 'c'}, {a: 'b', b: 'c'}],
  [{a: 'b'}, {a: null}, {}],
  [{a: 'b', b: 'c'}, {a: null}, {b: 'c'}],
  [{a: ['b']}, {a: 'c'}, {a: 'c'}],
  [{a: 'c'}, {a: ['b']}, {a: ['b']}],
  [{a: {b: 'c'}}, {a: {b: 'd', c: null}}, {a: {b: 'd'}}],
  [{a: [{b: 'c'}]}, {a: [1]}, {a: [1]}],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{a: 'b'}, ['c'], ['c']],
  [{a: 'foo'}, null, null],
  [{e: null}, {a: 1}, {e: null, a: 1}],
  [[1, 2], {a: 'b', c: null}, {a: 'b'}],
  [{}, {a: {bb: {ccc: null}}}, {a: {bb: {}}}],
])('%j with %j is %j', (target, patch, expected) => {
  expect(mergePatch(target, patch)).toEqual(expected)
})

test('changes neither the object nor the patch', () => {
  const target = {a: {b: '1'}}
  const patch = {a: {c: '2'}}
  mergePatch(target, patch)
  expect([target, patch]).toEqual([{a: {b: '1'}}, {a: {c: '2'}}])
})
