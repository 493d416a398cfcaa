import {describe, expect, test} from 'vitest'
import {difference, intersection, pathsOf, union, withNamedFields} from './field-set.ts'

const leaf = {}
const both = {'.': {}, 'f:a': leaf, 'f:b': leaf}

describe('a set of fields', () => {
  test('unites: a member that gets members inside stays a member', () => {
    expect(union({'f:x': leaf}, {'f:x': {'f:a': leaf}})).toEqual({'f:x': {'.': {}, 'f:a': leaf}})
    expect(union({'f:x': {'f:a': leaf}}, {'f:x': leaf})).toEqual({'f:x': {'.': {}, 'f:a': leaf}})
    expect(union(undefined, {'f:x': leaf})).toEqual({'f:x': leaf})
    expect(union({'f:x': {'f:a': leaf}}, {'f:x': {'f:b': leaf}})).toEqual({'f:x': {'f:a': leaf, 'f:b': leaf}})
  })

  test('is the same object after a union and a difference that change nothing', () => {
    const set = {'f:x': both}
    expect(union(set, {'f:x': {'f:a': leaf}})).toBe(set)
    expect(difference(set, {'f:y': leaf})).toBe(set)
  })

  test('loses paths one by one: the member, what is inside it, and both', () => {
    expect(difference({'f:x': both}, {'f:x': leaf})).toEqual({'f:x': {'f:a': leaf, 'f:b': leaf}})
    expect(difference({'f:x': both}, {'f:x': {'f:a': leaf}})).toEqual({'f:x': {'.': {}, 'f:b': leaf}})
    expect(difference({'f:x': both}, {'f:x': {'f:a': leaf, 'f:b': leaf}})).toEqual({'f:x': leaf})
    expect(difference({'f:x': both}, {'f:x': both})).toBeUndefined()
    expect(difference({'f:x': leaf, 'f:y': leaf}, {'f:x': leaf})).toEqual({'f:y': leaf})
  })

  test('has in common what both have as members', () => {
    expect(intersection({'f:x': both}, {'f:x': {'f:a': leaf}})).toEqual({'f:x': {'f:a': leaf}})
    expect(intersection({'f:x': both}, {'f:x': leaf})).toEqual({'f:x': leaf})
    expect(intersection({'f:x': leaf}, {'f:y': leaf})).toBeUndefined()
  })

  test('gets the fields on the way to its members, and no elements of lists', () => {
    const element = {'k:{"name":"app"}': {'f:image': leaf}}
    expect(withNamedFields({'f:spec': {'f:containers': element}})).toEqual({
      'f:spec': {'.': {}, 'f:containers': {'.': {}, ...element}},
    })
  })

  test('is written as paths, members of one level before what is inside', () => {
    const container = {'f:env': {'k:{"name":"A"}': leaf}, 'f:image': leaf}
    const fields = {'f:containers': {'k:{"name":"app"}': container}, 'f:finalizers': {'v:"x"': leaf}}
    expect(pathsOf(fields)).toEqual([
      '.containers[name="app"].image',
      '.containers[name="app"].env[name="A"]',
      '.finalizers[="x"]',
    ])
  })
})
