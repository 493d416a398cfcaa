import {describe, expect, test} from 'vitest'
import {createInMemoryLeases, refused, unreachable} from '../../test/support/in-memory-leases.ts'
import {createVirtualClock} from '../../test/support/virtual-clock.ts'
import type {Clock} from '../shared/clock.ts'
import {clusterLock} from './cluster-lock.ts'
import {type OwnLease, ownLease} from './own-lease.ts'

/** A held lock on a clock that only the test advances; `sleptMs` is how long the machine slept. */
async function createHeld() {
  const leases = createInMemoryLeases()
  const time = createVirtualClock({loopback: false})
  const machine = {sleptMs: 0}
  const clock: Clock = {
    now: time.now,
    sleep: time.sleep,
    date: () => new Date(time.date().getTime() + machine.sleptMs),
  }
  const holder = {identity: 'ada', runId: 'run-1', verb: 'restart', user: '', host: 'h'}
  const lost: string[] = []
  const lease = ownLease({leases, namespace: 'hubspoke-system', name: 'hubspoke-run', holder, clock}, undefined)
  const lock = clusterLock({context: 'eu', lease, clock, onLost: (sentence) => lost.push(sentence)})
  expect(await lock.renew()).toBe(true)
  const writes = () => leases.calls.filter((call) => call !== 'read').length
  return {leases, time, machine, lock, lost, writes}
}

const otherClient = {
  holderIdentity: 'bob',
  annotations: {'hubspoke.dev/run-id': 'run-2', 'hubspoke.dev/host': 'cron-1'},
}

describe('kept', () => {
  test('renews every third of its duration, until it is released', async () => {
    const {leases, time, lock, writes} = await createHeld()
    lock.keep()
    await time.advance(4_999)
    expect(writes()).toBe(1)
    await time.advance(1)
    expect(writes()).toBe(2)
    await time.advance(30_000)
    expect(writes()).toBe(8)
    await lock.release()
    expect(leases.holder).toBe('')
    await time.advance(60_000)
    expect(writes()).toBe(9)
    expect(time.sleepers).toBe(0)
  })

  test('sends no request as long as the lock is certainly held', async () => {
    const {leases, time, lock} = await createHeld()
    lock.keep()
    await time.advance(7_000)
    const before = leases.calls.length
    expect(await lock.holds()).toBe(true)
    expect(leases.calls).toHaveLength(before)
    expect(lock.entry()).toEqual({context: 'eu', state: 'held', reason: null})
  })

  test('a failed renewal is followed by the next one in time', async () => {
    const {leases, time, lock, writes} = await createHeld()
    leases.trouble('write', unreachable(), 'hangs')
    lock.keep()
    await time.advance(10_000)
    expect(writes()).toBe(3)
    await time.advance(5_000)
    expect(writes()).toBe(4)
    expect(leases.lease?.renewTime).toBe(time.date().toISOString())
  })

  test('a permanent failure is not repeated until `holds` is called', async () => {
    const {leases, time, lock, writes} = await createHeld()
    leases.always('write', refused('forbidden'))
    lock.keep()
    await time.advance(60_000)
    expect(writes()).toBe(2)
    await expect(lock.holds()).rejects.toMatchObject({failureClass: 'forbidden'})
    leases.always('write', undefined)
    expect(await lock.holds()).toBe(true)
    const before = writes()
    await time.advance(10_000)
    expect(writes()).toBe(before + 2)
  })
})

test('a bug while it renews by itself is thrown where a caller waits', async () => {
  const time = createVirtualClock({loopback: false})
  let claims = 0
  const lease: OwnLease = {
    async claim() {
      claims++
      if (claims > 1) throw new TypeError('no such property')
      return {ours: true}
    },
    giveBack: async () => undefined,
  }
  const lock = clusterLock({context: 'eu', lease, clock: time, onLost: () => undefined})
  await lock.renew()
  lock.keep()
  await time.advance(6_000)
  await expect(lock.holds()).rejects.toThrow(TypeError)
})

