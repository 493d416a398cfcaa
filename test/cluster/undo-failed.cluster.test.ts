import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {ResultEntry, RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {controllerRevisionCounts, namespace, replicaSetCounts, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()

const breaks = 'ghcr.io/acme/breaks'
const tight = 'ghcr.io/acme/tight'
const earlier = '2026-01-01T00:00:00Z'
const stampAnnotation = 'kubectl.kubernetes.io/restartedAt'

/** Its pods are healthy, and crash after every restart. */
const fragile = {
  namespace: 'shop',
  image: `${breaks}:1`,
  podAnnotations: {'hubspoke.test/healthy-at': 'never'},
} as const

interface Pods {
  readonly items: readonly {
    readonly metadata: {readonly name: string; readonly uid: string; readonly annotations?: Record<string, string>}
    readonly status: {readonly conditions?: readonly {readonly type: string; readonly status: string}[]}
  }[]
}

describe.skipIf(!binaries)('--undo-failed, against a genuine control plane', () => {
  let cluster: RealCluster
  let shell: ProcessShell

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'undo', nodes: 2})
    await cluster.apply([
      namespace('shop'),
      workload({...fragile, name: 'web', replicas: 3}),
      workload({
        ...fragile,
        name: 'stamped',
        podAnnotations: {'hubspoke.test/healthy-at': earlier, [stampAnnotation]: earlier},
      }),
      workload({...fragile, kind: 'DaemonSet', name: 'agent'}),
      workload({...fragile, kind: 'StatefulSet', name: 'db'}),
      workload({...fragile, kind: 'StatefulSet', name: 'shards', spec: {podManagementPolicy: 'Parallel'}}),
      workload({
        ...fragile,
        image: `${tight}:1`,
        name: 'tight',
        replicas: 1,
        spec: {
          progressDeadlineSeconds: 2,
          strategy: {type: 'RollingUpdate', rollingUpdate: {maxSurge: 0, maxUnavailable: 1}},
        },
      }),
    ])
    await untilRolledOut(cluster)
    shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
  }, 120_000)
  afterAll(async () => {
    shell?.[Symbol.dispose]()
    await cluster?.delete()
  })

  const podsOf = async (name: string) =>
    (await cluster.get<Pods>(`/api/v1/namespaces/shop/pods?labelSelector=app=${name}`)).items
  const uidsOf = async (name: string) => (await podsOf(name)).map(({metadata}) => metadata.uid).sort()
  const run = async (...words: readonly string[]) => {
    const {stdout, stderr, exitCode} = await shell.run(...words, '--yes', '--undo-failed', '-o', 'json')
    expect(stdout, stderr).not.toBe('')
    return {report: JSON.parse(stdout) as RunReport, exitCode}
  }
  const undoOf = ({results}: RunReport, name: string) => {
    const found = results.find((result) => result.name === name)
    return `${found?.outcome}, ${found?.undo?.outcome}: ${found?.undo?.reason}`
  }

  const back = 'failed, undone: back to the revision before'
  let first: RunReport
  let before: Readonly<Record<string, readonly string[]>>

  test('every kind is undone, and for a StatefulSet that waits for its stuck pod the command is shown', async () => {
    before = {web: await uidsOf('web'), stamped: await uidsOf('stamped')}
    const {report, exitCode} = await run('restart', breaks, '--all-contexts', '--fail-fast')
    first = report
    expect(undoOf(report, 'web')).toBe(back)
    expect(undoOf(report, 'stamped')).toBe(back)
    expect(undoOf(report, 'agent')).toBe(back)
    expect(undoOf(report, 'shards')).toBe(back)
    expect(undoOf(report, 'db')).toMatch(
      /^failed, not-undone: its template is as before, .* pod db-1 of the failed revision/,
    )
    expect(report.verdict.sentence).toBe('5 of 5 targets failed; 4 were undone and 1 could not be undone.')
    expect(exitCode).toBe(1)
  })

  test('the revision before is the current one again: no pod of it was lost, and there is no revision more than the failed one', async () => {
    expect(await uidsOf('web')).toEqual(before.web)
    expect(await uidsOf('stamped')).toEqual(before.stamped)
    const counts = await replicaSetCounts(cluster)
    expect(counts['shop/web']).toEqual({replicaSets: 2, revision: 3})
    expect(counts['shop/stamped']).toEqual({replicaSets: 2, revision: 3})
    const revisions = await controllerRevisionCounts(cluster)
    expect(revisions['DaemonSet shop/agent']).toBe(2)
    expect(revisions['StatefulSet shop/shards']).toBe(2)
    const stamps = (await podsOf('stamped')).map(({metadata}) => metadata.annotations?.[stampAnnotation])
    expect(new Set(stamps)).toEqual(new Set([earlier]))
  })

  test('the suggested command unblocks the StatefulSet', async () => {
    const db = first.results.find(({name}) => name === 'db') as ResultEntry
    const [command = ''] = db.failure?.suggestions ?? []
    expect(command).toBe('kubectl --context undo -n shop delete pod db-1')
    const {exitCode} = await cluster.kubectl(command.split(' ').slice(1))
    expect(exitCode).toBe(0)
    await untilRolledOut(cluster)
    expect((await controllerRevisionCounts(cluster))['StatefulSet shop/db']).toBe(2)
    for (const {metadata} of await podsOf('db')) expect(metadata.annotations?.[stampAnnotation]).toBeUndefined()
  })

  test('a retry restarts what was undone, and undoes it again: still no revision more', async () => {
    const {report, exitCode} = await run('runs', 'retry', first.run.id, '--fail-fast')
    expect(report.results).toHaveLength(5)
    expect(undoOf(report, 'web')).toBe(back)
    expect(exitCode).toBe(1)
    expect(await uidsOf('web')).toEqual(before.web)
    expect((await replicaSetCounts(cluster))['shop/web']).toEqual({replicaSets: 2, revision: 5})
    expect((await controllerRevisionCounts(cluster))['DaemonSet shop/agent']).toBe(2)
  })

  test('a Deployment that had to end a pod first is found healthy, although its progress deadline had passed', async () => {
    const {report} = await run('restart', tight, '--all-contexts')
    expect(report.results[0]?.reason).toContain('progress deadline')
    expect(undoOf(report, 'tight')).toBe(back)
    expect((await replicaSetCounts(cluster))['shop/tight']).toEqual({replicaSets: 2, revision: 3})
  })
})
