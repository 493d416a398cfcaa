import {describe, expect, test} from 'vitest'
import type {AccessRule, ClusterSpec, WorkloadSpec} from '../../src/sandbox/spec.ts'
import type {Ended} from '../support/run-command.ts'
import {type Fleet, image, openFleet} from '../support/sandbox-fleet.ts'
import type {FindReport, RunReport} from '../support/workload-documents.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const workloads: readonly WorkloadSpec[] = [
  {namespace: 'shop', name: 'web', image: `${image}:1.4.2`},
  {namespace: 'shop', name: 'db', kind: 'StatefulSet', image: `${image}:1.4.2`},
  {namespace: 'pay', name: 'ledger', image: `${image}@${digest}`},
  {namespace: 'pay', name: 'queue', kind: 'StatefulSet', image: `${image}:1.5.0`},
  {namespace: 'pay', name: 'other', image: 'nginx:1.27'},
]
const anything: AccessRule = {verbs: ['*'], resources: ['*']}
const identity: AccessRule = {verbs: ['get'], resources: ['namespaces']}
const cache: AccessRule = {verbs: ['get'], resources: ['configmaps'], namespaces: ['hubspoke-system']}

/** One cluster, with a context of its administrator and one of a user that may do anything in the namespace `shop`. */
function clusterFor(more: readonly AccessRule[]): ClusterSpec {
  const may = [{...anything, namespaces: ['shop']}, ...more]
  return {name: 'eu', workloads, contexts: [{name: 'eu-shop', namespace: 'shop', may}]}
}

/** The same with an image cache that is two minutes old. */
async function openCached(more: readonly AccessRule[] = [identity, cache]): Promise<Fleet> {
  const fleet = await openFleet([clusterFor(more)])
  await fleet.shell.run('cache', 'refresh', '-c', 'eu', '--yes')
  await fleet.clock.advance(120_000)
  return fleet
}

const report = ({document}: Ended) => document() as FindReport
const place = ({context, namespace, kind, name}: Omit<FindReport['cachedOnly'][number], 'cacheAgeMs'>) =>
  `${context}/${namespace}/${kind}/${name}`
const found = (ended: Ended) => report(ended).workloads.map(place)
const cachedOnly = (ended: Ended) => report(ended).cachedOnly.map(place)
const find = ['find', image, '-c', 'eu-shop'] as const

describe('find, where only the namespace of the context may be read', () => {
  test('what the image cache names elsewhere is listed apart, as it was then; the cluster stays partial: 4', async () => {
    await using fleet = await openCached()
    const ended = await fleet.shell.run(...find, '-o', 'json')
    expect(ended.exitCode).toBe(4)
    expect(found(ended)).toEqual(['eu-shop/shop/Deployment/web', 'eu-shop/shop/StatefulSet/db'])
    expect(report(ended).clusters[0]).toMatchObject({status: 'partial', tier: 'scan', cacheAgeMs: null})
    expect(report(ended).images).toEqual([`${image}:1.4.2`])
    expect(report(ended).cachedOnly).toEqual([
      {
        clusterUid: report(ended).clusters[0]?.uid,
        context: 'eu-shop',
        kind: 'Deployment',
        namespace: 'pay',
        name: 'ledger',
        matched: [{container: 'ledger', image: `${image}@${digest}`, role: 'container'}],
        cacheAgeMs: 120_000,
      },
      expect.objectContaining({kind: 'StatefulSet', namespace: 'pay', name: 'queue'}),
    ])
  })

  test('the table shows them under a heading of their own, with their age', async () => {
    await using fleet = await openCached()
    const {stdout} = await fleet.shell.run(...find)
    expect(stdout).toContain('IN THE IMAGE CACHE ONLY  2 workloads, not readable with these credentials')
    expect(stdout).toMatch(/^eu-shop +pay +StatefulSet\/queue +2m ago +ghcr\.io\/acme\/web:1\.5\.0$/m)
    expect(stdout).toMatch(/^Exit 4: .*; found 2 workloads in 1 cluster; 2 more only in the image cache\./m)
    const wide = await fleet.shell.run(...find, '-o', 'wide')
    expect(wide.stdout).toMatch(/^eu-shop +pay +StatefulSet\/queue +2m ago +queue +ghcr\.io\/acme\/web:1\.5\.0$/m)
  })

  test('a list of names has only what was read', async () => {
    await using fleet = await openCached()
    const {stdout} = await fleet.shell.run(...find, '-o', 'name')
    expect(stdout).toBe('shop/Deployment/web/eu-shop\nshop/StatefulSet/db/eu-shop\n')
  })

  test.each([
    {words: ['--kind', 'sts'], names: ['pay/StatefulSet/queue'], because: 'only the kinds asked for'},
    {
      words: ['-n', 'p*'],
      names: ['pay/Deployment/ledger', 'pay/StatefulSet/queue'],
      because: 'a glob, of which nothing may be read',
    },
    {words: ['-n', 'pay'], names: ['pay/Deployment/ledger', 'pay/StatefulSet/queue'], because: 'nothing may be read'},
    {words: ['-n', 's*'], names: [], because: 'only the namespaces asked for'},
    {words: ['-n', 'shop,pay'], names: ['pay/Deployment/ledger', 'pay/StatefulSet/queue'], because: 'one of two named'},
    {words: ['-l', 'app=web'], names: [], because: 'the image cache has no labels'},
    {words: ['--fresh', 'scan'], names: ['pay/Deployment/ledger', 'pay/StatefulSet/queue'], because: 'asked to list'},
  ])('with $words: $names, $because', async ({words, names}) => {
    await using fleet = await openCached()
    const ended = await fleet.shell.run(...find, ...words, '-o', 'json')
    expect(cachedOnly(ended)).toEqual(names.map((name) => `eu-shop/${name}`))
    expect(ended.exitCode).toBe(4)
  })

  test.each([
    {query: digest, names: ['pay/Deployment/ledger'], because: 'a bare digest'},
    {query: `${image}:1.5.*`, names: ['pay/StatefulSet/queue'], because: 'a glob'},
    {query: 'nginx', names: ['pay/Deployment/other'], because: 'nothing of it in what may be read'},
  ])('$query names $names: $because', async ({query, names}) => {
    await using fleet = await openCached()
    const ended = await fleet.shell.run('find', query, '-c', 'eu-shop', '-o', 'json')
    expect(cachedOnly(ended)).toEqual(names.map((name) => `eu-shop/${name}`))
    expect(ended.exitCode).toBe(4)
  })

  test('it costs one request, also where the cache was looked at already, and none where everything is read', async () => {
    await using fleet = await openCached()
    const reads = () =>
      fleet
        .cluster('eu')
        .requests()
        .filter(({path}) => path.includes('/configmaps/')).length
    for (const fresh of ['exact', 'scan']) {
      const before = reads()
      await fleet.shell.run(...find, '--fresh', fresh)
      expect(reads() - before).toBe(1)
    }
    const before = reads()
    await fleet.shell.run(...find, '--fresh', 'scan', '-n', 'shop')
    expect(reads()).toBe(before)
  })

  test('what another context of the same cluster has read is not listed as unread', async () => {
    await using fleet = await openCached()
    fleet.cluster('eu').remove('StatefulSet', 'pay', 'queue')
    const ended = await fleet.shell.run('find', image, '-o', 'json')
    expect(found(ended)).toHaveLength(3)
    expect(cachedOnly(ended)).toEqual([])
    expect(ended.exitCode).toBe(4)
  })
})

