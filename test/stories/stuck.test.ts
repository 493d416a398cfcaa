import {describe, expect, test} from 'vitest'
import type {ClusterSpec, WorkloadSpec} from '../../src/sandbox/spec.ts'
import type {Trouble} from '../../src/sandbox/trouble.ts'
import {type Fleet, image, openFleet} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const restart = ['restart', image, '--all-contexts', '--yes', '-o', 'json'] as const
const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const
const web = {namespace: 'shop', name: 'web', image: `${image}:1.0`} as const
const of = (kind: (typeof kinds)[number]): WorkloadSpec =>
  kind === 'DaemonSet' ? {...web, kind} : {...web, kind, replicas: 2}

async function reportOf(fleet: Fleet, ...flags: readonly string[]) {
  const {stdout, stderr, exitCode} = await fleet.shell.run(...restart, ...flags)
  const report: RunReport = JSON.parse(stdout)
  return {result: report.results[0], report, stderr, exitCode}
}

function gets(fleet: Fleet, part: string): readonly string[] {
  const all = fleet.cluster('eu').requests()
  return all.filter(({method, path}) => method === 'GET' && path.includes(part)).map(({path}) => path)
}

/** What keeps new pods from starting, the words that name it, and whether it ends the wait of --fail-fast. */
const causes = [
  {type: 'volume-attached-elsewhere', says: 'FailedAttachVolume: Multi-Attach error', lasting: false},
  {type: 'stuck-rollout', says: 'NotReady: running but not ready; Unhealthy: Readiness probe failed', lasting: false},
  {type: 'unschedulable', says: 'Unschedulable: 0/3 nodes are available', lasting: false},
  {type: 'crash-loop', says: 'CrashLoopBackOff: exit code 1', lasting: true},
] as const

describe.each(kinds)('the new pods of a %s', (kind) => {
  test.each(causes)('that are stuck by $type are told within 15 seconds', async ({type, says, lasting}) => {
    const trouble: Trouble = {type, namespace: 'shop', name: 'web'}
    await using fleet = await openFleet([{name: 'eu', workloads: [of(kind)]}])
    fleet.cluster('eu').addTrouble(trouble)
    const {result, exitCode} = await reportOf(fleet, '--timeout', '15s', '--fail-fast')
    expect(result?.reason).toContain(says)
    expect(result?.failure?.class).toBe(lasting ? 'rollout' : 'timeout')
    expect(result?.failure?.suggestions.some((command) => command.includes('describe pod web-'))).toBe(true)
    expect(exitCode).toBe(1)
  })
})

describe('who may not list Events', () => {
  test('is told the state of the pod, for how long, and no more; Events are asked for once', async () => {
    const trouble: Trouble = {type: 'volume-attached-elsewhere', namespace: 'shop', name: 'web'}
    const forbidden: Trouble = {type: 'forbidden', resource: 'events', verb: 'list'}
    await using fleet = await openFleet([{name: 'eu', workloads: [of('Deployment')], trouble: [forbidden]}])
    fleet.cluster('eu').addTrouble(trouble)
    const {result} = await reportOf(fleet, '--timeout', '15s')
    expect(result?.reason).toMatch(/^ContainerCreating for \d+s: its sandbox was not created \(pod web-/)
    expect(gets(fleet, '/events')).toHaveLength(1)
  })
})

describe('a StatefulSet that was broken before', () => {
  const broken: ClusterSpec = {name: 'eu', workloads: [of('StatefulSet')]}

  async function openBroken(): Promise<Fleet & {fix(): void}> {
    const fleet = await openFleet([broken])
    const cluster = fleet.cluster('eu')
    const fix = cluster.addTrouble({type: 'crash-loop', namespace: 'shop', name: 'web'})
    cluster.remove('Pod', 'shop', 'web-1')
    await fleet.clock.sleep(5_000)
    return Object.assign(fleet, {fix})
  }

  test('names the pod that its controller waits for, and ends at once with --fail-fast', async () => {
    await using fleet = await openBroken()
    const {result, exitCode} = await reportOf(fleet, '--fail-fast')
    expect(result?.reason).toMatch(
      /^CrashLoopBackOff: .*\(pod web-1, container web\); it is of an older revision, and its controller waits for it; given up at once/,
    )
    expect(result?.failure?.suggestions[0]).toBe('kubectl --context eu -n shop delete pod web-1')
    expect(result?.durationMs).toBeLessThan(10_000)
    expect(exitCode).toBe(1)
  })

  test('has the command that helps first under Next, and it does help', async () => {
    await using fleet = await openBroken()
    const {stdout} = await fleet.shell.run('restart', image, '--all-contexts', '--yes', '--fail-fast')
    expect(stdout).toMatch(/Next:\n {2}kubectl --context eu -n shop delete pod web-1\n/)
    fleet.fix()
    fleet.cluster('eu').remove('Pod', 'shop', 'web-1')
    const {result} = await reportOf(fleet)
    expect(result?.outcome).toBe('succeeded')
  })
})

describe('a large rollout', () => {
  const replicas = 1_000
  const large: ClusterSpec = {
    name: 'eu',
    workloads: [{...web, replicas, maxSurge: '25%', progressDeadlineSeconds: 600}],
  }

  test('that is stuck for ten minutes is looked at in few and small requests', async () => {
    await using fleet = await openFleet([large])
    fleet.cluster('eu').addTrouble({type: 'stuck-rollout', namespace: 'shop', name: 'web'})
    const {result, report} = await reportOf(fleet)
    expect(result?.reason).toMatch(/^NotReady: .*progress deadline$/)
    expect(gets(fleet, '/pods?').every((path) => path.includes('limit='))).toBe(true)
    expect(gets(fleet, '/replicasets').length).toBeLessThanOrEqual(2)
    const looks = gets(fleet, '/events')
    expect(looks.length).toBeLessThanOrEqual(20)
    // Up to five pods are read in full at each look.
    expect(gets(fleet, '/pods?').length).toBeLessThanOrEqual(7 * looks.length)
    expect(report.clusters[0]?.cost?.bytesRead ?? 0).toBeLessThan(4_000_000)
  })

  test('that makes progress is not looked at', async () => {
    await using fleet = await openFleet([
      {name: 'eu', rolloutStepMs: 1_000, workloads: [{...web, replicas: 40, maxSurge: 1, maxUnavailable: 0}]},
    ])
    const {result} = await reportOf(fleet)
    expect(result?.outcome).toBe('succeeded')
    expect(result?.durationMs).toBeGreaterThan(30_000)
    expect(gets(fleet, '/pods?')).toEqual([])
  })
})
