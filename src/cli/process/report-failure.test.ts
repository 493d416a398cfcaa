import {expect, test} from 'vitest'
import type {Failure} from '../../model/failure.ts'
import {reportFailure, requestedFormat} from './report-failure.ts'

const failure: Failure = {
  class: 'usage',
  message: 'No context matches "\x1b[31mprod".\n  Second line.',
  suggestions: ["-c 'prod'"],
}

async function reported(argv: readonly string[], failed = failure) {
  const written = {stdout: '', stderr: ''}
  const outputTo = (name: 'stdout' | 'stderr') => ({
    isTerminal: false,
    columns: () => undefined,
    rows: () => undefined,
    write: (text: string) => {
      written[name] += text
    },
    flushed: async () => undefined,
  })
  const code = await reportFailure(failed, {
    format: requestedFormat(argv, {}),
    stdout: outputTo('stdout'),
    stderr: outputTo('stderr'),
  })
  return {...written, code}
}

test('sentences on stderr, one line each and safe to print; nothing on stdout', async () => {
  expect(await reported(['find'])).toEqual({
    stdout: '',
    stderr: 'No context matches "\\x1b[31mprod".\\x0a  Second line.\n  try: -c \'prod\'\n',
    code: 2,
  })
})

test('a document on stdout where one was asked for, with the text as it is', async () => {
  const {stdout, code} = await reported(['find', '--json'])
  expect(JSON.parse(stdout)).toEqual({
    schemaVersion: 1,
    type: 'ErrorReport',
    error: failure,
    verdict: {code: 2, name: 'usage', sentence: failure.message},
  })
  expect(code).toBe(2)
})

test.each([
  ['usage', 2],
  ['unreachable', 4],
  ['forbidden', 4],
  ['server-error', 1],
  ['locked', 6],
  ['internal', 70],
] as const)('%s ends with %i, in text and in documents', async (name, code) => {
  expect(await reported(['find'], {...failure, class: name})).toMatchObject({code})
  expect(await reported(['find', '-o', 'yaml'], {...failure, class: name})).toMatchObject({code})
})

test.each([
  {argv: ['find', 'nginx'], format: undefined, because: 'nothing was said'},
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
