import {expect, test} from 'vitest'
import {createInMemoryLeases, refused, unreachable} from '../../test/support/in-memory-leases.ts'
import {createVirtualClock} from '../../test/support/virtual-clock.ts'
import type {LeaseObject} from '../kube/ports/leases.ts'
import {ownLease} from './own-lease.ts'

const {signal} = new AbortController()
const clock = createVirtualClock({loopback: false})

function createCluster() {
  const leases = createInMemoryLeases()
  const of = (identity: string, seen?: LeaseObject) => {
    const holder = {identity, runId: identity, verb: 'restart', user: '', host: 'h'}
    return ownLease({leases, namespace: 'hubspoke-system', name: 'hubspoke-run', holder, clock}, seen)
  }
  return {leases, of}
}

test('creates the Lease, renews it, and clears its holder', async () => {
  const {leases, of} = createCluster()
  const ada = of('ada')
  expect([await ada.claim(signal), await ada.claim(signal)]).toEqual([{ours: true}, {ours: true}])
  expect(leases.lease).toMatchObject({holderIdentity: 'ada', leaseTransitions: 0})
  await ada.giveBack(signal)
  expect(leases.calls).toEqual(['create ada', 'update ada 1', 'update none 2'])
})

test('takes over only the version that was seen', async () => {
  const {leases, of} = createCluster()
  leases.put({holderIdentity: 'dead'})
  expect(await of('ada', leases.lease).claim(signal)).toEqual({ours: true})
  expect(leases.lease).toMatchObject({holderIdentity: 'ada', leaseTransitions: 1})
})

test('a holder that renews at the last moment keeps it', async () => {
  const {leases, of} = createCluster()
  leases.put({holderIdentity: 'not dead'})
  const ada = of('ada', leases.lease)
  leases.put({renewTime: 'later'})
  expect(await ada.claim(signal)).toMatchObject({ours: false, found: {holderIdentity: 'not dead'}})
  expect(leases.holder).toBe('not dead')
})

test('of two clients that saw the same version, one gets it', async () => {
  const {leases, of} = createCluster()
  const claims = await Promise.all([of('ada').claim(signal), of('bob').claim(signal)])
  expect(claims).toMatchObject([{ours: true}, {ours: false, found: {holderIdentity: 'ada'}}])
  expect(leases.holder).toBe('ada')
})

test('a Lease that was released in between is taken', async () => {
  const {leases, of} = createCluster()
  leases.put({holderIdentity: 'dead'})
  const ada = of('ada', leases.lease)
  leases.put({holderIdentity: ''})
  expect(await ada.claim(signal)).toEqual({ours: true})
})

test.each([
  {what: 'another client has it', happens: {holderIdentity: 'bob'}},
  {what: 'another client had it', happens: {holderIdentity: ''}},
])('a lost Lease is not taken again when $what', async ({happens}) => {
  const {leases, of} = createCluster()
  const ada = of('ada')
  await ada.claim(signal)
  leases.put(happens)
  expect(await ada.claim(signal)).toEqual({ours: false, found: leases.lease})
  expect(leases.holder).toBe(happens.holderIdentity)
})

test('a Lease that was deleted is lost', async () => {
  const {leases, of} = createCluster()
  const ada = of('ada')
  await ada.claim(signal)
  leases.remove()
  expect(await ada.claim(signal)).toEqual({ours: false, found: undefined})
})

test('a write whose answer was lost is recognised as ours', async () => {
  const {leases, of} = createCluster()
  const ada = of('ada')
  leases.trouble('write', {afterwards: unreachable()})
  await expect(ada.claim(signal)).rejects.toMatchObject({failureClass: 'unreachable'})
  expect(await ada.claim(signal)).toEqual({ours: true})
  expect(leases.lease).toMatchObject({holderIdentity: 'ada', leaseTransitions: 0})
})

test('a refusal is reported unchanged', async () => {
  const {leases, of} = createCluster()
  leases.trouble('write', refused('forbidden'))
  await expect(of('ada').claim(signal)).rejects.toMatchObject({failureClass: 'forbidden'})
})

test('releases a Lease whose write had no answer, or that was renewed meanwhile', async () => {
  const {leases, of} = createCluster()
  const ada = of('ada')
  leases.trouble('write', {afterwards: unreachable()})
  await ada.claim(signal).catch(() => undefined)
  await ada.giveBack(signal)
  expect(leases.holder).toBe('')

  await ada.claim(signal)
  leases.trouble('write', {afterwards: unreachable()})
  await ada.claim(signal).catch(() => undefined)
  await ada.giveBack(signal)
  expect(leases.holder).toBe('')
})

test('never releases the Lease of another client', async () => {
  const {leases, of} = createCluster()
  const ada = of('ada')
  await ada.claim(signal)
  leases.put({holderIdentity: 'bob'})
  await ada.giveBack(signal)
  expect(leases.holder).toBe('bob')
  await of('eve').giveBack(signal)
  expect(leases.holder).toBe('bob')
})
