import {expect, test} from 'vitest'
import {changeAnnotations, changeEvent} from './change-words.ts'

const who = {verb: 'restart', runId: '20261124-030412-9f3a', by: 'ada on laptop-7'}
const cause = 'kubernetes.io/change-cause'

test.each([
  {
    reason: 'a leak',
    found: undefined,
    is: 'hubspoke restart: a leak (ada on laptop-7, run 20261124-030412-9f3a)',
    because: 'a reason is a cause',
  },
  {
    reason: 'a leak',
    found: 'image 1.1',
    is: 'hubspoke restart: a leak (ada on laptop-7, run 20261124-030412-9f3a)',
    because: 'it is the newer one',
  },
  {wanted: false, reason: 'a leak', found: undefined, is: undefined, because: 'nobody asked for it'},
  {wanted: false, reason: 'a leak', found: 'image 1.1', is: undefined, because: 'nobody asked for it'},
  {
    wanted: false,
    reason: 'a leak',
    found: 'hubspoke restart: INC-1',
    is: null,
    because: 'it was of an earlier restart, and labels this revision wrongly',
  },
  {reason: undefined, found: 'image 1.1', is: undefined, because: 'what somebody else wrote stays'},
  {reason: undefined, found: 'hubspoke restart: a leak', is: null, because: 'that was an earlier restart'},
  {reason: undefined, found: undefined, is: undefined, because: 'there is nothing to say'},
])('change cause with $reason after $found: $because', ({wanted: changeCause = true, reason, found, is}) => {
  const annotations = changeAnnotations({...who, reason, changeCause}, {changeCause: found})
  expect(annotations[cause]).toBe(is)
  expect(annotations['hubspoke.dev/reason']).toBe(reason ?? null)
})

test('who restarted it and in which run is told with and without a reason', () => {
  const told = 'Restarted by ada on laptop-7, hubspoke run 20261124-030412-9f3a'
  const what = {mark: 's', done: 'Restarted', message: 'Restarted'}
  const event = {key: 's', reason: 'Restarted'}
  expect(changeEvent({...who, reason: undefined}, what)).toEqual({...event, message: told})
  expect(changeEvent({...who, reason: 'a leak'}, what)).toEqual({...event, message: `${told}: a leak`})
})
