import {expect, test} from 'vitest'
import {createRunId, restartStamp} from './run-id.ts'

test('an id is the second it began in, in UTC, and a random suffix', () => {
  expect(createRunId(new Date('2026-11-24T20:13:33.456Z'), 0.5)).toBe('20261124-201333-8000')
  expect(createRunId(new Date('2026-11-24T20:13:33Z'), 0)).toBe('20261124-201333-0000')
})

test('the stamp is a function of the id alone, with milliseconds', () => {
  expect(restartStamp('20261124-201333-8000')).toBe('2026-11-24T20:13:33.768Z')
  expect(restartStamp('20261124-201333-0000')).toBe('2026-11-24T20:13:33.000Z')
})

test.each([
  {id: 'nightly', because: 'it has no time'},
  {id: '20261124-201333-80', because: 'its suffix is too short'},
  {id: '20261324-201333-8000', because: 'there is no such month'},
  {id: '20261124-201333-8000\n', because: 'it goes on'},
])('$id is no id: $because', ({id}) => {
  expect(restartStamp(id)).toBeUndefined()
})
