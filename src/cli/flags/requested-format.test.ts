import {expect, test} from 'vitest'
import {requestedFormat} from './requested-format.ts'

test.each([
  {argv: ['find', 'nginx'], format: undefined, because: 'no flag is given'},
  {argv: ['find', '--json'], format: 'json', because: 'the flag'},
  {argv: ['find', '-o', 'json'], format: 'json', because: 'the short option'},
  {argv: ['find', '-ojson'], format: 'json', because: 'glued'},
  {argv: ['find', '-o=json'], format: 'json', because: 'with an equals sign'},
  {argv: ['find', '-qojson'], format: 'json', because: 'behind another short flag'},
  {argv: ['find', '-qo', 'yaml'], format: 'yaml', because: 'behind another short flag, as a word of its own'},
  {argv: ['find', '--output', 'yaml'], format: 'yaml', because: 'the long option'},
  {argv: ['find', '--output=yaml'], format: 'yaml', because: 'the long option with an equals sign'},
  {argv: ['find', '-o', 'yaml', '-o', 'json'], format: 'json', because: 'the last one counts'},
  {argv: ['find', '-o', 'yaml', '--json'], format: 'json', because: '--json wins, as where the command runs'},
  {argv: ['find', '-o'], format: undefined, because: 'a format is missing'},
  {argv: ['foreach', '--', 'kubectl', '-o', 'json'], format: undefined, because: 'what is behind -- is not ours'},
  {argv: ['find', '-nfoo', '-ojson'], format: 'json', because: 'an o in a value of another flag is none'},
  {argv: ['find', '-ojson', '-nfoo'], format: 'json', because: 'nor behind it'},
  {argv: ['find', '-n', 'json'], format: undefined, because: 'a namespace may be called json'},
])('$argv asks for $format: $because', ({argv, format}) => {
  expect(requestedFormat(argv, {})).toBe(format)
})

test.each([
  {env: {HUBSPOKE_OUTPUT: 'yaml'}, format: 'yaml'},
  {env: {HUBSPOKE_JSON: 'true'}, format: 'json'},
  {env: {HUBSPOKE_JSON: '1', HUBSPOKE_OUTPUT: 'yaml'}, format: 'json'},
  {env: {HUBSPOKE_JSON: 'false'}, format: undefined},
])('the environment $env asks for $format', ({env, format}) => {
  expect(requestedFormat(['find'], env)).toBe(format)
})

test('what the command line says wins over the environment', () => {
  expect(requestedFormat(['find', '-o', 'table'], {HUBSPOKE_OUTPUT: 'yaml'})).toBeUndefined()
})
