import {describe, expect, test} from 'vitest'
import type {LeaseRecord} from '../kube/ports/leases.ts'
import {type Holder, heldRecord, holderPhrase, isHeld, isSurelyHeld, releasedRecord, silenceMs} from './lease-record.ts'

const holder: Holder = {identity: 'run-1-abc', runId: 'run-1', verb: 'restart', user: 'ada', host: 'laptop-7'}
const at = new Date('2026-11-24T03:04:12.345Z')
const later = new Date('2026-11-24T03:04:17.345Z')

describe('the record of a holder', () => {
  const first = heldRecord(holder, undefined, at)

  test('counts transitions up to the limit of the API', () => {
    const last = {...first, holderIdentity: 'other', leaseTransitions: 2 ** 31 - 1}
    expect(heldRecord(holder, last, later)).toMatchObject({leaseTransitions: 0})
  })

  test('has the holder, the time, and the duration', () => {
    expect(first).toEqual({
      holderIdentity: 'run-1-abc',
      leaseDurationSeconds: 15,
      acquireTime: '2026-11-24T03:04:12.345Z',
      renewTime: '2026-11-24T03:04:12.345Z',
      leaseTransitions: 0,
      annotations: {
        'hubspoke.dev/run-id': 'run-1',
        'hubspoke.dev/verb': 'restart',
        'hubspoke.dev/user': 'ada',
        'hubspoke.dev/host': 'laptop-7',
      },
    })
  })

  test('keeps its acquire time when renewed', () => {
    expect(heldRecord(holder, first, later)).toEqual({...first, renewTime: '2026-11-24T03:04:17.345Z'})
  })

  test('another holder adds a transition, and has a new acquire time', () => {
    const next = heldRecord({...holder, identity: 'run-2-def', runId: 'run-2'}, first, later)
    expect(next).toMatchObject({leaseTransitions: 1, acquireTime: later.toISOString()})
  })

  test('has no holder when released, and keeps counting transitions', () => {
    const released = releasedRecord({...first, leaseTransitions: 4})
    expect(released).toMatchObject({holderIdentity: '', leaseDurationSeconds: 0, leaseTransitions: 4, annotations: {}})
    expect([isHeld(first), isHeld(released), isHeld(undefined)]).toEqual([true, false, false])
    expect(heldRecord(holder, released, later)).toMatchObject({leaseTransitions: 5})
  })

  test('leaves out an unknown user', () => {
    expect(heldRecord({...holder, user: ''}, undefined, at).annotations).not.toHaveProperty(['hubspoke.dev/user'])
  })
})

test('a holder counts as dead after the duration in its record, or after ours if it has none', () => {
  const record = heldRecord(holder, undefined, at)
  expect(silenceMs({...record, leaseDurationSeconds: 40})).toBe(40_000)
  expect(silenceMs({...record, leaseDurationSeconds: 0})).toBe(15_000)
})

describe('a holder, displayed', () => {
  const record = heldRecord(holder, undefined, at)
  const phrase = (changes: Partial<LeaseRecord>) => holderPhrase({...record, ...changes})

  test.each<{record: Partial<LeaseRecord>; expected: string}>([
    {record: {}, expected: 'run run-1 (restart) of ada on laptop-7, since 2026-11-24T03:04:12Z'},
    {record: {annotations: {}}, expected: '"run-1-abc", since 2026-11-24T03:04:12Z'},
    {record: {annotations: {}, acquireTime: ''}, expected: '"run-1-abc"'},
    {
      record: {acquireTime: '2026-11-24T03:04:12.000000Z'},
      expected: 'run run-1 (restart) of ada on laptop-7, since 2026-11-24T03:04:12Z',
    },
  ])('$expected', ({record, expected}) => {
    expect(phrase(record)).toBe(expected)
  })

  test('text of other clients cannot control a terminal, or fill it', () => {
    const text = phrase({annotations: {'hubspoke.dev/run-id': '\u001b[2Jx', 'hubspoke.dev/host': 'h'.repeat(5000)}})
    expect(text).not.toContain('\u001b')
    expect(text.length).toBeLessThan(200)
  })
})

test.each([
  {monotonic: 0, wall: 0, sure: true, because: 'it was written just now'},
  {monotonic: 9_999, wall: 9_999, sure: true, because: 'less than two thirds of the duration are over'},
  {monotonic: 10_000, wall: 10_000, sure: false, because: 'two thirds are over'},
  {monotonic: 40, wall: 3_600_000, sure: false, because: 'the machine slept, and its monotonic clock stood still'},
  {monotonic: 3_600_000, wall: 40, sure: false, because: 'it slept, and its wall clock was set back'},
  {
    monotonic: 40,
    wall: -3_600_000,
    sure: false,
    because: 'the wall clock was set back, so how long it slept is unknown',
  },
])('after $monotonic ms, and $wall ms on the wall: certainly held is $sure, as $because', ({monotonic, wall, sure}) => {
  const written = {monotonic: 5_000, wall: 1_700_000_000_000}
  expect(isSurelyHeld(written, {monotonic: 5_000 + monotonic, wall: written.wall + wall})).toBe(sure)
})
