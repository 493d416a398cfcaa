import {expect, test} from 'vitest'
import {globMatches, isGlob} from './glob.ts'

test.each([
  {pattern: 'prod', text: 'prod', expected: true, because: 'a plain name matches itself'},
  {pattern: 'prod', text: 'prod-eu', expected: false, because: 'the whole text must match'},
  {pattern: 'rod', text: 'prod', expected: false, because: 'also from its start'},
  {pattern: '*', text: '', expected: true, because: 'any run may be empty'},
  {pattern: '?', text: '', expected: false, because: 'one character is one'},
  {pattern: '', text: '', expected: true, because: 'nothing is nothing'},
  {pattern: '', text: 'a', expected: false, because: 'an empty pattern matches only an empty text'},
  {pattern: 'prod-*', text: 'prod-eu-1', expected: true, because: 'a star matches the rest'},
  {pattern: '*prod', text: 'my-prod-prod', expected: true, because: 'a star can extend its match'},
  {
    pattern: 'arn:*:cluster/p*',
    text: 'arn:aws:eks:eu-west-1:123:cluster/prod',
    expected: true,
    because: 'slashes count',
  },
  {pattern: '*', text: 'a/b/c', expected: true, because: 'across slashes'},
  {pattern: 'a?c', text: 'a/c', expected: true, because: 'a slash is a character'},
  {pattern: 'a?c', text: 'a😀c', expected: true, because: 'an emoji is one character'},
  {pattern: '*', text: '.hidden', expected: true, because: 'no character is special at the start'},
  {pattern: '[ab]', text: 'a', expected: false, because: 'brackets are literal'},
  {pattern: '[ab]*', text: '[ab]c', expected: true, because: 'brackets are literal'},
  {pattern: '{a,b}', text: 'a', expected: false, because: 'braces are literal'},
  {pattern: 'a.c', text: 'abc', expected: false, because: 'it is not a regular expression'},
  {pattern: 'a*b*c', text: 'aXbYbZc', expected: true, because: 'two stars'},
  {pattern: 'a*b*c', text: 'aXcYb', expected: false, because: 'in their order'},
])('$pattern and "$text": $because', ({pattern, text, expected}) => {
  expect(globMatches(pattern, text)).toBe(expected)
})

test('a hostile pattern takes bounded time', () => {
  expect(globMatches(`${'*a'.repeat(500)}b`, 'a'.repeat(5000))).toBe(false)
})

test('recognises a wildcard', () => {
  expect(['a*', '?', 'a', '[a]'].map(isGlob)).toEqual([true, true, false, false])
})
