import {describe, expect, test} from 'vitest'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import type {Ended} from '../support/run-command.ts'
import {type Fleet, image, openFleet} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const fillers = Array.from({length: 80}, (_, i) => ({
  namespace: 'other',
  name: `api-${i}`,
  image: 'nginx',
  replicas: 0,
}))

const us: ClusterSpec = {
  name: 'us',
  workloads: [
    {namespace: 'shop', name: 'web', image: `${image}:1.0`},
    {namespace: 'shop', name: 'gone', image: `${image}:1.0`},
    {namespace: 'pay', name: 'ledger', kind: 'StatefulSet', image: `${image}:1.0`},
    ...fillers,
  ],
}

const head = ['ConfigMap', 'hubspoke-system', 'deployment-image-cache'] as const

/** Lets the image cache say that the cluster is so large that a list of it takes long. */
function pretendLarge(fleet: Fleet, more: object = {}): void {
  const {data} = fleet.cluster('us').object(...head) as unknown as {data: Record<string, string>}
  const cache = {...JSON.parse(data['cache.json'] ?? ''), workloads: 20_000, ...more}
  fleet.cluster('us').patch(...head, {data: {'cache.json': JSON.stringify(cache)}})
}

/** A cache of a moment ago; since then one workload was deleted and another one began to run the image. */
async function openChanged(options: Parameters<typeof openFleet>[1] = {}): Promise<Fleet> {
  const fleet = await openFleet([us], options)
  await fleet.shell.run('cache', 'refresh', '-c', 'us', '--yes')
  pretendLarge(fleet)
  fleet.cluster('us').remove('Deployment', 'shop', 'gone')
  fleet.cluster('us').add({namespace: 'shop', name: 'young', image: `${image}:2.0`})
  return fleet
}

const restart = (fleet: Fleet, ...words: readonly string[]) =>
  fleet.shell.run('restart', image, '-c', 'us', '--yes', '-o', 'json', ...words)
const report = ({document}: Ended) => document() as RunReport
const listsOf = (fleet: Fleet, from: number) =>
  fleet
    .cluster('us')
    .requests()
    .slice(from)
    .filter(({path}) => /\/apps\/v1\/\w+\?/.test(path) && !path.includes('limit=1&') && !path.endsWith('limit=1'))
    .filter(({path}) => !path.includes('watch='))

const exactly = ['us/pay/StatefulSet/ledger', 'us/shop/Deployment/web', 'us/shop/Deployment/young']

describe('a restart of a large cluster', () => {
  test('is planned from the image cache and what has changed since, and restarts what a list would name', async () => {
    await using fleet = await openChanged()
    const before = fleet.cluster('us').requests().length
    const ended = await restart(fleet)
    expect(fleet.restarted()).toEqual(exactly)
    expect(report(ended).clusters[0]).toMatchObject({tier: 'cache+changes', status: 'read', dropped: []})
    expect(listsOf(fleet, before)).toEqual([])
    expect(ended.exitCode).toBe(0)
  })

  test('with --fresh scan is planned from a list', async () => {
    await using fleet = await openChanged()
    const ended = await restart(fleet, '--fresh', 'scan')
    expect(fleet.restarted()).toEqual(exactly)
    expect(report(ended).clusters[0]).toMatchObject({tier: 'scan', tierReason: 'asked for'})
  })

  test('with --fresh cache says how old it is, what it dropped, and that newer workloads may be missing', async () => {
    await using fleet = await openChanged()
    await fleet.clock.advance(60_000)
    const ended = await restart(fleet, '--fresh', 'cache')
    expect(fleet.restarted()).toEqual(['us/pay/StatefulSet/ledger', 'us/shop/Deployment/web'])
    const {clusters, verdict} = report(ended)
    expect(clusters[0]).toMatchObject({
      tier: 'cache',
      dropped: [{kind: 'Deployment', namespace: 'shop', name: 'gone', why: 'gone'}],
    })
    expect(verdict.sentence).toMatch(/1 workload of the image cache dropped \(gone, or runs another image\)/)
    expect(verdict.sentence).toMatch(/workloads newer than the image cache \(1m\d*s? old\)/)
    expect(ended.exitCode).toBe(0)
  })

  test('whose cache is of another cluster is planned from a list', async () => {
    await using fleet = await openChanged()
    pretendLarge(fleet, {clusterUid: 'another'})
    const ended = await restart(fleet, '--fresh', 'cache')
    expect(fleet.restarted()).toEqual(exactly)
    expect(report(ended).clusters[0]).toMatchObject({tier: 'scan', tierReason: 'the image cache is of another cluster'})
  })
})

describe('--fresh cache that was not typed', () => {
  test('but is in the environment is not used for a write', async () => {
    await using fleet = await openChanged({env: {HUBSPOKE_FRESH: 'cache'}})
    const ended = await restart(fleet)
    expect(fleet.restarted()).toEqual(exactly)
    expect(ended.stderr).toContain(
      '--fresh from HUBSPOKE_FRESH is not used: a command that writes takes it only from the command line.',
    )
    expect((await fleet.shell.run('find', image, '-c', 'us')).stderr).not.toContain('--fresh from')
  })

  test('but is in the config file is not used for a write', async () => {
    await using fleet = await openChanged({config: 'defaults: {fresh: 10m}\n'})
    const ended = await restart(fleet)
    expect(fleet.restarted()).toEqual(exactly)
    expect(ended.stderr).toContain('is not used: a command that writes takes it only from the command line.')
  })
})