describe('no longer certain', () => {
  test('not renewed within two thirds of the duration: `holds` renews it first', async () => {
    const {leases, time, lock, writes} = await createHeld()
    await time.advance(9_999)
    expect(await lock.holds()).toBe(true)
    expect(writes()).toBe(1)
    await time.advance(1)
    expect(await lock.holds()).toBe(true)
    expect(writes()).toBe(2)
    expect(leases.holder).toBe('ada')
  })

  test('simultaneous calls share one request', async () => {
    const {leases, time, lock} = await createHeld()
    await time.advance(20_000)
    const before = leases.calls.length
    expect(await Promise.all([lock.holds(), lock.holds(), lock.holds()])).toEqual([true, true, true])
    expect(leases.calls).toHaveLength(before + 1)
  })

  test('the machine slept: its monotonic clock stood still, its wall clock did not', async () => {
    const {leases, machine, lock, lost} = await createHeld()
    machine.sleptMs = 3_600_000
    leases.put(otherClient)
    expect(await lock.holds()).toBe(false)
    expect(lost).toEqual([
      'The lock in context "eu" is lost: it is held by run run-2 on cron-1, since 2026-01-01T00:00:00Z.',
    ])
  })

  test('a cluster that does not answer: no writes are allowed, and the lock is not lost yet', async () => {
    const {leases, time, lock, lost} = await createHeld()
    await time.advance(10_000)
    leases.always('write', 'hangs')
    const asked = expect(lock.holds()).rejects.toMatchObject({failureClass: 'timeout'})
    await time.advance(5_000)
    await asked
    leases.always('write', undefined)
    expect(await lock.holds()).toBe(true)
    expect(lost).toEqual([])
  })

  test('a renewal that began before the machine slept proves nothing afterwards', async () => {
    const {machine, lock, writes} = await createHeld()
    const renewing = lock.renew()
    machine.sleptMs = 3_600_000
    await renewing
    expect(writes()).toBe(2)
    expect(await lock.holds()).toBe(true)
    expect(writes()).toBe(3)
  })
})

describe('lost', () => {
  test('is reported once, by a renewal, and is final', async () => {
    const {leases, time, lock, lost} = await createHeld()
    lock.keep()
    leases.put(otherClient)
    await time.advance(5_000)
    expect(lost).toHaveLength(1)
    leases.remove()
    await time.advance(60_000)
    expect(await lock.holds()).toBe(false)
    expect(await lock.renew()).toBe(false)
    expect(lost).toHaveLength(1)
    expect(lock.entry()).toEqual({context: 'eu', state: 'lost', reason: lost[0]})
    expect(time.sleepers).toBe(0)
  })

  test('a Lease that was deleted is a lost lock', async () => {
    const {leases, time, lock, lost} = await createHeld()
    leases.remove()
    await time.advance(10_000)
    expect(await lock.holds()).toBe(false)
    expect(lost).toEqual(['The lock in context "eu" is lost: another client has removed it.'])
  })

  test('is not released', async () => {
    const {leases, time, lock} = await createHeld()
    leases.put(otherClient)
    await time.advance(10_000)
    await lock.holds()
    await lock.release()
    expect(leases.holder).toBe('bob')
  })
})

describe('released', () => {
  test('after a renewal in progress, not at the same time', async () => {
    const {leases, lock, writes} = await createHeld()
    const renewing = lock.renew()
    await lock.release()
    expect(await renewing).toBe(true)
    expect(leases.holder).toBe('')
    expect(writes()).toBe(3)
  })

  test('a cluster that does not answer is waited for only briefly', async () => {
    const {leases, time, lock} = await createHeld()
    leases.always('write', 'hangs')
    const released = expect(lock.release()).rejects.toMatchObject({failureClass: 'timeout'})
    await time.advance(5_000)
    await released
    expect(time.sleepers).toBe(0)
  })
})
