import {expect, test} from 'vitest'
import {createInMemoryLeases} from '../../test/support/in-memory-leases.ts'
import {createVirtualClock} from '../../test/support/virtual-clock.ts'
import {checkLock} from './check-lock.ts'

const now = new Date('2026-11-24T20:00:00Z')
const holder = {holderIdentity: 'run-2', acquireTime: '2026-11-24T19:00:00Z'}

async function check(lease: Parameters<ReturnType<typeof createInMemoryLeases>['put']>[0]) {
  const leases = createInMemoryLeases()
  leases.put({...holder, ...lease})
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const context = {name: 'eu', namespace: 'default', server: 'https://eu'}
  const checked = await checkLock({leases, context}, 'hubspoke-system', {
    clock,
    signal: new AbortController().signal,
    now,
  })
  return {checked, holder: leases.holder}
}

test.each([
  {
    renewTime: '2026-11-24T19:58:00Z',
    leaseDurationSeconds: 15,
    state: 'expired',
    because: 'its run died two minutes ago',
  },
  {renewTime: '2026-11-24T19:59:55Z', leaseDurationSeconds: 15, state: 'held', because: 'it was renewed just now'},
  {
    renewTime: '2026-11-24T19:59:30Z',
    leaseDurationSeconds: 15,
    state: 'held',
    because: 'the clock of its holder may be off',
  },
  {
    renewTime: '2026-11-24T20:05:00Z',
    leaseDurationSeconds: 15,
    state: 'held',
    because: 'the clock of its holder is ahead',
  },
  {renewTime: '2026-11-24T19:58:00Z', leaseDurationSeconds: 300, state: 'held', because: 'it is kept for longer'},
  {
    renewTime: '2020-01-01T00:00:00Z',
    leaseDurationSeconds: 2 ** 31 - 1,
    state: 'held',
    because: 'no run takes it over',
  },
  {renewTime: '', leaseDurationSeconds: 15, state: 'held', because: 'it does not say when it was renewed'},
])('$state: $because', async ({renewTime, leaseDurationSeconds, state}) => {
  const {checked, holder: still} = await check({renewTime, leaseDurationSeconds})
  expect(checked.state).toBe(state)
  expect(still).toBe('run-2')
})

test('says since when, and whose it was', async () => {
  const {checked} = await check({renewTime: '2026-11-24T19:58:00Z', leaseDurationSeconds: 15})
  expect(checked.reason).toBe('expired, last renewed 2m ago by "run-2", since 2026-11-24T19:00:00Z')
})
