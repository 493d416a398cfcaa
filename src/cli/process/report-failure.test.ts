import {expect, test} from 'vitest'
import {recordedOutput} from '../../../test/support/recorded-output.ts'
import type {Failure} from '../../model/failure.ts'
import type {DocumentFormat} from '../../summary/documents.ts'
import {reportFailure} from './report-failure.ts'

const failure: Failure = {
  class: 'usage',
  message: 'No context matches "\x1b[31mprod".\n  Second line.',
  suggestions: ["-c 'prod'"],
}

async function reported(format: DocumentFormat | undefined, failed = failure) {
  const [stdout, stderr] = [recordedOutput(), recordedOutput()]
  const code = await reportFailure(failed, {format, stdout, stderr})
  return {stdout: stdout.text(), stderr: stderr.text(), code}
}

test('sentences on stderr, one line each and safe to print; nothing on stdout', async () => {
  expect(await reported(undefined)).toEqual({
    stdout: '',
    stderr: 'No context matches "\\x1b[31mprod".\\x0a  Second line.\n  try: -c \'prod\'\n',
    code: 2,
  })
})

test('a document on stdout where one was asked for, with the text as it is', async () => {
  const {stdout, code} = await reported('json')
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
  expect(await reported(undefined, {...failure, class: name})).toMatchObject({code})
  expect(await reported('yaml', {...failure, class: name})).toMatchObject({code})
})
