import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/sized'

interface Sized {
  readonly metadata: {readonly name: string; readonly generation: number}
  readonly spec: {readonly replicas: number}
}

interface List<T> {
  readonly items: readonly T[]
}

describe.skipIf(!binaries)('scale, against a genuine control plane', () => {
  let cluster: RealCluster
  let shell: ProcessShell

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'scale', nodes: 2})
    const sized = {namespace: 'shop', image: `${image}:1`}
    await cluster.apply([
      namespace('shop'),
      workload({...sized, name: 'web', replicas: 2}),
      workload({...sized, name: 'scaled', replicas: 2}),
      workload({...sized, kind: 'StatefulSet', name: 'db', replicas: 2}),
      workload({...sized, kind: 'DaemonSet', name: 'agent'}),
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: {namespace: 'shop', name: 'scaled'},
        spec: {scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled'}, maxReplicas: 4},
      },
    ])
    await untilRolledOut(cluster)
  }, 120_000)
  afterAll(() => cluster?.delete())
  beforeEach(() => {
    shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
  })
  afterEach(() => shell[Symbol.dispose]())

  const sizes = async () => {
    const lists = await Promise.all(
      ['deployments', 'statefulsets'].map((plural) =>
        cluster.get<List<Sized>>(`/apis/apps/v1/namespaces/shop/${plural}`),
      ),
    )
    const all = lists.flatMap(({items}) => items)
    return Object.fromEntries(all.map(({metadata, spec}) => [metadata.name, spec.replicas]))
  }
  const generations = async () => {
    const {items} = await cluster.get<List<Sized>>('/apis/apps/v1/namespaces/shop/deployments')
    return Object.fromEntries(items.map(({metadata}) => [metadata.name, metadata.generation]))
  }
  const podsOf = async (name: string) =>
    (await cluster.get<List<object>>(`/api/v1/namespaces/shop/pods?labelSelector=app=${name}`)).items.length
  const run = async (...words: readonly string[]) => {
    const {stdout, stderr, exitCode} = await shell.run(...words, '--yes', '-o', 'json')
    expect(stdout, stderr).not.toBe('')
    return {report: JSON.parse(stdout) as RunReport, exitCode}
  }
  const scale = (replicas: string, ...words: readonly string[]) =>
    run('scale', image, '--all-contexts', '--replicas', replicas, ...words)
  const ends = ({results}: RunReport) =>
    Object.fromEntries(
      results.map(({name, outcome, failure}) => [name, failure ? `${outcome}, ${failure.class}` : outcome]),
    )

  test('up and down, with pods; an autoscaler and a DaemonSet are left alone', async () => {
    const up = await scale('x2')
    expect(ends(up.report)).toEqual({
      web: 'succeeded',
      db: 'succeeded',
      scaled: 'skipped, owned',
      agent: 'skipped, not-scalable',
    })
    expect(up.exitCode).toBe(1)
    expect(await sizes()).toMatchObject({web: 4, db: 4, scaled: 2})
    expect([await podsOf('web'), await podsOf('db'), await podsOf('scaled')]).toEqual([4, 4, 2])
    const down = await scale('-3')
    expect(ends(down.report)).toMatchObject({web: 'succeeded', db: 'succeeded'})
    expect(await sizes()).toMatchObject({web: 1, db: 1, scaled: 2})
    expect(await podsOf('db')).toBe(1)
  }, 60_000)

  test('to 0 and back by undo', async () => {
    const {exitCode} = await scale('0', '--confirm-zero', '--kind', 'StatefulSet')
    expect(exitCode).toBe(0)
    expect(await podsOf('db')).toBe(0)
    const undone = await run('undo', '--run', 'last')
    expect(ends(undone.report)).toEqual({db: 'succeeded'})
    expect(await podsOf('db')).toBe(1)
  }, 60_000)

  test('a server dry run changes nothing', async () => {
    const before = await generations()
    const {report} = await scale('+5', '--dry-run', 'server', '--kind', 'Deployment', '--override-owner')
    expect(ends(report)).toEqual({web: 'succeeded', scaled: 'succeeded'})
    expect(await generations()).toEqual(before)
  }, 30_000)
})
