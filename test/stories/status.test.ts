import {describe, expect, test} from 'vitest'
import type {RolloutState, StatusReport} from '../../src/model/status-report.ts'
import type {ClusterSpec, WorkloadSpec} from '../../src/sandbox/spec.ts'
import type {Ended} from '../support/run-command.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const all: readonly WorkloadSpec[] = [
  {namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 3},
  {namespace: 'shop', name: 'db', kind: 'StatefulSet', image: `${image}:1.0`, replicas: 2},
  {namespace: 'shop', name: 'agent', kind: 'DaemonSet', image: `${image}:1.0`},
]
const eu: ClusterSpec = {name: 'eu', workloads: all}
const us: ClusterSpec = {name: 'us', workloads: runningWeb('web')}

const report = ({document}: Ended) => document() as StatusReport
const asDocument = (fleet: Fleet, ...words: readonly string[]) =>
  fleet.shell.run('status', image, '-o', 'json', ...words)
const only = (ended: Ended) => {
  const [workload, ...others] = report(ended).workloads
  expect(others).toEqual([])
  if (workload === undefined) throw new Error('no workload in the report')
  return workload
}

/** The image `tag` in the pod template of `shop/web`: a rollout begins. */
function roll(fleet: Fleet, cluster: string, tag = '2.0') {
  const containers = [{name: 'web', image: `${image}:${tag}`}]
  fleet.cluster(cluster).patch('Deployment', 'shop', 'web', {spec: {template: {spec: {containers}}}})
}

test('everything is rolled out: 0, with evidence of each, one connection per cluster, and nothing written', async () => {
  await using fleet = await openFleet([eu, us])
  const ended = await asDocument(fleet)
  expect(ended.exitCode).toBe(0)
  const {workloads, counts, verdict, clusters} = report(ended)
  expect(workloads.map(({context, kind, status, pods}) => [context, kind, status, pods?.available])).toEqual([
    ['eu', 'Deployment', 'rolled-out', 3],
    ['eu', 'StatefulSet', 'rolled-out', 2],
    ['eu', 'DaemonSet', 'rolled-out', 3],
    ['us', 'Deployment', 'rolled-out', 1],
  ])
  expect(counts).toMatchObject({total: 4, rolledOut: 4})
  expect(verdict.sentence).toMatch(/^Rolled out: all 4 workloads in 2 clusters\. Not included: /)
  expect(clusters.map(({cost}) => cost.connections)).toEqual([1, 1])
  expect(fleet.sandbox.clusters.map((cluster) => cluster.connections())).toEqual([1, 1])
  expect(fleet.writes()).toEqual([])
})

test('the table has a row per workload, stuck ones first, and the verdict as its last line', async () => {
  await using fleet = await openFleet([eu, {...us, trouble: [{type: 'unpullable-image', image: '*:bad'}]}])
  roll(fleet, 'us', 'bad')
  await fleet.clock.advance(60_000)
  const {stdout, exitCode} = await fleet.shell.run('status', image)
  expect(exitCode).toBe(1)
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toMatch(/^CONTEXT +NAMESPACE +WORKLOAD +STATUS +PODS +IMAGE +REASON$/)
  expect(lines[1]).toMatch(
    /^us +shop +Deployment\/web +STUCK +1\/1 +ghcr\.io\/acme\/web:bad +(ErrImagePull|ImagePullBackOff): /,
  )
  expect(lines[2]).toMatch(/^eu +shop +Deployment\/web +rolled out +3\/3 +ghcr\.io\/acme\/web:1\.0$/)
  expect(stdout).toMatch(/^ +kubectl --context us -n shop describe pod web-\S+$/m)
  expect(lines.at(-1)).toMatch(/^Exit 1: Of 4 workloads 1 is stuck and 3 are rolled out\./)
})

test.each(['json', 'yaml', 'tsv', 'name', 'wide'])(
  '-o %s has the same exit code, and names each workload',
  async (format) => {
    await using fleet = await openFleet([{...us, trouble: [{type: 'crash-loop', namespace: 'shop', name: 'web'}]}])
    roll(fleet, 'us')
    await fleet.clock.advance(120_000)
    const {stdout, exitCode} = await fleet.shell.run('status', image, '-o', format)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(format === 'name' ? /^shop\/Deployment\/web\/us$/m : /stuck/i)
  },
)

