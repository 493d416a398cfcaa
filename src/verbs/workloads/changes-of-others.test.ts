import {describe, expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import {changesOfOthers} from './changes-of-others.ts'

const restartedAt = '2026-11-24T10:00:00.417Z'
const clock = createVirtualClock({start: new Date('2026-11-24T10:00:05Z')})
const looks = (resumed: boolean, ...stamps: readonly (string | undefined)[]) => {
  const isAfterOurs = changesOfOthers({restartedAt, resumed, clock})
  return stamps.map((stamp) => isAfterOurs('uid-web', stamp))
}

describe('at the first look', () => {
  test.each([
    {stamp: undefined, after: false, because: 'it was never restarted'},
    {stamp: '2026-11-24T10:00:00Z', after: false, because: 'it was restarted before'},
    {stamp: '2026-11-24T10:00:03Z', after: true, because: 'somebody was there between our start and our look'},
    {stamp: '2026-11-24T10:01:05Z', after: true, because: 'clocks differ a little'},
    {stamp: '2026-11-24T10:01:06Z', after: false, because: 'nobody can have been there in the future'},
    {stamp: '2026-11-24T11:00:00Z', after: false, because: 'one of the two clocks is an hour off'},
  ])('of a new run: $because', ({stamp, after}) => {
    expect(looks(false, stamp)).toEqual([after])
  })

  test('of a run that goes on: what is from the future is not known to have come after', () => {
    expect(looks(true, '2026-11-24T10:00:03Z')).toEqual([true])
    expect(looks(true, '2026-11-24T11:00:00Z')).toEqual([false])
    expect(looks(true, '2099-01-01T00:00:00Z')).toEqual([false])
  })

  test('of a run that goes on, whose clock was put back since: whatever is later came after', () => {
    const putBack = createVirtualClock({start: new Date('2026-11-24T09:00:00Z')})
    expect(changesOfOthers({restartedAt, resumed: true, clock: putBack})('uid-web', '2026-11-24T11:00:00Z')).toBe(true)
  })
})

describe('at every further look', () => {
  test('what was there at the first look is still not after ours', () => {
    expect(looks(false, '2026-11-24T11:00:00Z', '2026-11-24T11:00:00Z')).toEqual([false, false])
  })

  test.each([
    {first: undefined, next: '2026-11-24T10:00:09Z', because: 'it was not there'},
    {first: '2026-11-24T11:00:00Z', next: '2026-11-24T11:00:09Z', because: 'it is later than what was there'},
    {first: '2026-11-24T08:00:00Z', next: '2026-11-24T09:00:09Z', because: 'our clock, ahead, is no judge of it'},
  ])('a restart came after ours: $because', ({first, next}) => {
    expect(looks(false, first, next)).toEqual([false, true])
  })

  test.each([
    {first: '2026-11-24T09:00:00Z', next: '2026-11-23T09:00:00Z', because: 'an older revision was rolled back to'},
    {first: '2026-11-24T09:00:00Z', next: undefined, because: 'its stamp was taken away'},
    {first: undefined, next: '2026-11-23T09:00:00Z', because: 'an older stamp was put there'},
  ])('no restart came after ours: $because', ({first, next}) => {
    expect(looks(false, first, next)).toEqual([false, false])
  })
})

test('workloads are told apart', () => {
  const isAfterOurs = changesOfOthers({restartedAt, resumed: false, clock})
  expect(isAfterOurs('uid-web', '2026-11-24T11:00:00Z')).toBe(false)
  expect(isAfterOurs('uid-api', '2026-11-24T10:00:03Z')).toBe(true)
})
