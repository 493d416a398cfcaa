import {describe, expect, test} from 'vitest'
import {createInMemoryLeases, type InMemoryLeases, refused, unreachable} from '../../test/support/in-memory-leases.ts'
import {createVirtualClock, type VirtualClock} from '../../test/support/virtual-clock.ts'
import type {LeaseRecord} from '../kube/ports/leases.ts'
import {watchLease} from './watch-lease.ts'

const held: LeaseRecord = {
  holderIdentity: 'ada',
  leaseDurationSeconds: 15,
  acquireTime: '2026-01-01T00:00:00.000Z',
  renewTime: '2026-01-01T00:00:00.000Z',
  leaseTransitions: 0,
  annotations: {},
}

interface Look {
  readonly leases: InMemoryLeases
  readonly clock: VirtualClock
  readonly told: string[]
  watch(waitMs?: number, signal?: AbortSignal): ReturnType<typeof watchLease>
  /** The holder renews its record repeatedly. */
  renews(everyMs: number, until?: number): void
}

function createLook(): Look {
  const leases = createInMemoryLeases()
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const told: string[] = []
  return {
    leases,
    clock,
    told,
    watch: (waitMs, signal = new AbortController().signal) =>
      watchLease({
        context: 'eu',
        leases,
        namespace: 'hubspoke-system',
        name: 'hubspoke-run',
        identity: 'bob',
        waitMs,
        clock,
        signal,
        onHolder: ({holderIdentity}) => told.push(holderIdentity),
      }),
    renews(everyMs, until = 10) {
      const renew = async () => {
        for (let times = 0; times < until; times += 1) {
          await clock.sleep(everyMs)
          if (leases.holder === 'ada') leases.put({renewTime: clock.date().toISOString()})
        }
      }
      void renew()
    },
  }
}

describe('immediately free', () => {
  test.each([
    {because: 'there is no Lease', put: undefined},
    {because: 'it was released', put: {...held, holderIdentity: ''}},
    {because: 'it is ours already', put: {...held, holderIdentity: 'bob'}},
  ])('$because', async ({put}) => {
    const {leases, clock, told, watch} = createLook()
    if (put) leases.put(put)
    expect(await watch()).toEqual({state: 'free', seen: leases.lease})
    expect([clock.now(), told, leases.calls]).toEqual([0, [], ['read']])
  })
})

describe('dead', () => {
  test.each([
    {renewTime: '2026-01-01T01:00:00.000Z', because: 'its wall clock is an hour ahead'},
    {
      renewTime: '2025-12-31T23:00:00.000Z',
      because: 'its wall clock is an hour behind, and the record looks long dead',
    },
    {renewTime: '', because: 'it has no renew time'},
  ])('after exactly its duration without a change, by our clock: $because', async ({renewTime}) => {
    const {leases, clock, told, watch} = createLook()
    leases.put({...held, renewTime})
    expect(await watch()).toEqual({state: 'free', seen: leases.lease})
    expect(clock.now()).toBe(15_000)
    expect(told).toEqual(['ada'])
  })

  test('after the duration in its record, not ours', async () => {
    const {leases, clock, watch} = createLook()
    leases.put({...held, leaseDurationSeconds: 40})
    expect(await watch()).toMatchObject({state: 'free'})
    expect(clock.now()).toBe(40_000)
  })

  test('failed reads show neither life nor death', async () => {
    const {leases, clock, watch} = createLook()
    leases.put(held)
    leases.trouble('read', 'fine', unreachable(), unreachable())
    expect(await watch()).toMatchObject({state: 'free'})
    expect(clock.now()).toBe(15_000)
  })
})

describe('alive', () => {
  test('as soon as the record is seen to change', async () => {
    const {leases, clock, watch, renews} = createLook()
    leases.put(held)
    renews(4_500)
    expect(await watch()).toMatchObject({state: 'held', alive: true, seen: {holderIdentity: 'ada'}})
    expect(clock.now()).toBe(5_000)
  })

  test('a change at the last moment counts, and the duration starts again', async () => {
    const {leases, clock, watch, renews} = createLook()
    leases.put(held)
    renews(13_500, 1)
    expect(await watch(60_000)).toMatchObject({state: 'free'})
    expect(clock.now()).toBe(29_000)
  })

  test('but deleted while it is watched', async () => {
    const {leases, clock, watch} = createLook()
    leases.put(held)
    void clock.sleep(2_500).then(() => leases.put({holderIdentity: ''}))
    expect(await watch()).toEqual({state: 'free', seen: leases.lease})
    expect(clock.now()).toBe(3_000)
  })
})

