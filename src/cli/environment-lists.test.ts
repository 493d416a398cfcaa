import {expect, test} from 'vitest'
import {withEnvironmentLists} from './environment-lists.ts'

const flags = {
  context: {char: 'c', multiple: true, env: 'HUBSPOKE_CONTEXT'},
  output: {char: 'o', env: 'HUBSPOKE_OUTPUT'},
}
const env = {HUBSPOKE_CONTEXT: 'eu-*,!eu-9', HUBSPOKE_OUTPUT: 'json'}

test.each([
  {argv: ['web'], words: ['web', '--context=eu-*', '--context=!eu-9'], because: 'each item is a value of its own'},
  {argv: ['web', '-c', 'us'], words: ['web', '-c', 'us'], because: 'the command line goes first'},
  {argv: ['web', '-cus'], words: ['web', '-cus'], because: 'the value may stand at the letter'},
  {argv: ['--context=us'], words: ['--context=us'], because: 'or behind an equals sign'},
  {
    argv: ['--', '-c'],
    words: ['--context=eu-*', '--context=!eu-9', '--', '-c'],
    because: 'behind -- there are no flags',
  },
])('$argv: $because', ({argv, words}) => {
  expect(withEnvironmentLists(argv, flags, env)).toEqual(words)
})

test('a variable that is not set, or empty, says nothing', () => {
  expect(withEnvironmentLists(['web'], flags, {HUBSPOKE_CONTEXT: ''})).toEqual(['web'])
})
