import {describe, expect, test} from 'vitest'
import type {CacheReport} from '../../src/model/report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import type {Ended} from '../support/run-command.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const eu: ClusterSpec = {name: 'eu', workloads: runningWeb('cart', 'web')}
const us: ClusterSpec = {name: 'us', workloads: runningWeb('web')}
const namespace = 'hubspoke-system'
const name = 'deployment-image-cache'
const refresh = ['cache', 'refresh', '--all-contexts'] as const
const create = (context: string) => `kubectl --context ${context} create namespace ${namespace}`

const entry = ({document}: Ended, context: string) =>
  (document() as CacheReport).caches.find((cache) => cache.context === context)
const cacheOf = (fleet: Fleet, cluster: string) => fleet.cluster(cluster).object('ConfigMap', namespace, name)
const hasNamespace = (fleet: Fleet, cluster: string) =>
  fleet.cluster(cluster).object('Namespace', '', namespace) !== undefined

describe('cache refresh', () => {
  test('asks, cluster by cluster, before it creates the namespace: yes', async () => {
    await using fleet = await openFleet([eu, us], {answers: ['y', 'yes']})
    const {stdout, stderr, exitCode} = await fleet.shell.run(...refresh)
    expect(stderr).toContain(`Create the namespace "${namespace}" in "eu" for its image cache? [y/N]`)
    expect(stderr).toContain(`Create the namespace "${namespace}" in "us" for its image cache? [y/N]`)
    expect(stdout).toMatch(/^eu +saved /m)
    expect(stdout).toContain('Exit 0: The image cache of 2 contexts is fresh.')
    expect(exitCode).toBe(0)
    expect(cacheOf(fleet, 'eu')).toMatchObject({data: {'cache.json': expect.stringContaining(`"${image}:1.0"`)}})
    expect(cacheOf(fleet, 'us')).toBeDefined()
  })

  test('anything but yes is a No: nothing is created there, the command is shown: 1', async () => {
    await using fleet = await openFleet([eu, us], {answers: ['', 'y']})
    const {stdout, exitCode} = await fleet.shell.run(...refresh)
    const declined = hasNamespace(fleet, 'eu') ? 'us' : 'eu'
    expect([hasNamespace(fleet, 'eu'), hasNamespace(fleet, 'us')].sort()).toEqual([false, true])
    expect(stdout).toMatch(new RegExp(`^NOT SAVED {2}${declined}`, 'm'))
    expect(stdout).toContain(create(declined))
    expect(stdout).toContain('Exit 1: The image cache of 1 of 2 contexts could not be saved.')
    expect(exitCode).toBe(1)
  })

  test.each([[[]], [['-o', 'json']]])('without a terminal it prints the command, with %j too: 1', async (output) => {
    await using fleet = await openFleet([eu])
    const ended = await fleet.shell.run(...refresh, ...output)
    expect(ended.stdout).toContain(create('eu'))
    expect(ended.stderr).not.toContain('[y/N]')
    expect(ended.exitCode).toBe(1)
    expect(fleet.writes().filter((write) => !write.includes(`configmaps`))).toEqual([])
    expect(hasNamespace(fleet, 'eu')).toBe(false)
  })

  test('--yes creates it without asking, also at a terminal', async () => {
    await using fleet = await openFleet([eu], {answers: []})
    const ended = await fleet.shell.run(...refresh, '-y', '-o', 'json')
    expect(ended.stderr).not.toContain('[y/N]')
    expect(entry(ended, 'eu')).toMatchObject({state: 'saved', workloads: 3, images: 2, ageMs: 0, problem: null})
    expect(ended.exitCode).toBe(0)
  })

  test('the namespace is there: nothing is asked, and a second refresh replaces the first', async () => {
    await using fleet = await openFleet([eu], {answers: []})
    await fleet.shell.run(...refresh, '-y')
    fleet.cluster('eu').add({namespace: 'shop', name: 'later', image: 'ghcr.io/acme/later:1.0'})
    const ended = await fleet.shell.run(...refresh, '-o', 'json')
    expect(entry(ended, 'eu')).toMatchObject({state: 'saved', workloads: 4, images: 3})
    expect(JSON.stringify(cacheOf(fleet, 'eu'))).toContain('ghcr.io/acme/later:1.0')
  })

  test('--cache-namespace: another place', async () => {
    await using fleet = await openFleet([eu])
    await fleet.shell.run(...refresh, '-y', '--cache-namespace', 'tools')
    expect(fleet.cluster('eu').object('ConfigMap', 'tools', name)).toBeDefined()
    expect(hasNamespace(fleet, 'eu')).toBe(false)
  })

  test.each([
    {verb: 'create', contexts: 'us', because: 'the first one'},
    {verb: 'update', contexts: '*', because: 'one that is there'},
  ] as const)('who may not $verb it, $because: not saved, said, and why: 1', async ({verb, contexts}) => {
    await using fleet = await openFleet([eu, us])
    await fleet.shell.run('cache', 'refresh', '-c', contexts, '-y')
    const before = cacheOf(fleet, 'eu')
    fleet.cluster('eu').addTrouble({type: 'forbidden', verb, resource: 'configmaps'})
    const ended = await fleet.shell.run(...refresh, '-y', '-o', 'json')
    expect(entry(ended, 'eu')).toMatchObject({state: 'not-saved', problem: {class: 'forbidden'}})
    expect(entry(ended, 'us')).toMatchObject({state: 'saved'})
    expect(cacheOf(fleet, 'eu')).toEqual(before)
    expect(ended.exitCode).toBe(1)
    const {stdout, exitCode} = await fleet.shell.run(...refresh, '-y')
    expect(stdout).toMatch(/^NOT SAVED {2}eu {2}\(forbidden\)$/m)
    expect(exitCode).toBe(1)
  })

  test('a cache that is ahead of its cluster, which was restored from a backup, is replaced: 0', async () => {
    await using fleet = await openFleet([eu])
    await fleet.shell.run(...refresh, '-y')
    const {data} = cacheOf(fleet, 'eu') as unknown as {data: {'cache.json': string}}
    const newer = JSON.parse(data['cache.json'])
    newer.resourceVersions.Deployment = '99999999999999999999'
    fleet.cluster('eu').patch('ConfigMap', namespace, name, {data: {'cache.json': JSON.stringify(newer)}})
    const ended = await fleet.shell.run(...refresh, '-y', '-o', 'json')
    expect(entry(ended, 'eu')).toMatchObject({state: 'saved', problem: null})
    expect(JSON.stringify(cacheOf(fleet, 'eu'))).not.toContain('99999999999999999999')
    expect(ended.exitCode).toBe(0)
  })

  test('another client writes at the same moment: it reads again and saves', async () => {
    await using fleet = await openFleet([eu])
    await fleet.shell.run(...refresh, '-y')
    fleet.cluster('eu').addTrouble({type: 'answer', status: 409, verb: 'update', resource: 'configmaps', times: 1})
    const ended = await fleet.shell.run(...refresh, '-y', '-o', 'json')
    expect(entry(ended, 'eu')).toMatchObject({state: 'saved'})
    expect(ended.exitCode).toBe(0)
  })

  test('half a cluster is not saved: 1', async () => {
    const trouble = [{type: 'forbidden', verb: 'list', resource: 'statefulsets'}] as const
    await using fleet = await openFleet([{...eu, trouble}])
    const ended = await fleet.shell.run(...refresh, '-y', '-o', 'json')
    expect(entry(ended, 'eu')).toMatchObject({state: 'not-saved', problem: {class: 'forbidden'}})
    expect(entry(ended, 'eu')?.reason).toContain('Only a part of the cluster could be read')
    expect(cacheOf(fleet, 'eu')).toBeUndefined()
    expect(ended.exitCode).toBe(1)
  })

  test('a cluster that is down: 4, and the others are saved', async () => {
    await using fleet = await openFleet([{name: 'ap', trouble: [{type: 'unreachable', how: 'refused'}]}, us])
    const ended = await fleet.shell.run(...refresh, '-y', '-o', 'json')
    expect(entry(ended, 'ap')).toMatchObject({state: 'not-read', problem: {class: 'unreachable'}})
    expect(entry(ended, 'us')).toMatchObject({state: 'saved'})
    expect(ended.exitCode).toBe(4)
  })

  test.each([[[]], [['--json']]])('must be told which contexts, with %j too: 2', async (output) => {
    await using fleet = await openFleet([eu, us])
    const {stderr, exitCode} = await fleet.shell.run('cache', 'refresh', '-y', ...output)
    expect(stderr).toContain('needs the contexts to include')
    expect(stderr).toContain('--all-contexts')
    expect(fleet.sandbox.clusters.flatMap((cluster) => cluster.requests())).toEqual([])
    expect(exitCode).toBe(2)
  })
})

