import {describe, expect, test} from 'vitest'
import type {FindReport} from '../../src/model/report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import type {Ended} from '../support/run-command.ts'
import {type Fleet, image, openFleet} from '../support/sandbox-fleet.ts'

const us: ClusterSpec = {
  name: 'us',
  workloads: [
    {namespace: 'shop', name: 'web', image: `${image}:1.0`},
    {namespace: 'shop', name: 'gone', image: `${image}:1.0`},
    {namespace: 'shop', name: 'cart', image: 'nginx'},
    {namespace: 'pay', name: 'ledger', kind: 'StatefulSet', image: `${image}:1.0`},
    {namespace: 'edge', name: 'agent', kind: 'DaemonSet', image: `${image}:1.0`},
  ],
  contexts: [
    {
      name: 'us-reader',
      may: [
        {verbs: ['get', 'list', 'watch'], resources: ['deployments', 'daemonsets', 'configmaps', 'namespaces']},
        {verbs: ['list'], resources: ['statefulsets']},
      ],
    },
  ],
}

const after = ['Deployment/moved', 'Deployment/web', 'StatefulSet/ledger']

/** As a large cluster would be answered; a hidden flag defines what a small one is. */
const large = {env: {HUBSPOKE_SMALL_CLUSTER: '0'}}

async function openChanged(options: Parameters<typeof openFleet>[1] = large, spec = us): Promise<Fleet> {
  const fleet = await openFleet([spec], options)
  await fleet.shell.run('cache', 'refresh', '-c', 'us', '--yes')
  const cluster = fleet.cluster('us')
  cluster.remove('Deployment', 'shop', 'gone')
  cluster.add({namespace: 'shop', name: 'moved', image: `${image}:2.0`})
  cluster.patch('DaemonSet', 'edge', 'agent', {
    spec: {template: {spec: {containers: [{name: 'app', image: 'nginx'}]}}},
  })
  return fleet
}

const report = ({document}: Ended) => document() as FindReport
const names = (ended: Ended) => report(ended).workloads.map(({kind, name}) => `${kind}/${name}`)
const source = (ended: Ended) => {
  const [cluster] = report(ended).clusters
  return {tier: cluster?.tier, why: cluster?.tierReason, status: cluster?.status}
}

describe('an exact answer of a large cluster', () => {
  test('is the image cache with what has changed since: nothing is listed in full', async () => {
    await using fleet = await openChanged()
    const before = fleet.cluster('us').requests().length
    const ended = await fleet.shell.run('find', image, '-c', 'us', '-o', 'json')
    expect(names(ended)).toEqual(after)
    expect(source(ended)).toEqual({tier: 'cache+changes', why: 'the image cache with 3 changes', status: 'read'})
    expect(ended.exitCode).toBe(0)
    const asked = fleet
      .cluster('us')
      .requests()
      .slice(before)
      .map(({path}) => path.replace('/apis/apps/v1/', '').replace(/resourceVersion=\d+/, 'resourceVersion=…'))
    const watch = 'watch=1&allowWatchBookmarks=true&resourceVersion=…&timeoutSeconds=3'
    expect(asked.toSorted()).toEqual(
      [
        '/api/v1/namespaces/hubspoke-system/configmaps/deployment-image-cache',
        '/api/v1/namespaces/kube-system',
        '/version',
        ...['deployments', 'statefulsets', 'daemonsets'].flatMap((kind) => [`${kind}?limit=1`, `${kind}?${watch}`]),
      ].toSorted(),
    )
    expect(report(ended).clusters[0]?.cost.requests).toBe(asked.length)
  })

  test('names its source, its age and its bytes', async () => {
    await using fleet = await openChanged()
    await fleet.clock.advance(60_000)
    const {stdout} = await fleet.shell.run('find', image, '-c', 'us', '-o', 'wide')
    expect(stdout).toMatch(/^us +cache\+changes +1m\d*s? +5 +9 +[\d.]+ KiB +the image cache with [34] changes$/m)
  })

  test('lists the kind whose changes may not be watched, that kind alone', async () => {
    await using fleet = await openChanged()
    const ended = await fleet.shell.run('find', image, '-c', 'us-reader', '-o', 'json')
    expect(names(ended)).toEqual(after)
    expect(source(ended)).toEqual({
      tier: 'cache+changes',
      why: 'the image cache with 3 changes; StatefulSets scanned: changes may not be watched',
      status: 'read',
    })
  })

  test('lists everything when the server no longer has changes that old', async () => {
    await using fleet = await openChanged()
    fleet.cluster('us').expireHistory()
    const ended = await fleet.shell.run('find', image, '-c', 'us', '-o', 'json')
    expect(names(ended)).toEqual(after)
    expect(source(ended)).toEqual({
      tier: 'scan',
      why: 'the image cache could not be brought up to date: the server no longer has changes that old',
      status: 'read',
    })
  })

  test('is a list where the server is too old to prove what has changed', async () => {
    await using fleet = await openChanged(large, {...us, version: 'v1.30.4'})
    const ended = await fleet.shell.run('find', image, '-c', 'us', '-o', 'json')
    expect(names(ended)).toEqual(after)
    expect(source(ended)).toMatchObject({
      tier: 'scan',
      why: 'servers of version v1.30.4 seldom prove what has changed',
    })
  })

  test('is a list where the cluster is small after all', async () => {
    await using fleet = await openChanged({})
    const ended = await fleet.shell.run('find', image, '-c', 'us', '-o', 'json')
    expect(names(ended)).toEqual(after)
    expect(source(ended)).toMatchObject({tier: 'scan', why: 'a list is estimated to take 2ms, catching up 800ms'})
  })

  test('finds a workload once that two contexts of the cluster lead to, one with its UID', async () => {
    await using fleet = await openChanged()
    const ended = await fleet.shell.run('find', image, '-o', 'json')
    expect(names(ended)).toEqual(after)
  })
})

describe('--fresh 30s', () => {
  const head = ['ConfigMap', 'hubspoke-system', 'deployment-image-cache'] as const

  /** As a watcher of the cluster would have written it. */
  function prove(fleet: Fleet): void {
    const {data} = fleet.cluster('us').object(...head) as unknown as {data: Record<string, string>}
    const cache = {...JSON.parse(data['cache.json'] ?? ''), provenAt: fleet.clock.date().toISOString()}
    fleet.cluster('us').patch(...head, {data: {'cache.json': JSON.stringify(cache)}})
  }

  test('takes a cache that was proved lately, in one request', async () => {
    await using fleet = await openChanged()
    prove(fleet)
    await fleet.clock.advance(20_000)
    const ended = await fleet.shell.run('find', image, '-c', 'us', '--fresh', '30s', '-o', 'json')
    expect(names(ended)).toEqual(['Deployment/gone', 'Deployment/web', 'StatefulSet/ledger', 'DaemonSet/agent'])
    expect(source(ended)).toMatchObject({
      tier: 'cache',
      why: expect.stringMatching(/^the image cache was proved complete 2\ds ago$/),
    })
    expect(report(ended).clusters[0]?.cost.requests).toBe(1)
  })

  test('is an exact answer when the proof is older', async () => {
    await using fleet = await openChanged()
    prove(fleet)
    await fleet.clock.advance(40_000)
    const ended = await fleet.shell.run('find', image, '-c', 'us', '--fresh', '30s', '-o', 'json')
    expect(names(ended)).toEqual(after)
    expect(source(ended)).toMatchObject({
      tier: 'cache+changes',
      why: expect.stringMatching(/^the image cache was proved complete 4\ds ago; the image cache with \d changes$/),
    })
  })
})
