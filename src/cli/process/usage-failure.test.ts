import {describe, expect, test} from 'vitest'
import {unknownCommand, usageFailure} from './usage-failure.ts'

const tail = '\nSee more help with --help'

test.each([
  {said: `Nonexistent flag: --bogus${tail}`, message: 'Nonexistent flag: --bogus.', because: 'a sentence has an end'},
  {
    said: `Parsing --timeout \n\t"5" is no duration: write a unit.${tail}`,
    message: '--timeout: "5" is no duration: write a unit.',
    because: 'a hubspoke message about a value stays one line',
  },
  {
    said: `The following error occurred:\n  \u001b[2mMissing required flag replicas\u001b[22m${tail}`,
    message: 'Missing: --replicas.',
    because: 'a flag is named as it is typed, and without colours',
  },
  {
    said: 'The following errors occurred:\n  Missing required flag replicas\n  --a cannot also be provided when using --b',
    message: 'Missing: --replicas; --a cannot also be provided when using --b.',
    because: 'several problems are one sentence',
  },
  {said: 'Flag --kind expects a value', message: 'Flag --kind expects a value.', because: 'an unknown message is kept'},
])('a message of oclif becomes a sentence: $because', ({said, message}) => {
  expect(usageFailure(new Error(said), 'hubspoke find')).toEqual({
    class: 'usage',
    message,
    suggestions: ['hubspoke find --help'],
  })
})

test.each([
  {args: [{name: 'IMAGE', description: 'Reference or digest.'}], message: 'Missing: IMAGE (reference or digest).'},
  {
    args: [{name: 'verbs', description: 'Commands: find, cache-refresh.'}, {name: 'NEW'}],
    message: 'Missing: VERBS (commands: find, cache-refresh), NEW.',
  },
])('an argument that is missing is named as in the usage line, with what it is: $message', ({args, message}) => {
  const error = Object.assign(new Error(`Missing 1 required arg:\n${'IMAGE  Reference\n       or digest.'}${tail}`), {
    args,
  })
  expect(usageFailure(error, 'hubspoke find').message).toBe(message)
})

test('a flag with a typo: near names come first', () => {
  const error = Object.assign(new Error('Nonexistent flag: --contxt=eu'), {flags: ['--contxt=eu']})
  const {suggestions} = usageFailure(error, 'hubspoke find', ['context', 'kind', 'namespace'])
  expect(suggestions).toEqual(['--context', 'hubspoke find --help'])
})

describe('a command line without a command', () => {
  const commands = ['cache refresh', 'cache show', 'check', 'find', 'restart']
  test.each([
    {argv: ['fnd', 'nginx'], named: 'fnd', next: ['hubspoke find'], because: 'a typo'},
    {argv: ['bogus', '--json'], named: 'bogus', next: [], because: 'nothing near'},
    {
      argv: ['cache', 'bogus'],
      named: 'cache bogus',
      next: ['hubspoke cache refresh', 'hubspoke cache show'],
      because: 'the other commands of a topic',
    },
    {argv: ['help', 'restrat'], named: 'restrat', next: ['hubspoke restart'], because: 'it is the argument of help'},
    {argv: ['--bogus', 'find'], named: '--bogus', next: [], because: 'flags come after the command'},
    {argv: ['\x1b[31mfind'], named: '\\x1b[31mfind', next: [], because: 'control characters are escaped'},
  ])('$argv: $because', ({argv, named, next}) => {
    const failure = unknownCommand(argv, 'hubspoke', commands)
    expect(failure.message).toBe(`There is no command "${named}".`)
    expect(failure.suggestions.slice(0, next.length)).toEqual(next)
    expect(failure.suggestions.at(-1)).toBe('hubspoke --help')
  })
})

test('csv: tsv is suggested if the command supports it', () => {
  const said = (formats: string) =>
    usageFailure(new Error(`Expected --output=csv to be one of: ${formats}`), 'hubspoke x')
  expect(said('table, json, tsv').suggestions).toEqual(['-o tsv  for tab-separated values', 'hubspoke x --help'])
  expect(said('table, json').suggestions).toEqual(['hubspoke x --help'])
})