describe('why a workload is not rolled out', () => {
  const single = [{namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 3}]

  test.each([
    {
      because: 'its image cannot be pulled',
      trouble: {type: 'unpullable-image', image: '*:2.0'},
      reason: /^(ErrImagePull|ImagePullBackOff)$/,
    },
    {
      because: 'its pods crash',
      trouble: {type: 'crash-loop', namespace: 'shop', name: 'web'},
      reason: /^(Error|CrashLoopBackOff)$/,
    },
  ] as const)('$because: stuck, with the reason of the API', async ({trouble, reason}) => {
    await using fleet = await openFleet([{name: 'eu', workloads: single, trouble: [trouble]}])
    roll(fleet, 'eu')
    await fleet.clock.advance(120_000)
    const ended = await asDocument(fleet)
    expect(ended.exitCode).toBe(1)
    const found = only(ended)
    expect(found).toMatchObject({status: 'stuck', pods: {wanted: 3, updated: 1, available: 3}})
    expect(found.cause?.reason).toMatch(reason)
    expect(found.cause?.message).toContain(`${found.cause?.reason}: `)
    expect(found.failure?.class).toBe('rollout')
  })

  test('no node has room, which may change: rolling out, with the reason of the API', async () => {
    const db = {namespace: 'shop', name: 'db', kind: 'StatefulSet', image: `${image}:1.0`, replicas: 3} as const
    const trouble = [{type: 'unschedulable', namespace: 'shop', name: 'db'}] as const
    await using fleet = await openFleet([{name: 'eu', workloads: [db], trouble}])
    const containers = [{name: 'db', image: `${image}:2.0`}]
    fleet.cluster('eu').patch('StatefulSet', 'shop', 'db', {spec: {template: {spec: {containers}}}})
    await fleet.clock.advance(120_000)
    const ended = await asDocument(fleet)
    expect(ended.exitCode).toBe(1)
    expect(only(ended)).toMatchObject({status: 'rolling-out', cause: {reason: 'Unschedulable'}, failure: null})
  })

  test('a quota refuses its pods: stuck, and not for good', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: single}])
    fleet.cluster('eu').create({
      ...{apiVersion: 'v1', kind: 'ResourceQuota'},
      ...{metadata: {namespace: 'shop', name: 'few'}, spec: {hard: {pods: '3'}}},
    })
    roll(fleet, 'eu')
    await fleet.clock.advance(30_000)
    const ended = await asDocument(fleet)
    expect(ended.exitCode).toBe(1)
    expect(only(ended)).toMatchObject({status: 'stuck', lasting: false, cause: {reason: 'FailedCreate', pod: null}})
    expect(only(ended).cause?.message).toContain('exceeded quota')
  })

  test('its progress deadline is exceeded, and no pod says why', async () => {
    const impatient = single.map((one) => ({...one, progressDeadlineSeconds: 60}))
    const trouble = [{type: 'stuck-rollout', namespace: 'shop', name: 'web'}] as const
    await using fleet = await openFleet([{name: 'eu', workloads: impatient, trouble}])
    roll(fleet, 'eu')
    await fleet.clock.advance(90_000)
    expect(only(await asDocument(fleet))).toMatchObject({
      ...{status: 'stuck', lasting: true},
      message: 'the rollout exceeded its progress deadline',
    })
  })

  test('it is paused: 1, with the command that resumes it; rolled out and paused is rolled out', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: single.map((one) => ({...one, paused: true}))}])
    expect(await asDocument(fleet)).toMatchObject({exitCode: 0})
    roll(fleet, 'eu')
    await fleet.clock.advance(30_000)
    const {stdout, exitCode} = await fleet.shell.run('status', image)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^eu +shop +Deployment\/web +PAUSED +3\/3 /m)
    expect(stdout).toContain('kubectl --context eu -n shop rollout resume deployment/web')
  })

  test('it is half-way: 1, and the row says how far', async () => {
    const db = {namespace: 'shop', name: 'db', kind: 'StatefulSet', image: `${image}:1.0`, replicas: 3} as const
    await using fleet = await openFleet([
      {name: 'eu', workloads: [db], trouble: [{type: 'stuck-rollout', namespace: 'shop', name: 'db'}]},
    ])
    const containers = [{name: 'db', image: `${image}:2.0`}]
    fleet.cluster('eu').patch('StatefulSet', 'shop', 'db', {spec: {template: {spec: {containers}}}})
    await fleet.clock.advance(120_000)
    const {stdout, exitCode} = await fleet.shell.run('status', image)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^eu +shop +StatefulSet\/db +rolling out \(1 of 3\) +2\/3 .* 2 of 3 pods ready$/m)
    expect(stdout).toMatch(/^Exit 1: Of 1 workload 1 is still rolling out\./m)
  })

  test('its pods may not be read: it is judged, and the reason is unknown', async () => {
    const trouble = [
      {type: 'unpullable-image', image: '*:2.0'},
      {type: 'forbidden', resource: 'pods'},
    ] as const
    await using fleet = await openFleet([{name: 'eu', workloads: single, trouble}])
    roll(fleet, 'eu')
    await fleet.clock.advance(60_000)
    const found = only(await asDocument(fleet))
    expect(found).toMatchObject({status: 'rolling-out', cause: null, causeUnknown: 'reason unknown: may not read pods'})
    expect((await fleet.shell.run('status', image)).stdout).toContain('pods updated; reason unknown: may not read pods')
  })
})

