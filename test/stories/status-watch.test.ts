import {expect, test} from 'vitest'
import type {StatusReport} from '../../src/model/status-report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import type {Ended} from '../support/run-command.ts'
import {type Fleet, image, openFleet} from '../support/sandbox-fleet.ts'

const workloads = ['web', 'cart'].map((name) => ({namespace: 'shop', name, image: `${image}:1.0`, replicas: 3}))
const slow = (name: string, more: Partial<ClusterSpec> = {}): ClusterSpec => {
  return {name, workloads, rolloutStepMs: 60_000, ...more}
}
const watch = (fleet: Fleet, ...words: readonly string[]) =>
  fleet.shell.run('status', image, '--watch', '-o', 'json', ...words)
const report = ({document}: Ended) => document() as StatusReport
const statuses = (ended: Ended) =>
  report(ended).workloads.map(({context, name, status}) => `${context}/${name} ${status}`)

function roll(fleet: Fleet, cluster: string, tag = '2.0', name = 'web') {
  const containers = [{name, image: `${image}:${tag}`}]
  fleet.cluster(cluster).patch('Deployment', 'shop', name, {spec: {template: {spec: {containers}}}})
}

/** Once the command has found the workloads: the clock moves on while it starts. */
function whenFound(fleet: Fleet, cluster: string, act: () => void) {
  const remove = fleet.cluster(cluster).onAnswered(({verb, plural}) => {
    if (verb !== 'list' || plural !== 'deployments') return
    remove()
    act()
  })
}

test('waits until all of them are rolled out: 0, with progress on stderr, one watch per cluster, and nothing written', async () => {
  await using fleet = await openFleet([slow('eu'), slow('us')])
  whenFound(fleet, 'eu', () => roll(fleet, 'eu'))
  whenFound(fleet, 'us', () => {
    roll(fleet, 'us')
    roll(fleet, 'us', '2.0', 'cart')
  })
  const ended = await watch(fleet)
  expect(ended.exitCode).toBe(0)
  expect(report(ended)).toMatchObject({watched: true, counts: {total: 4, rolledOut: 4}})
  expect(ended.stderr).toMatch(/ watching 4 targets$/m)
  expect(ended.stderr).toMatch(/ eu\/shop\/Deployment\/web {2}\d of 3 pods updated$/m)
  expect(ended.stderr).toMatch(/ eu\/shop\/Deployment\/web {2}succeeded after .*: 3 of 3 pods updated and available$/m)
  for (const cluster of fleet.sandbox.clusters) {
    const watches = cluster.requests().filter(({path}) => /[?&]watch=/.test(path))
    expect(new Set(watches.map(({path}) => path.split('?')[0]))).toEqual(new Set(['/apis/apps/v1/deployments']))
    expect(cluster.connections()).toBe(1)
  }
  expect(fleet.writes()).toEqual([])
})

test('with nothing to wait for, it ends at once', async () => {
  await using fleet = await openFleet([slow('eu')])
  expect(await watch(fleet)).toMatchObject({exitCode: 0})
  expect(await watch(fleet, '-n', 'shop', '--kind', 'sts', '--allow-empty')).toMatchObject({exitCode: 0})
})

test('a stuck rollout does not end it: 0 when it was fixed meanwhile', async () => {
  await using fleet = await openFleet([slow('eu', {rolloutStepMs: 200})])
  const fix = fleet.cluster('eu').addTrouble({type: 'unpullable-image', image: '*:2.0'})
  roll(fleet, 'eu')
  await fleet.clock.advance(60_000)
  void fleet.clock.patient.sleep(300_000).then(fix)
  const ended = await watch(fleet)
  expect(ended.stderr).toMatch(/ eu\/shop\/Deployment\/web {2}ImagePullBackOff: /)
  expect(ended.exitCode).toBe(0)
})

