import {expect, test} from 'vitest'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {createInMemoryLeases, refused, unreachable} from '../../../test/support/in-memory-leases.ts'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import {lockOutlook} from './lock-outlook.ts'

function createWorld(...names: readonly string[]) {
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const clusters = new Map(names.map((name) => [name, createInMemoryLeases(name)]))
  const cluster = (name: string) => clusters.get(name) ?? createInMemoryLeases()
  const stop = new AbortController()
  const holder = {identity: 'run-1', runId: 'run-1', verb: 'restart', user: '', host: 'h'}
  return {
    cluster,
    clock,
    stop,
    look: (mode: 'auto' | 'require' | 'off' = 'auto') =>
      lockOutlook(
        names.map((name) => targetOf('web', name)),
        {mode, waitMs: undefined, namespace: 'hubspoke-system', holder},
        {leases: cluster, clock, signal: stop.signal},
      ),
  }
}

test('no finding where a lock is possible, free or held, and nothing is written', async () => {
  const {cluster, look} = createWorld('a', 'b')
  cluster('b').put({holderIdentity: 'run-2'})
  expect(await look()).toEqual([])
  expect([cluster('a').lease, cluster('b').holder]).toEqual([undefined, 'run-2'])
})

test('a Lease that exists needs no permission to create one', async () => {
  const {cluster, look} = createWorld('a')
  cluster('a').put({holderIdentity: ''})
  cluster('a').always('write', refused('forbidden'))
  expect(await look()).toEqual([])
})

test('a missing namespace and missing permissions are reported with the reason', async () => {
  const {cluster, look} = createWorld('a', 'b', 'c')
  cluster('a').always('write', refused('not-found'))
  cluster('b').always('read', refused('forbidden'))
  cluster('c').always('write', refused('rejected'))
  expect(await look()).toEqual([
    {
      context: 'a',
      state: 'none',
      reason: 'the namespace "hubspoke-system" does not exist',
      suggestions: ['kubectl --context a create namespace hubspoke-system'],
    },
    {context: 'b', state: 'none', reason: 'It is forbidden', suggestions: []},
    {context: 'c', state: 'none', reason: 'It is rejected', suggestions: []},
  ])
})

test('a cluster that does not answer is left out, and waited for only briefly', async () => {
  const {cluster, clock, look} = createWorld('a', 'b')
  cluster('a').always('read', 'hangs')
  cluster('b').always('read', unreachable())
  expect(await look()).toEqual([])
  expect(clock.now()).toBe(5_000)
})

test('no cluster is asked with --lock off, nor when the run is stopped', async () => {
  const {cluster, stop, look} = createWorld('a')
  expect(await look('off')).toEqual([])
  expect(cluster('a').calls).toEqual([])
  stop.abort()
  expect(await look()).toEqual([])
})