describe('--lock-wait', () => {
  test('0: a held lock is reported after one read', async () => {
    const {leases, clock, told, watch} = createLook()
    leases.put(held)
    expect(await watch(0)).toMatchObject({state: 'held', alive: false})
    expect([clock.now(), told, leases.calls]).toEqual([0, [], ['read']])
  })

  test('shorter than the duration: not shown to be dead', async () => {
    const {leases, clock, watch} = createLook()
    leases.put(held)
    expect(await watch(9_500)).toMatchObject({state: 'held', alive: false})
    expect(clock.now()).toBe(9_500)
  })

  test('a live holder is waited for until it ends', async () => {
    const {leases, clock, told, watch, renews} = createLook()
    leases.put(held)
    renews(5_000, 20)
    void clock.sleep(61_300).then(() => leases.put({holderIdentity: ''}))
    expect(await watch(300_000)).toMatchObject({state: 'free'})
    expect(clock.now()).toBe(62_000)
    expect(told).toEqual(['ada'])
  })

  test('or until the wait is over', async () => {
    const {leases, clock, watch, renews} = createLook()
    leases.put(held)
    renews(5_000, 20)
    expect(await watch(60_000)).toMatchObject({state: 'held', alive: true})
    expect(clock.now()).toBe(60_000)
  })
})

describe('unreadable', () => {
  test.each(['forbidden', 'not-found', 'rejected'] as const)('%s: there is no lock', async (failureClass) => {
    const {leases, watch} = createLook()
    leases.trouble('read', refused(failureClass))
    expect(await watch()).toMatchObject({state: 'none', failure: {class: failureClass}})
  })

  test('a cluster that cannot be reached, or does not answer: unknown', async () => {
    const {leases, clock, watch} = createLook()
    leases.trouble('read', unreachable(), 'hangs')
    expect(await watch()).toEqual({state: 'unknown'})
    expect(await watch()).toEqual({state: 'unknown'})
    expect(clock.now()).toBe(5_000)
  })

  test('a stop ends it at once', async () => {
    const {leases, clock, watch} = createLook()
    leases.put(held)
    const stop = new AbortController()
    void clock.sleep(2_300).then(() => stop.abort())
    await expect(watch(undefined, stop.signal)).rejects.toThrow('aborted')
    expect(clock.now()).toBe(2_300)
    leases.trouble('read', 'hangs')
    await expect(watch(undefined, stop.signal)).rejects.toThrow('aborted')
  })
})

describe('an implausible duration', () => {
  const implausible = [301, 3_600, 2 ** 31 - 1, 2 ** 53, 1e300]

  test.each(implausible)('%d s: held, after one read', async (leaseDurationSeconds) => {
    const {leases, clock, told, watch} = createLook()
    leases.put({...held, leaseDurationSeconds})
    expect(await watch()).toMatchObject({state: 'held', alive: false, seen: {leaseDurationSeconds}})
    expect(await watch(Number.POSITIVE_INFINITY)).toMatchObject({state: 'held'})
    expect([clock.now(), told]).toEqual([0, []])
  })

  test.each(implausible)('%d s, --lock-wait: waited for during that time, and not taken over', async (duration) => {
    const {leases, clock, watch} = createLook()
    leases.put({...held, leaseDurationSeconds: duration})
    expect(await watch(7_200_000)).toMatchObject({state: 'held', alive: false})
    expect(clock.now()).toBe(7_200_000)
  })

  test('that appears in a renewal ends the wait', async () => {
    const {leases, clock, watch} = createLook()
    leases.put(held)
    void clock.sleep(4_500).then(() => leases.put({leaseDurationSeconds: 2 ** 31 - 1}))
    expect(await watch(Number.POSITIVE_INFINITY)).toMatchObject({state: 'held', alive: true})
    expect(clock.now()).toBe(5_000)
  })

  test('five minutes is plausible: such a holder is dead after it', async () => {
    const {leases, clock, watch} = createLook()
    leases.put({...held, leaseDurationSeconds: 300})
    expect(await watch()).toMatchObject({state: 'free'})
    expect(clock.now()).toBe(300_000)
  })
})

test.each([0, -1])('a record with a duration of %d s gets our own duration', async (leaseDurationSeconds) => {
  const {leases, clock, watch} = createLook()
  leases.put({...held, leaseDurationSeconds})
  expect(await watch()).toMatchObject({state: 'free'})
  expect(clock.now()).toBe(15_000)
})