describe('a cache that is not surely of this cluster names nothing', () => {
  test.each([
    {because: 'it may not be read', more: [identity]},
    {because: 'the cluster may not be asked for its UID', more: [cache]},
  ])('$because', async ({more}) => {
    await using fleet = await openCached(more)
    const ended = await fleet.shell.run(...find, '-o', 'json')
    expect(found(ended)).toHaveLength(2)
    expect(cachedOnly(ended)).toEqual([])
    expect(ended.exitCode).toBe(4)
  })

  test.each([
    {
      because: 'it is of another cluster',
      change: (text: string) => text.replace(/"clusterUid":"[^"]*"/, '"clusterUid":"x"'),
    },
    {because: 'it says not of which', change: (text: string) => text.replace(/"clusterUid":"[^"]*",/, '')},
    {because: 'it cannot be read', change: (text: string) => text.slice(1)},
  ])('$because', async ({change}) => {
    await using fleet = await openCached()
    const stored = fleet.cluster('eu').object('ConfigMap', 'hubspoke-system', 'deployment-image-cache')
    const {data} = stored as unknown as {data: Record<string, string>}
    const text = change(data['cache.json'] ?? '')
    fleet.cluster('eu').patch('ConfigMap', 'hubspoke-system', 'deployment-image-cache', {data: {'cache.json': text}})
    expect(cachedOnly(await fleet.shell.run(...find, '-o', 'json'))).toEqual([])
  })
})

test('one kind is forbidden: the others are read, and of that kind the image cache tells what there was', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads}])
  await fleet.shell.run('cache', 'refresh', '-c', 'eu', '--yes')
  fleet.cluster('eu').addTrouble({type: 'forbidden', verb: 'list', resource: 'statefulsets'})
  const ended = await fleet.shell.run('find', image, '-o', 'json')
  expect(found(ended)).toEqual(['eu/pay/Deployment/ledger', 'eu/shop/Deployment/web'])
  expect(cachedOnly(ended)).toEqual(['eu/pay/StatefulSet/queue', 'eu/shop/StatefulSet/db'])
  expect(ended.exitCode).toBe(4)
})

describe('restart, where only the namespace of the context may be read', () => {
  const restart = ['restart', image, '-c', 'eu-shop', '--yes'] as const

  test('the plan and the summary name what is no target, nothing of it is written, and the end is 4', async () => {
    await using fleet = await openCached()
    const {stdout, stderr, exitCode} = await fleet.shell.run(...restart)
    const said =
      /^Not in the plan, and so not acted on: 2 workloads in the image cache only, .*eu-shop\/pay\/Deployment\/ledger \(2m ago\)/m
    expect(stderr).toMatch(said)
    expect(stdout).toMatch(said)
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/web', 'eu/shop/StatefulSet/db'])
    expect(exitCode).toBe(4)
  })

  test('the document has them beside the results', async () => {
    await using fleet = await openCached()
    const ended = await fleet.shell.run(...restart, '-o', 'json')
    const {results, cachedOnly: named} = ended.document() as RunReport
    expect(results).toHaveLength(2)
    expect(named.map(place)).toEqual(['eu-shop/pay/Deployment/ledger', 'eu-shop/pay/StatefulSet/queue'])
  })
})
