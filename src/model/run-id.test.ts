import {expect, test} from 'vitest'
import {createRunId, runMark} from './run-id.ts'

test('an id is the moment it began at, in UTC, and something by chance', () => {
  expect(createRunId(new Date('2026-11-24T20:13:33.456Z'), 0.5)).toBe('20261124-201333-7ec8')
  expect(createRunId(new Date('2026-11-24T20:13:33.999Z'), 0.999)).toBe('20261124-201333-fde7')
  expect(createRunId(new Date('2026-11-24T20:13:33Z'), 0)).toBe('20261124-201333-0000')
})

test.each([0, 0.5, 0.999])('the stamp of a new run is the moment it began at, whatever chance says (%d)', (random) => {
  const date = new Date('2026-11-24T20:13:33.456Z')
  expect(runMark(createRunId(date, random))).toBe(date.toISOString())
})

test('the stamp is a function of the id alone, with milliseconds', () => {
  expect(runMark('20261124-201333-8000')).toBe('2026-11-24T20:13:33.768Z')
  expect(runMark('20261124-201333-0000')).toBe('2026-11-24T20:13:33.000Z')
})

test.each([
  {id: 'nightly', because: 'it has no time'},
  {id: '20261124-201333-80', because: 'its suffix is too short'},
  {id: '20261324-201333-8000', because: 'there is no such month'},
  {id: '20261124-201333-8000\n', because: 'it goes on'},
])('$id is no id: $because', ({id}) => {
  expect(runMark(id)).toBeUndefined()
})
