import {expect, test} from 'vitest'
import {chooseNamespaces, filterNamespaces, isChosen} from './select-namespaces.ts'

test('separates plain names and globs, each once', () => {
  expect(chooseNamespaces(['shop', 'team-*', 'shop', 'kube-system'])).toEqual({
    patterns: ['shop', 'team-*', 'kube-system'],
    names: ['shop', 'kube-system'],
    globs: ['team-*'],
  })
})

test.each(['', 'Shop', '!dev', 'a/b', 'a,b', 'a\u001b[2J', 'n'.repeat(254)])(
  'no namespace can be called %j',
  (pattern) => {
    expect(() => chooseNamespaces(['shop', pattern])).toThrow(/^No namespace can match ".*"\.$/)
  },
)

test.each([
  {patterns: [], namespace: 'shop', expected: true, because: 'no pattern means all'},
  {patterns: ['shop'], namespace: 'shop', expected: true, because: 'its name'},
  {patterns: ['shop'], namespace: 'shop-2', expected: false, because: 'a name is no prefix'},
  {patterns: ['shop', 'team-*'], namespace: 'team-a', expected: true, because: 'one pattern is enough'},
])('$patterns and $namespace: $because', ({patterns, namespace, expected}) => {
  expect(isChosen(chooseNamespaces(patterns), namespace)).toBe(expected)
  expect(filterNamespaces(chooseNamespaces(patterns)).admits(namespace)).toBe(expected)
})

test('a filter records which patterns matched', () => {
  const filter = filterNamespaces(chooseNamespaces(['shop', 's*', 'nope', 'no-*']))
  const admitted = ['shop', 'web', 'shop', 'sales'].map(filter.admits)
  expect(admitted).toEqual([true, false, true, true])
  expect([...filter.patternsSeen]).toEqual(['shop', 's*'])
})
