import {readFileSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell, type Shell} from '../support/run-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {controllerRevisionCounts, namespace, replicaSetCounts, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const all = [
  ['deployments', 'web'],
  ['statefulsets', 'db'],
  ['daemonsets', 'agent'],
] as const

interface Template {
  readonly metadata: {readonly annotations?: Record<string, string>; readonly labels?: Record<string, string>}
  readonly spec: {readonly containers: readonly {readonly image: string}[]}
}

describe.skipIf(!binaries)('undo, against a genuine control plane', () => {
  let cluster: RealCluster
  let shell: Shell

  const templates = () =>
    Promise.all(
      all.map(async ([kind, name]) => {
        const path = `/apis/apps/v1/namespaces/shop/${kind}/${name}`
        return (await cluster.get<{spec: {template: Template}}>(path)).spec.template
      }),
    )
  const images = async () => (await templates()).map(({spec}) => spec.containers[0]?.image)
  const imagesOfPods = async () => {
    const {items} = await cluster.get<{items: readonly {spec: Template['spec']}[]}>('/api/v1/namespaces/shop/pods')
    return [...new Set(items.map(({spec}) => spec.containers[0]?.image))]
  }
  const run = async (...words: readonly string[]) => {
    const {document, exitCode} = await shell.run(...words, '--yes', '-o', 'json')
    return {report: document() as RunReport, exitCode}
  }
  const outcomes = ({results}: RunReport) => results.map(({outcome}) => outcome)

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'undo', nodes: 1})
    const web = {namespace: 'shop', image: `${image}:1`, replicas: 1}
    await cluster.apply([
      namespace('shop'),
      workload({...web, name: 'web'}),
      workload({...web, kind: 'StatefulSet', name: 'db'}),
      workload({...web, kind: 'DaemonSet', name: 'agent'}),
    ])
    await untilRolledOut(cluster)
    shell = await openShell({kubeconfig: readFileSync(cluster.kubeconfigPath, 'utf8'), clock: systemClock})
  }, 120_000)
  afterAll(async () => {
    await shell?.[Symbol.asyncDispose]()
    await cluster?.delete()
  })

  test('--run restores the templates before set-image, with no new ReplicaSet; a second undo writes nothing', async () => {
    const before = await templates()
    const set = await run('set-image', image, ':2', '--all-contexts')
    expect(set.exitCode).toBe(0)
    expect(await images()).toEqual(all.map(() => `${image}:2`))
    const undone = await run('undo', '--run', set.report.run.id)
    expect(outcomes(undone.report)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(undone.exitCode).toBe(0)
    expect(await templates()).toEqual(before)
    expect(await imagesOfPods()).toEqual([`${image}:1`])
    const revisions = {'shop/web': {replicaSets: 2, revision: 3}}
    expect(await replicaSetCounts(cluster)).toMatchObject(revisions)
    expect(await controllerRevisionCounts(cluster)).toMatchObject({'StatefulSet shop/db': 2, 'DaemonSet shop/agent': 2})
    const again = await run('undo', '--run', set.report.run.id)
    expect(outcomes(again.report)).toEqual(['unchanged', 'unchanged', 'unchanged'])
    expect(again.exitCode).toBe(0)
    expect(await replicaSetCounts(cluster)).toMatchObject(revisions)
  })

  test('IMAGE returns each kind to the revision before, with the mark of the run and without the label of a ReplicaSet', async () => {
    expect((await run('set-image', image, ':3', '--all-contexts')).exitCode).toBe(0)
    const {report, exitCode} = await run('undo', `${image}:3`, '--all-contexts')
    expect(outcomes(report)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(exitCode).toBe(0)
    expect(await images()).toEqual(all.map(() => `${image}:1`))
    expect(await imagesOfPods()).toEqual([`${image}:1`])
    const now = await templates()
    const stamps = new Set(now.map(({metadata}) => metadata.annotations?.['kubectl.kubernetes.io/restartedAt']))
    expect([...stamps]).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT/)])
    expect(now.map(({metadata}) => Object.keys(metadata.labels ?? {}))).toEqual(all.map(() => ['app']))
    const nothing = await shell.run('undo', `${image}:3`, '--all-contexts', '--yes')
    expect(nothing.exitCode).toBe(3)
  })
})