describe('cache show', () => {
  test('present: how old, how much; missing: said; 0 where there is one', async () => {
    await using fleet = await openFleet([eu, us])
    await fleet.shell.run('cache', 'refresh', '-c', 'eu', '-y')
    await fleet.clock.advance(3_600_000)
    const {stdout, exitCode} = await fleet.shell.run('cache', 'show')
    expect(stdout).toMatch(/^eu +present +1h +3 +2 /m)
    expect(stdout).toMatch(/^us +missing +- +- +- +- +no image cache in this cluster$/m)
    expect(stdout).toContain('Exit 0: 1 of 2 contexts has an image cache.')
    expect(exitCode).toBe(0)
    const ended = await fleet.shell.run('cache', 'show', '-o', 'json')
    expect(entry(ended, 'eu')).toMatchObject({state: 'present', ageMs: 3_600_000, workloads: 3, images: 2})
    expect(entry(ended, 'eu')?.builtAt).toMatch(/^2026-11-24T20:00:0/)
    expect(entry(ended, 'us')).toMatchObject({state: 'missing', builtAt: null})
  })

  test('missing everywhere: 3', async () => {
    await using fleet = await openFleet([eu, us])
    const {stdout, exitCode} = await fleet.shell.run('cache', 'show')
    expect(stdout).toContain('Exit 3: There is no image cache in 2 contexts.')
    expect(exitCode).toBe(3)
    expect(fleet.writes()).toEqual([])
  })

  test('of another cluster: missing, and why', async () => {
    await using fleet = await openFleet([eu, us])
    await fleet.shell.run(...refresh, '-y')
    const copy = cacheOf(fleet, 'eu') as unknown as {data: object}
    fleet.cluster('us').patch('ConfigMap', namespace, name, {data: copy.data})
    const ended = await fleet.shell.run('cache', 'show', '-o', 'json')
    expect(entry(ended, 'us')).toMatchObject({state: 'missing', reason: 'the image cache is of another cluster'})
    expect((await fleet.shell.run('cache', 'show')).stdout).toMatch(/^us +missing .*of another cluster$/m)
  })

  test('broken: missing, and why', async () => {
    await using fleet = await openFleet([us])
    await fleet.shell.run(...refresh, '-y')
    fleet.cluster('us').patch('ConfigMap', namespace, name, {data: {'cache.json': '{"images": {'}})
    const ended = await fleet.shell.run('cache', 'show', '-o', 'json')
    expect(entry(ended, 'us')?.reason).toContain('cannot be used')
    expect(ended.exitCode).toBe(3)
  })

  test('a cluster that is down, or one that may not be asked: 4', async () => {
    const forbidden = [{type: 'forbidden', verb: 'get', resource: 'configmaps'}] as const
    await using fleet = await openFleet([{...eu, trouble: forbidden}, us])
    await fleet.shell.run('cache', 'refresh', '-c', 'us', '-y')
    const ended = await fleet.shell.run('cache', 'show', '-o', 'json')
    expect(entry(ended, 'eu')).toMatchObject({state: 'not-read', problem: {class: 'forbidden'}})
    expect(ended.exitCode).toBe(4)
    fleet.cluster('us').addTrouble({type: 'unreachable', how: 'refused'})
    const {stdout, exitCode} = await fleet.shell.run('cache', 'show')
    expect(stdout).toMatch(/^NOT READ {2}us {2}\(unreachable\)$/m)
    expect(exitCode).toBe(4)
  })
})

test.each([refresh, ['cache', 'show']])('%s: progress is told context by context, on stderr', async (...words) => {
  await using fleet = await openFleet([eu, us])
  const {stderr} = await fleet.shell.run(...words)
  expect(stderr).toMatch(/ {2}reading 2 contexts$/m)
  expect(stderr.match(/ {2}(eu|us) {2}(answered|FAILED: .*)$/gm)).toHaveLength(2)
})
