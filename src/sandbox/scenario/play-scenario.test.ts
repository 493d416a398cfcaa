import {afterEach, describe, expect, test} from 'vitest'
import {RawClient, readCredentials, strategicMergePatch} from '../../../test/cluster/raw-client.ts'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import {startSandbox} from '../start-sandbox.ts'
import {type Happening, playScenario} from './play-scenario.ts'
import type {Scenario} from './scenario.ts'

const web = {namespace: 'shop', name: 'web', image: 'app:1'} as const
const path = '/apis/apps/v1/namespaces/shop/deployments/web'
const writes = {verb: 'patch', resource: 'deployments'} as const
const down = {type: 'answer', status: 503, resource: 'configmaps'} as const
const configMaps = '/api/v1/namespaces/shop/configmaps'
const atOnce = {afterMs: 0}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function play(scenario: Partial<Scenario>) {
  const clock = createVirtualClock({start: new Date('2026-05-01T10:00:00Z')})
  const full = {clusters: [{name: 'eu', workloads: [web]}], troubles: [], changes: [], expect: [], ...scenario}
  const sandbox = await startSandbox(full, {clock, random: () => 0.5})
  const told: Happening[] = []
  const end = new AbortController()
  await playScenario(sandbox, full, {clock, signal: end.signal, tell: (happening) => told.push(happening)})
  const client = new RawClient(readCredentials(sandbox.kubeconfig))
  closing.push(async () => {
    await client.close()
    await sandbox.close()
  })
  const stamp = (value: string, query = '') =>
    client.patch(`${path}${query}`, {spec: {template: {metadata: {annotations: {stamp: value}}}}}, strategicMergePatch)
  const status = async () => (await client.get(configMaps)).status
  return {clock, sandbox, cluster: sandbox.cluster('eu'), client, told, end, stamp, status}
}

describe('a trouble', () => {
  test('from the start, and for a while', async () => {
    const {clock, status, told} = await play({
      troubles: [{clusters: ['eu'], trouble: down, from: atOnce, forMs: 60_000}],
    })
    expect(await status()).toBe(503)
    await clock.advance(59_000)
    expect(await status()).toBe(503)
    await clock.advance(1_000)
    expect(await status()).toBe(200)
    expect(told).toMatchObject([{cluster: 'eu', what: 'ends', of: down}])
  })

  test('after a time, until another', async () => {
    const {clock, status, told} = await play({
      troubles: [{clusters: ['eu'], trouble: down, from: {afterMs: 10_000}, until: {afterMs: 5_000}}],
    })
    expect(await status()).toBe(200)
    await clock.advance(10_000)
    expect(await status()).toBe(503)
    await clock.advance(5_000)
    expect(await status()).toBe(200)
    expect(told.map(({what}) => what)).toEqual(['begins', 'ends'])
  })

  test('after so many requests that were carried out, without dry runs and refused ones', async () => {
    const {status, stamp, client} = await play({
      troubles: [{clusters: ['eu'], trouble: down, from: {request: writes, count: 2, afterMs: 0}}],
    })
    await stamp('1')
    await stamp('2', '?dryRun=All')
    expect((await client.patch(path.replace('web', 'none'), {})).status).toBe(404)
    await client.patch(configMaps, {})
    expect(await status()).toBe(200)
    expect((await stamp('2')).status).toBe(200)
    expect(await status()).toBe(503)
  })

  test('begins in each cluster on its own', async () => {
    const clusters = [{name: 'eu', workloads: [web]}, {name: 'us'}]
    const {sandbox, stamp, status} = await play({
      clusters,
      troubles: [{clusters: ['eu', 'us'], trouble: down, from: {request: writes, afterMs: 0}}],
    })
    await stamp('1')
    expect(await status()).toBe(503)
    const us = new RawClient(readCredentials(sandbox.kubeconfig, 'us'))
    expect((await us.get('/api/v1/namespaces/default/configmaps')).status).toBe(200)
    await us.close()
  })

  test('counts the requests of several clusters together where it says so', async () => {
    const from = {request: writes, clusters: ['eu', 'us'], afterMs: 0}
    const {sandbox, stamp} = await play({
      clusters: [{name: 'eu', workloads: [web]}, {name: 'us'}],
      troubles: [{clusters: ['us'], trouble: down, from}],
    })
    const us = new RawClient(readCredentials(sandbox.kubeconfig, 'us'))
    expect((await us.get('/api/v1/namespaces/default/configmaps')).status).toBe(200)
    await stamp('1')
    expect((await us.get('/api/v1/namespaces/default/configmaps')).status).toBe(503)
    await us.close()
  })

  test('an unreachable cluster is unreachable at once', async () => {
    const {client} = await play({
      troubles: [{clusters: ['eu'], trouble: {type: 'unreachable', how: 'refused'}, from: atOnce}],
    })
    await expect(client.get('/version')).rejects.toMatchObject({code: 'ECONNREFUSED'})
  })

  test('nothing happens after the end, and no sleeper is left', async () => {
    const {clock, end, sandbox, told} = await play({
      troubles: [
        {clusters: ['eu'], trouble: down, from: {afterMs: 10_000}},
        {clusters: ['eu'], trouble: {type: 'lock-held', user: 'bo', host: 'h', namespace: 'shop'}, from: atOnce},
      ],
    })
    end.abort()
    await clock.advance(20_000)
    expect(told).toEqual([])
    await sandbox.close()
    expect(clock.sleepers).toBe(0)
  })
})

