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
/** The stages of the test clusters pull nothing below this path. */
const unpullable = 'registry.example/broken/web:2'

interface Container {
  readonly name: string
  readonly image: string
}

interface Template {
  readonly spec: {readonly containers: readonly Container[]; readonly initContainers?: readonly Container[]}
}

interface Pod {
  readonly status: {readonly containerStatuses?: readonly {readonly imageID: string}[]}
}

/** Two containers, an init container and a sidecar. */
const mixed = {
  spec: {
    containers: [
      {name: 'proxy', image: 'registry.example/shop/proxy:1'},
      {name: 'app', image: `${image}:1`},
      {name: 'worker', image: `${image}:7`},
    ],
    initContainers: [
      {name: 'migrate', image: `${image}:1`},
      {name: 'logs', image: `${image}:1`, restartPolicy: 'Always'},
    ],
    terminationGracePeriodSeconds: 0,
  },
}

describe.skipIf(!binaries)('set-image, against a genuine control plane', () => {
  let cluster: RealCluster
  let shell: Shell
  /** The run that has set the images. */
  let done: string

  const templateOf = async (kind: string, name: string) =>
    (await cluster.get<{spec: {template: Template}}>(`/apis/apps/v1/namespaces/shop/${kind}/${name}`)).spec.template
  const imagesOf = async (kind: string, name: string) => {
    const {containers, initContainers = []} = (await templateOf(kind, name)).spec
    return [...containers, ...initContainers].map((one) => `${one.name}=${one.image.slice('registry.example/'.length)}`)
  }
  const imageIdsOf = async (name: string) => {
    const path = `/api/v1/namespaces/shop/pods?labelSelector=app=${name}`
    const {items} = await cluster.get<{items: readonly Pod[]}>(path)
    return items.flatMap(({status}) => status.containerStatuses?.map(({imageID}) => imageID) ?? [])
  }
  const revisionOf = async (name: string) => (await replicaSetCounts(cluster))[`shop/${name}`]
  const set = async (...words: readonly string[]) => {
    const {document, exitCode} = await shell.run('set-image', ...words, '--all-contexts', '--yes', '-o', 'json')
    return {report: document() as RunReport, exitCode}
  }

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'images', nodes: 1})
    const web = {namespace: 'shop', image: `${image}:1`, replicas: 1}
    await cluster.apply([
      namespace('shop'),
      workload({...web, name: 'plain'}),
      workload({...web, name: 'mixed', spec: {template: {metadata: {labels: {app: 'mixed'}}, ...mixed}}}),
      workload({...web, kind: 'StatefulSet', name: 'db'}),
      workload({...web, kind: 'DaemonSet', name: 'agent'}),
      workload({...web, name: 'other', image: 'registry.example/shop/other:1'}),
    ])
    await untilRolledOut(cluster)
    shell = await openShell({kubeconfig: readFileSync(cluster.kubeconfigPath, 'utf8'), clock: systemClock})
  }, 120_000)
  afterAll(async () => {
    await shell?.[Symbol.asyncDispose]()
    await cluster?.delete()
  })

  test('a tag that cannot be pulled is undone: the template and the ReplicaSet before are the current ones', async () => {
    const before = await templateOf('deployments', 'mixed')
    const {report, exitCode} = await set(
      ...[`${image}:1`, unpullable, '--allow-repository-change'],
      ...['--kind', 'Deployment', '--waves', '1,100%', '--undo-failed', '--fail-fast'],
    )
    const undone = report.results.filter(({undo}) => undo?.outcome === 'undone').map(({name}) => name)
    expect(report.results.map(({outcome}) => outcome)).toEqual(['failed', 'not-run'])
    expect(undone).toEqual(['mixed'])
    expect(exitCode).toBe(5)
    expect(await templateOf('deployments', 'mixed')).toEqual(before)
    expect(await revisionOf('mixed')).toEqual({replicaSets: 2, revision: 3})
    expect(await revisionOf('plain')).toEqual({replicaSets: 1, revision: 1})
  })

  test('images are set in matching containers only, in every kind, with one revision more', async () => {
    const {report, exitCode} = await set(`${image}:1`, ':2')
    done = report.run.id
    expect(report.counts).toMatchObject({total: 4, succeeded: 4})
    expect(exitCode).toBe(0)
    expect(await imagesOf('deployments', 'mixed')).toEqual([
      ...['proxy=shop/proxy:1', 'app=shop/web:2', 'worker=shop/web:7'],
      ...['migrate=shop/web:2', 'logs=shop/web:2'],
    ])
    for (const [kind, name] of [
      ['deployments', 'plain'],
      ['statefulsets', 'db'],
      ['daemonsets', 'agent'],
    ] as const) {
      expect(await imagesOf(kind, name)).toEqual(['app=shop/web:2'])
    }
    expect(await imagesOf('deployments', 'other')).toEqual(['app=shop/other:1'])
    expect(await revisionOf('plain')).toEqual({replicaSets: 2, revision: 2})
    expect(await revisionOf('other')).toEqual({replicaSets: 1, revision: 1})
    expect(await controllerRevisionCounts(cluster)).toMatchObject({
      'StatefulSet shop/db': 2,
      'DaemonSet shop/agent': 2,
    })
    expect(await imageIdsOf('plain')).toEqual([`${image}:2`])
  })

  test('a second run writes nothing', async () => {
    const {report, exitCode} = await set(image, ':2', '--kind', 'StatefulSet')
    expect(report.results).toMatchObject([{outcome: 'unchanged', reason: `it runs ${image}:2 already`}])
    expect(exitCode).toBe(0)
    expect(await revisionOf('plain')).toEqual({replicaSets: 2, revision: 2})
  })

  test('undo --run restores every kind: the ReplicaSet and the ControllerRevision before are the current ones', async () => {
    const {document, exitCode} = await shell.run('undo', '--run', done, '--yes', '-o', 'json')
    expect((document() as RunReport).counts).toMatchObject({total: 4, succeeded: 4})
    expect(exitCode).toBe(0)
    expect((await imagesOf('deployments', 'mixed')).join(' ')).toBe(
      'proxy=shop/proxy:1 app=shop/web:1 worker=shop/web:7 migrate=shop/web:1 logs=shop/web:1',
    )
    expect(await imageIdsOf('plain')).toEqual([`${image}:1`])
    expect(await revisionOf('plain')).toEqual({replicaSets: 2, revision: 3})
    expect(await controllerRevisionCounts(cluster)).toMatchObject({
      'StatefulSet shop/db': 2,
      'DaemonSet shop/agent': 2,
    })
  })
})
