import {describe, expect, test} from 'vitest'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {
  createInMemoryLeases,
  type InMemoryLeases,
  refused,
  unreachable,
} from '../../../test/support/in-memory-leases.ts'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {HubEvent} from '../../model/event.ts'
import type {RunLock} from '../../model/run-lock.ts'
import type {Ways} from './require-one-cluster.ts'
import {type LockPolicy, takeRunLock} from './run-lock.ts'

/** Clusters with nothing but their Leases, and runs that lock them. Each context has the name of its cluster. */
function createWorld(...names: readonly string[]) {
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const log: string[] = []
  const clusters = Object.fromEntries(names.map((name) => [name, createInMemoryLeases(name, log)]))
  const cluster = (name: string): InMemoryLeases => clusters[name] ?? createInMemoryLeases()
  const events: HubEvent[] = []
  const open: RunLock[] = []
  const stop = new AbortController()
  return {
    clock,
    cluster,
    log,
    stop,
    events,
    notices: () => events.flatMap((event) => (event.type === 'notice' ? [event.message] : [])),
    holders: () => names.map((name) => cluster(name).holder),
    async take(
      run: string,
      policy: Partial<LockPolicy> = {},
      wanted: readonly string[] = names,
      ways: readonly Ways[] = [],
    ) {
      const holder = {identity: run, runId: run, verb: 'restart', user: 'ada', host: 'laptop-7'}
      const lock = await takeRunLock(
        {targets: wanted.flatMap((name) => [targetOf('web', name), targetOf('api', name)]), ways},
        {mode: 'auto', waitMs: undefined, namespace: 'hubspoke-system', holder, ...policy},
        {
          leases: cluster,
          clock,
          onEvent: (event) => events.push(event),
          signal: stop.signal,
          endpoint: (name) => name.replace(/-.*/, ''),
        },
      )
      open.push(lock)
      return lock
    },
    /** Leaves no timer behind. */
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map((lock) => lock.release()))
    },
  }
}

describe('all or none', () => {
  test('takes every cluster of the plan, in the order of their UIDs, and releases all of them', async () => {
    await using world = createWorld('b', 'a', 'c')
    const lock = await world.take('run-1')
    expect(world.log).toEqual(['a run-1', 'b run-1', 'c run-1'])
    expect(lock.entries()).toEqual(['a', 'b', 'c'].map((context) => ({context, state: 'held', reason: null})))
    expect(await lock.holds('b')).toBe(true)
    await lock.release()
    expect(world.holders()).toEqual(['', '', ''])
    expect(world.clock.now()).toBe(0)
  })

  test('of two runs that lock the same clusters at the same time, one gets them all', async () => {
    await using world = createWorld('a', 'b', 'c')
    const runs = await Promise.allSettled([world.take('run-1'), world.take('run-2', {}, ['c', 'b', 'a'])])
    expect(runs.map(({status}) => status)).toEqual(['fulfilled', 'rejected'])
    expect(runs[1]).toMatchObject({reason: {failureClass: 'locked'}})
    expect(world.holders()).toEqual(['run-1', 'run-1', 'run-1'])
  })

  test('another run holds one: the run ends, the holder is named, and nothing is written', async () => {
    await using world = createWorld('a', 'b')
    await world.take('run-1', {}, ['b'])
    const refusal = await world.take('run-2').catch((error) => error)
    expect(refusal).toMatchObject({
      failureClass: 'locked',
      message:
        'Another run holds the lock in context "b": run run-1 (restart) of ada on laptop-7, since 2026-01-01T00:00:00Z. Nothing was written.',
    })
    expect(refusal.suggestions).toContain('kubectl --context b -n hubspoke-system get lease hubspoke-run -o yaml')
    expect(world.holders()).toEqual([undefined, 'run-1'])
    expect(world.clock.now()).toBe(5_000)
  })

  test('one held lock is enough: the other clusters are no longer read', async () => {
    await using world = createWorld('a', 'b')
    await world.take('run-1', {}, ['b'])
    world.cluster('a').put({holderIdentity: 'dead', leaseDurationSeconds: 15})
    await expect(world.take('run-2')).rejects.toMatchObject({failureClass: 'locked'})
    const looks = world.cluster('a').calls.length
    await world.clock.sleep(10_000)
    expect(world.cluster('a').calls).toHaveLength(looks)
  })

  test('another run was faster: the locks that were taken are released', async () => {
    await using world = createWorld('a', 'b')
    const {put} = world.cluster('b')
    const first = world.take('run-2')
    // run-2 has found both to be free when run-1 takes b.
    while (world.log.length === 0) await new Promise((resolve) => setImmediate(resolve))
    put({holderIdentity: 'run-1', leaseDurationSeconds: 15})
    const renewing = world.clock.sleep(4_000).then(() => put({renewTime: 'later'}))
    await expect(first).rejects.toMatchObject({failureClass: 'locked'})
    await renewing
    expect(world.holders()).toEqual(['', 'run-1'])
  })
})