describe('what could not be read', () => {
  test.each([
    {
      because: 'a workload',
      trouble: {type: 'forbidden', verb: 'get', resource: 'deployments'},
      rest: 'could not be read',
    },
    {because: 'a kind', trouble: {type: 'forbidden', resource: 'daemonsets'}, rest: 'could be read only in part'},
    {because: 'a cluster', trouble: {type: 'unreachable', how: 'refused'}, rest: 'Cannot reach 1 of 2 contexts'},
  ] as const)('$because: 4, and --allow-empty changes nothing', async ({trouble, rest}) => {
    await using fleet = await openFleet([us, {...eu, trouble: [trouble]}])
    const ended = await asDocument(fleet, '--allow-empty')
    expect(ended.exitCode).toBe(4)
    expect(report(ended).verdict.sentence).toContain(rest)
  })

  test('a workload that may not be read is named, with the failure', async () => {
    const trouble = [{type: 'forbidden', verb: 'get', resource: 'deployments'}] as const
    await using fleet = await openFleet([{...us, trouble}])
    expect(only(await asDocument(fleet))).toMatchObject({
      ...{name: 'web', status: 'not-readable', pods: null},
      failure: {class: 'forbidden'},
    })
  })

  test('a stuck workload elsewhere counts more: 1', async () => {
    const trouble = [{type: 'unpullable-image', image: '*:bad'}] as const
    await using fleet = await openFleet([
      {...us, trouble},
      {...eu, trouble: [{type: 'unreachable', how: 'refused'}]},
    ])
    roll(fleet, 'us', 'bad')
    await fleet.clock.advance(60_000)
    const {verdict} = report(await asDocument(fleet))
    expect(verdict.sentence).toMatch(/^Of 1 workload 1 is stuck; cannot reach 1 of 2 contexts\./)
    expect(verdict.code).toBe(1)
  })
})

test('nothing matches: 3 with what may have been meant, and 0 with --allow-empty', async () => {
  await using fleet = await openFleet([eu, us])
  const {stdout, exitCode} = await fleet.shell.run('status', 'ghcr.io/acme/wep')
  expect(exitCode).toBe(3)
  expect(stdout).toContain('Did you mean ghcr.io/acme/web (4 workloads)?')
  expect(await fleet.shell.run('status', 'nosuchimage', '--allow-empty')).toMatchObject({exitCode: 0})
  expect(await fleet.shell.run('status', 'nosuchimage', '-c', 'nosuchcontext')).toMatchObject({exitCode: 2})
})

test.each<{because: string; change: (fleet: Fleet) => void; message: string}>([
  {
    because: 'was deleted',
    change: (fleet) => fleet.cluster('us').remove('Deployment', 'shop', 'web'),
    message: 'deleted since it was found',
  },
  {
    because: 'runs another image',
    change(fleet) {
      const containers = [{name: 'web', image: 'ghcr.io/acme/other:1'}]
      fleet.cluster('us').patch('Deployment', 'shop', 'web', {spec: {template: {spec: {containers}}}})
    },
    message: 'runs another image now',
  },
])('a workload of the image cache that $because is gone, and is no evidence: 3', async ({change, message}) => {
  await using fleet = await openFleet([us])
  expect(await fleet.shell.run('cache', 'refresh', '--all-contexts', '--yes')).toMatchObject({exitCode: 0})
  change(fleet)
  await fleet.clock.advance(60_000)
  const ended = await asDocument(fleet, '--fresh', 'cache')
  expect(only(ended)).toMatchObject({status: 'gone' satisfies RolloutState, message})
  expect(ended.exitCode).toBe(3)
  expect(await asDocument(fleet, '--fresh', 'cache', '--allow-empty')).toMatchObject({exitCode: 0})
})
