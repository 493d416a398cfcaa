import {describe, expect, test} from 'vitest'
import {saidOnCommandLine} from './command-line-flags.ts'
import {contextsFrom, type FlagLevel, type FlagTable, fillIn, saidInEnvironment, spelledOut} from './flag-levels.ts'

const flags: FlagTable = {
  context: {type: 'option', char: 'c', multiple: true, env: 'HUBSPOKE_CONTEXT'},
  group: {type: 'option', char: 'g', multiple: true, env: 'HUBSPOKE_GROUP'},
  'all-contexts': {type: 'boolean', env: 'HUBSPOKE_ALL_CONTEXTS'},
  output: {type: 'option', char: 'o', env: 'HUBSPOKE_OUTPUT'},
  json: {type: 'boolean', env: 'HUBSPOKE_JSON'},
  quiet: {type: 'boolean', char: 'q', env: 'HUBSPOKE_QUIET'},
  wait: {type: 'boolean', allowNo: true, env: 'HUBSPOKE_WAIT'},
  yes: {type: 'boolean', char: 'y'},
}

describe('the command line', () => {
  test.each([
    {argv: ['web', '-c', 'us'], said: {context: ['us']}, because: 'a value of its own'},
    {argv: ['-cus'], said: {context: ['us']}, because: 'value attached to the letter'},
    {argv: ['-c=us'], said: {context: ['us']}, because: 'letter and equals sign'},
    {argv: ['--context=us'], said: {context: ['us']}, because: 'equals sign'},
    {argv: ['--context', 'us', '-c', '!ap'], said: {context: ['us', '!ap']}, because: 'twice'},
    {argv: ['-qyc', 'us'], said: {quiet: ['true'], yes: ['true'], context: ['us']}, because: 'after other letters'},
    {
      argv: ['-qcus'],
      said: {quiet: ['true'], context: ['us']},
      because: 'after another letter, with the value attached',
    },
    {argv: ['-c', '-q'], said: {context: ['-q']}, because: 'it is in the position of a value'},
    {argv: ['-o', 'json'], said: {output: ['json']}, because: 'a value is no argument'},
    {argv: ['--no-wait'], said: {wait: []}, because: 'it is turned off'},
    {argv: ['--no-json'], said: {}, because: 'there is no such flag'},
    {argv: ['--', '-c', 'us'], said: {}, because: 'there are no flags after --'},
    {argv: ['--__proto__', '-x', '-', '--constructor=1'], said: {}, because: 'none of them is a flag'},
  ])('$argv: $because', ({argv, said}) => {
    const found = [...saidOnCommandLine(argv, flags)].map(([name, {values}]) => [name, values])
    expect(Object.fromEntries(found)).toEqual(said)
  })
})

test('the environment: commas separate values, an empty variable is unset, a switch is on or off', () => {
  const env = {
    HUBSPOKE_CONTEXT: 'eu-*,!eu-9',
    HUBSPOKE_OUTPUT: 'yaml',
    HUBSPOKE_GROUP: '',
    HUBSPOKE_JSON: 'no',
    HUBSPOKE_QUIET: 'YES',
    HUBSPOKE_WAIT: 'false',
    HUBSPOKE_YES: 'true',
  }
  const said = [...saidInEnvironment(flags, env)].map(([name, {words, origin}]) => [name, words, origin])
  expect(said).toEqual([
    ['context', ['--context=eu-*', '--context=!eu-9'], 'HUBSPOKE_CONTEXT'],
    ['output', ['--output=yaml'], 'HUBSPOKE_OUTPUT'],
    ['json', [], 'HUBSPOKE_JSON'],
    ['quiet', ['--quiet'], 'HUBSPOKE_QUIET'],
    ['wait', ['--no-wait'], 'HUBSPOKE_WAIT'],
  ])
})

/** `context=eu json` as a source of that name says it. */
function level(text: string, origin?: string): FlagLevel {
  const parts = text.split(' ').filter((part) => part !== '')
  return new Map(
    parts.map((part) => {
      const [name = '', value = 'true'] = part.split('=')
      const said = spelledOut(name, flags[name]!, name === 'context' ? value.split('+') : [value])
      return [name, origin === undefined ? {...said, words: []} : {...said, origin}]
    }),
  )
}

describe('what is filled in', () => {
  test.each([
    {typed: '', env: 'output=wide', config: 'output=yaml', words: ['--output=wide'], because: 'environment first'},
    {typed: '', env: '', config: 'output=yaml', words: ['--output=yaml'], because: 'else the config file'},
    {typed: 'output=table', env: 'output=wide', config: '', words: [], because: 'the command line before both'},
    {typed: '', env: 'quiet=false', config: 'quiet', words: [], because: 'off is a value, too'},
    {typed: 'output=table', env: '', config: 'json', words: [], because: 'both choose the format'},
    {typed: 'json', env: 'output=wide', config: 'output=yaml', words: [], because: 'both choose the format'},
    {typed: '', env: 'output=wide', config: 'json', words: ['--output=wide'], because: 'both choose the format'},
    {typed: '', env: 'json=false', config: 'output=yaml', words: ['--output=yaml'], because: 'off chooses none'},
    {typed: 'context=eu', env: '', config: 'group=prod', words: [], because: 'both choose contexts'},
    {typed: 'context=eu', env: 'all-contexts', config: 'group=prod', words: [], because: 'all choose contexts'},
    {typed: 'all-contexts', env: 'context=eu', config: 'group=prod', words: [], because: 'all choose contexts'},
    {typed: 'group=lab', env: 'context=eu', config: 'all-contexts', words: [], because: 'all choose contexts'},
    {typed: '', env: 'context=eu', config: 'group=prod', words: ['--context=eu'], because: 'both choose contexts'},
    {typed: 'context=!eu', env: '', config: 'group=prod', words: ['--group=prod'], because: 'it only leaves out'},
    {typed: 'context=!eu', env: 'context=us', config: '', words: [], because: 'the same flag is replaced'},
    {typed: 'group=lab', env: 'context=!eu', config: '', words: ['--context=!eu'], because: 'it only leaves out'},
    {typed: 'context=!a+eu', env: '', config: 'group=prod', words: [], because: 'one of them takes'},
  ])('typed "$typed", environment "$env", config "$config": $because', ({typed, env, config, words}) => {
    expect(fillIn([level(typed), level(env, 'ENV'), level(config, 'CONFIG')]).words).toEqual(words)
  })
})

test.each([
  {typed: 'context=eu', env: 'group=prod', config: '', from: undefined},
  {typed: '', env: 'group=prod', config: '', from: 'ENV'},
  {typed: '', env: 'context=eu group=prod', config: '', from: 'ENV'},
  {typed: 'context=!eu', env: '', config: 'group=prod', from: 'CONFIG'},
  {typed: 'all-contexts', env: 'context=!eu', config: '', from: undefined},
  {typed: '', env: '', config: '', from: undefined},
])('typed "$typed", environment "$env", config "$config": contexts chosen by $from', ({typed, env, config, from}) => {
  expect(contextsFrom(fillIn([level(typed), level(env, 'ENV'), level(config, 'CONFIG')]))).toBe(from)
})