test('objects exist from the start, and changes are made at their time', async () => {
  const settings = {kind: 'ConfigMap', metadata: {name: 'settings', namespace: 'shop'}, data: {n: '1'}}
  const named = {kind: 'ConfigMap', namespace: 'shop', name: 'settings'}
  const {clock, cluster, told} = await play({
    clusters: [{name: 'eu', workloads: [web], objects: [settings]}],
    changes: [
      {clusters: ['eu'], at: {afterMs: 1_000}, change: {type: 'patch', ...named, patch: {data: {n: '2'}}}},
      {clusters: ['eu'], at: {afterMs: 2_000}, change: {type: 'add', workload: {...web, name: 'api'}}},
      {clusters: ['eu'], at: {afterMs: 3_000}, change: {type: 'remove', ...named}},
      {clusters: ['eu'], at: {afterMs: 4_000}, change: {type: 'patch', ...named, patch: {data: {n: '3'}}}},
    ],
  })
  const read = () => cluster.object('ConfigMap', 'shop', 'settings')?.data
  expect(read()).toEqual({n: '1'})
  await clock.advance(1_000)
  expect(read()).toEqual({n: '2'})
  await clock.advance(1_000)
  expect(cluster.object('Deployment', 'shop', 'api')).toBeDefined()
  await clock.advance(2_000)
  expect(read()).toBeUndefined()
  expect(told.map(({what}) => what)).toEqual(['changes', 'changes', 'changes', 'is-refused'])
})

test('a controller reverts each write of another client after its delay', async () => {
  const {clock, cluster, stamp} = await play({
    troubles: [
      {clusters: ['eu'], trouble: {type: 'reverted', namespace: 'shop', name: 'web', afterMs: 3_000}, from: atOnce},
    ],
  })
  const template = () => {
    const spec = cluster.object('Deployment', 'shop', 'web')?.spec
    return (spec as {readonly template: {readonly metadata: object}}).template
  }
  const before = template()
  for (const value of ['1', '2']) {
    await stamp(value)
    await clock.advance(2_900)
    expect(template().metadata).toMatchObject({annotations: {stamp: value}})
    await clock.advance(100)
    expect(template().metadata).not.toHaveProperty('annotations.stamp')
    expect({...template(), metadata: {...template().metadata, annotations: undefined}}).toEqual(before)
  }
})

test('a held lock is renewed, and released in the end', async () => {
  const lock = {type: 'lock-held', user: 'bo', host: 'laptop'} as const
  const {clock, cluster} = await play({
    clusters: [{name: 'eu', namespaces: ['hubspoke-system']}],
    troubles: [{clusters: ['eu'], trouble: lock, from: atOnce, forMs: 60_000}],
  })
  const lease = () => cluster.object('Lease', 'hubspoke-system', 'hubspoke-run')
  const first = lease()
  expect(first).toMatchObject({
    metadata: {annotations: {'hubspoke.dev/user': 'bo', 'hubspoke.dev/host': 'laptop', 'hubspoke.dev/verb': 'restart'}},
    spec: {holderIdentity: 'bo@laptop', leaseDurationSeconds: 15},
  })
  await clock.advance(10_000)
  expect(lease()?.metadata.resourceVersion).not.toBe(first?.metadata.resourceVersion)
  await clock.advance(50_000)
  expect(lease()?.spec).not.toHaveProperty('holderIdentity')
  expect(lease()?.metadata.annotations ?? {}).toEqual({})
})