test('with --fail-fast one that does not recover ends it: 1, and the status of each was read', async () => {
  await using fleet = await openFleet([slow('eu', {trouble: [{type: 'unpullable-image', image: '*:2.0'}]}), slow('us')])
  roll(fleet, 'eu')
  await fleet.clock.advance(120_000)
  whenFound(fleet, 'us', () => roll(fleet, 'us', '1.1'))
  const ended = await watch(fleet, '--fail-fast')
  expect(ended.exitCode).toBe(1)
  expect(statuses(ended)).toEqual(['eu/web stuck', 'us/web rolling-out', 'eu/cart rolled-out', 'us/cart rolled-out'])
  expect(report(ended).workloads[0]).toMatchObject({lasting: true, cause: {reason: 'ImagePullBackOff'}})
})

test('the deadline ends it: 5, with the last status of each', async () => {
  await using fleet = await openFleet([slow('eu')])
  whenFound(fleet, 'eu', () => roll(fleet, 'eu'))
  const ended = await watch(fleet, '--deadline', '70s')
  expect(ended.exitCode).toBe(5)
  expect(statuses(ended)).toEqual(['eu/web rolling-out', 'eu/cart rolled-out'])
  expect(report(ended).workloads[0]).toMatchObject({pods: {updated: 2}, message: '2 of 3 pods updated'})
  expect(report(ended).verdict.sentence).toMatch(
    /^Stopped early at the deadline: of 2 workloads 1 is still rolling out/,
  )
})

test('Ctrl-C ends it with the last table: 130', async () => {
  await using fleet = await openFleet([slow('eu')])
  whenFound(fleet, 'eu', () => {
    roll(fleet, 'eu')
    void fleet.clock.patient.sleep(70_000).then(() => fleet.shell.signal('SIGINT'))
  })
  const {stdout, exitCode} = await fleet.shell.run('status', image, '--watch')
  expect(exitCode).toBe(130)
  expect(stdout).toMatch(/^eu +shop +Deployment\/web +rolling out \(2 of 3\) /m)
  expect(stdout).toMatch(/^eu +shop +Deployment\/cart +rolled out /m)
  expect(stdout).toMatch(
    /^Exit 130: Interrupted \(SIGINT\): of 2 workloads 1 is still rolling out and 1 is rolled out\./m,
  )
})

test('one that is rolled out and changes again is waited for', async () => {
  await using fleet = await openFleet([slow('eu')])
  whenFound(fleet, 'eu', () => {
    roll(fleet, 'eu')
    void fleet.clock.patient.sleep(90_000).then(() => roll(fleet, 'eu', '3.0', 'cart'))
  })
  const ended = await watch(fleet)
  expect(ended.exitCode).toBe(0)
  expect(ended.stderr).toMatch(/ eu\/shop\/Deployment\/cart {2}\d of 3 pods updated$/m)
  expect(statuses(ended)).toEqual(['eu/cart rolled-out', 'eu/web rolled-out'])
})

test('one that is deleted meanwhile is gone, and not waited for', async () => {
  await using fleet = await openFleet([slow('eu')])
  whenFound(fleet, 'eu', () => {
    roll(fleet, 'eu')
    void fleet.clock.patient.sleep(70_000).then(() => fleet.cluster('eu').remove('Deployment', 'shop', 'web'))
  })
  const ended = await watch(fleet)
  expect(statuses(ended)).toEqual(['eu/web gone', 'eu/cart rolled-out'])
  expect(ended.exitCode).toBe(0)
})

test('without permission to watch, each is read again from time to time: 0', async () => {
  await using fleet = await openFleet([slow('eu', {trouble: [{type: 'forbidden', verb: 'watch'}]})])
  whenFound(fleet, 'eu', () => roll(fleet, 'eu'))
  expect(await watch(fleet)).toMatchObject({exitCode: 0})
})

test('from the image cache, whose entries have no UIDs: 0', async () => {
  await using fleet = await openFleet([slow('eu')])
  expect(await fleet.shell.run('cache', 'refresh', '--all-contexts', '--yes')).toMatchObject({exitCode: 0})
  roll(fleet, 'eu')
  const ended = await watch(fleet, '--fresh', 'cache')
  expect(ended.exitCode).toBe(0)
  expect(report(ended).counts).toMatchObject({total: 2, rolledOut: 2})
})
