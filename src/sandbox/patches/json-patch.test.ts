import {describe, expect, test} from 'vitest'
import type {Json} from './json.ts'
import {JsonPatchFailure, jsonPatch} from './json-patch.ts'

describe('JSON patch', () => {
  test.each<{operations: Json[]; expected: Json; because: string}>([
    {operations: [{op: 'add', path: '/b', value: 2}], expected: {a: {x: 1}, l: [1, 2], b: 2}, because: 'a new member'},
    {
      operations: [{op: 'add', path: '/l/1', value: 9}],
      expected: {a: {x: 1}, l: [1, 9, 2]},
      because: 'before an element',
    },
    {operations: [{op: 'add', path: '/l/-', value: 9}], expected: {a: {x: 1}, l: [1, 2, 9]}, because: '- is the end'},
    {
      operations: [{op: 'add', path: '/l/2', value: 9}],
      expected: {a: {x: 1}, l: [1, 2, 9]},
      because: 'the index past the last',
    },
    {operations: [{op: 'replace', path: '/l/0', value: 9}], expected: {a: {x: 1}, l: [9, 2]}, because: 'an element'},
    {operations: [{op: 'remove', path: '/a/x'}], expected: {a: {}, l: [1, 2]}, because: 'a member'},
    {operations: [{op: 'remove', path: '/l/0'}], expected: {a: {x: 1}, l: [2]}, because: 'an element'},
    {
      operations: [{op: 'move', from: '/a/x', path: '/y'}],
      expected: {a: {}, l: [1, 2], y: 1},
      because: 'it is removed there',
    },
    {
      operations: [{op: 'copy', from: '/a', path: '/b'}],
      expected: {a: {x: 1}, l: [1, 2], b: {x: 1}},
      because: 'both stay',
    },
    {operations: [{op: 'test', path: '/a', value: {x: 1}}], expected: {a: {x: 1}, l: [1, 2]}, because: 'it is equal'},
  ])('$operations: $because', ({operations, expected}) => {
    expect(jsonPatch({a: {x: 1}, l: [1, 2]}, operations)).toEqual(expected)
  })

  test('reads ~1 as / and ~0 as ~', () => {
    expect(
      jsonPatch({'a/b': 1, 'c~d': 2}, [
        {op: 'remove', path: '/a~1b'},
        {op: 'remove', path: '/c~0d'},
      ]),
    ).toEqual({})
  })

  test.each<[Json]>([
    [{op: 'test', path: '/a/x', value: 2}],
    [{op: 'remove', path: '/nope'}],
    [{op: 'replace', path: '/nope', value: 1}],
    [{op: 'add', path: '/no/where', value: 1}],
    [{op: 'add', path: '/l/9', value: 1}],
    [{op: 'add', path: 'l', value: 1}],
    [{op: 'dance', path: '/a'}],
    ['text'],
  ])('cannot carry out %j', (operation) => {
    expect(() => jsonPatch({a: {x: 1}, l: [1]}, [operation])).toThrow(JsonPatchFailure)
  })

  test('does not change its input, also when it fails half way', () => {
    const target = {a: 1}
    expect(() =>
      jsonPatch(target, [
        {op: 'add', path: '/b', value: 2},
        {op: 'test', path: '/a', value: 2},
      ]),
    ).toThrow()
    expect(target).toEqual({a: 1})
  })
})