describe('a dead holder', () => {
  test('is taken over after exactly its duration by our clock, with one wait for all clusters', async () => {
    await using world = createWorld('a', 'b', 'c')
    for (const name of ['a', 'b', 'c']) {
      world.cluster(name).put({holderIdentity: 'dead', renewTime: '2026-01-01T01:00:00.000Z', leaseDurationSeconds: 15})
    }
    await world.take('run-1')
    expect(world.clock.now()).toBe(15_000)
    expect(world.holders()).toEqual(['run-1', 'run-1', 'run-1'])
    expect(world.cluster('a').lease).toMatchObject({leaseTransitions: 1})
  })

  test('a notice says that the run waits, and for which holder', async () => {
    await using world = createWorld('a')
    world.cluster('a').put({holderIdentity: 'dead', leaseDurationSeconds: 15})
    await world.take('run-1')
    expect(world.notices()).toEqual([
      'The lock in context "a" is held by "dead". Looking for up to 15s whether it is still alive.',
    ])
  })

  test('of two runs that see it die, one takes over', async () => {
    await using world = createWorld('a')
    world.cluster('a').put({holderIdentity: 'dead', leaseDurationSeconds: 15})
    const runs = await Promise.allSettled([world.take('run-1'), world.take('run-2')])
    expect(runs.map(({status}) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(world.holders()).toEqual(['run-1'])
  })
})

describe('a Lease with an implausible duration', () => {
  test.each([undefined, 0, 60_000])('ends the run with the commands that show and delete it: %s', async (waitMs) => {
    await using world = createWorld('a')
    world.cluster('a').put({holderIdentity: 'other', leaseDurationSeconds: 2 ** 31 - 1})
    const refusal = await world.take('run-1', {waitMs}).catch((error) => error)
    expect(refusal).toMatchObject({failureClass: 'locked'})
    expect(refusal.message).toBe(
      'Another client holds the lock in context "a": "other". Its Lease has an implausible duration (leaseDurationSeconds: 2147483647, which is 24855d3h; 5m is the most), so it is not taken over. Nothing was written.',
    )
    expect(refusal.suggestions).toEqual([
      'kubectl --context a -n hubspoke-system get lease hubspoke-run -o yaml',
      'kubectl --context a -n hubspoke-system delete lease hubspoke-run  if that client does not run any more',
    ])
    expect([world.clock.now(), world.holders()]).toEqual([waitMs ?? 0, ['other']])
  })
})

describe('waiting for a live holder', () => {
  test('starts the run when the holder has ended', async () => {
    await using world = createWorld('a', 'b')
    const first = await world.take('run-1')
    const second = world.take('run-2', {waitMs: 600_000})
    await world.clock.sleep(120_500)
    await first.release()
    await second
    expect(world.holders()).toEqual(['run-2', 'run-2'])
    expect(world.clock.now()).toBeLessThan(122_000)
    expect(world.notices()[0]).toContain('Waiting for up to 10m for it to end')
  })

  test('--lock-wait 0 does not check whether it is alive', async () => {
    await using world = createWorld('a')
    world.cluster('a').put({holderIdentity: 'run-1', leaseDurationSeconds: 15})
    await expect(world.take('run-2', {waitMs: 0})).rejects.toThrow('Whether it is still alive is not known')
    expect(world.clock.now()).toBe(0)
  })

  test('a stop ends the wait, and no lock is taken', async () => {
    await using world = createWorld('a', 'b')
    world.cluster('b').put({holderIdentity: 'dead', leaseDurationSeconds: 15})
    void world.clock.sleep(3_000).then(() => world.stop.abort())
    const lock = await world.take('run-1')
    expect(world.clock.now()).toBe(3_000)
    expect(world.log).toEqual([])
    expect(lock.entries()).toMatchObject([
      {context: 'a', state: 'none', reason: 'the run was stopped before it was taken'},
      {context: 'b', state: 'none'},
    ])
  })

  test('a stop while locks are taken releases those already taken', async () => {
    await using world = createWorld('a', 'b')
    const taking = world.take('run-1')
    while (world.log.length === 0) await new Promise((resolve) => setImmediate(resolve))
    world.stop.abort()
    await taking
    expect(world.holders()).toEqual(['', undefined])
  })
})

describe('where no lock is possible', () => {
  test.each([
    {failureClass: 'forbidden', reason: 'It is forbidden'},
    {failureClass: 'not-found', reason: 'the namespace "hubspoke-system" does not exist'},
    {failureClass: 'rejected', reason: 'It is rejected'},
  ] as const)('auto continues without it and says so: $failureClass', async ({failureClass, reason}) => {
    await using world = createWorld('a', 'b', 'c')
    world.cluster('a').always('write', refused(failureClass))
    world.cluster('c').always('write', refused(failureClass))
    const lock = await world.take('run-1')
    expect(world.notices()).toEqual([`No lock in "a", "c": ${reason}. Another run could act there at the same time.`])
    expect(lock.entries()).toEqual([
      {context: 'b', state: 'held', reason: null},
      {context: 'a', state: 'none', reason},
      {context: 'c', state: 'none', reason},
    ])
    expect([await lock.holds('a'), await lock.holds('b')]).toEqual([true, true])
  })

  test('auto: a Lease that may not be read is not written either', async () => {
    await using world = createWorld('a')
    world.cluster('a').always('read', refused('forbidden'))
    expect((await world.take('run-1')).entries()).toMatchObject([{state: 'none'}])
    expect(world.log).toEqual([])
  })

  test.each(['read', 'write'] as const)('require ends with the reason, and no lock stays taken: %s', async (verb) => {
    await using world = createWorld('a', 'b')
    world.cluster('b').always(verb, refused('forbidden'))
    await expect(world.take('run-1', {mode: 'require'})).rejects.toMatchObject({
      failureClass: 'usage',
      message: 'There is no lock in context "b" (--lock require): It is forbidden. Nothing was written.',
    })
    expect(world.holders()[0] ?? '').toBe('')
  })

  test('require: the command that creates the namespace is suggested', async () => {
    await using world = createWorld('a')
    world.cluster('a').always('write', refused('not-found'))
    await expect(world.take('run-1', {mode: 'require'})).rejects.toMatchObject({
      suggestions: ['kubectl --context a create namespace hubspoke-system'],
    })
  })

  test('require: a cluster that cannot be asked has none', async () => {
    await using world = createWorld('a', 'b')
    world.cluster('b').always('read', unreachable())
    world.cluster('b').always('write', unreachable())
    await expect(world.take('run-1', {mode: 'require'})).rejects.toMatchObject({failureClass: 'usage'})
    expect(world.holders()).toEqual(['', undefined])
  })

  test('require: a lock whose write had no answer is released, too', async () => {
    await using world = createWorld('a')
    world.cluster('a').trouble('write', {afterwards: unreachable()})
    await expect(world.take('run-1', {mode: 'require'})).rejects.toMatchObject({failureClass: 'usage'})
    expect(world.holders()).toEqual([''])
  })

  test('off sends no request', async () => {
    await using world = createWorld('a')
    world.cluster('a').put({holderIdentity: 'run-1'})
    const lock = await world.take('run-2', {mode: 'off'})
    expect(lock.entries()).toEqual([{context: 'a', state: 'none', reason: '--lock off'}])
    expect(await lock.holds('a')).toBe(true)
    expect([world.cluster('a').calls, world.notices()]).toEqual([[], []])
  })
})

describe('a cluster that does not answer', () => {
  test('does not stop the others; nothing is written there before its lock is taken', async () => {
    await using world = createWorld('a', 'b')
    world.cluster('a').always('read', unreachable())
    world.cluster('a').always('write', unreachable())
    const lock = await world.take('run-1')
    expect(lock.entries()).toEqual([
      {context: 'a', state: 'none', reason: 'Cannot reach it.'},
      {context: 'b', state: 'held', reason: null},
    ])
    expect(world.notices()[0]).toContain('nothing is written there before it is')
    await expect(lock.holds('a')).rejects.toMatchObject({failureClass: 'unreachable'})
    world.cluster('a').always('read', undefined)
    world.cluster('a').always('write', undefined)
    expect(await lock.holds('a')).toBe(true)
    expect(world.holders()).toEqual(['run-1', 'run-1'])
  })

  test('and turns out to be held by another run: the lock is lost', async () => {
    await using world = createWorld('a')
    world.cluster('a').trouble('read', unreachable())
    world.cluster('a').trouble('write', unreachable())
    const lock = await world.take('run-2')
    world.cluster('a').put({holderIdentity: 'run-1'})
    expect(await lock.holds('a')).toBe(false)
    expect(await lock.lost).toBe('The lock in context "a" is lost: it is held by "run-1".')
    expect(lock.entries()).toMatchObject([{state: 'lost'}])
  })

  test('at the end: a notice says when the lock expires', async () => {
    await using world = createWorld('a')
    const lock = await world.take('run-1')
    world.cluster('a').always('write', unreachable())
    await lock.release()
    expect(world.notices()).toEqual([
      'The lock in context "a" could not be released; it expires after 15s: Cannot reach it.',
    ])
  })
})

test('locks are renewed until the run ends, also those that were taken first', async () => {
  await using world = createWorld('a', 'b')
  const lock = await world.take('run-1')
  await world.clock.sleep(600_000)
  expect(await Promise.all([lock.holds('a'), lock.holds('b')])).toEqual([true, true])
  await expect(world.take('run-2')).rejects.toMatchObject({failureClass: 'locked'})
})
