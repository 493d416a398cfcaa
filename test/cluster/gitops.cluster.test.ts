import {readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell, type Shell} from '../support/run-command.ts'
import type {ResultEntry, RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {applyAs, applyThreeWay, type LiveWorkload, pathOf, reconcileAsFlux} from './owners.ts'
import {type KubeObject, type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/owned/app'
const stamp = 'kubectl.kubernetes.io/restartedAt'

/** A Deployment as it is in git or in a chart, with the additions of the tool that applies it. */
function manifest(name: string, more: {labels?: object; annotations?: object; image?: string; ready?: string} = {}) {
  const {labels = {}, annotations = {}, ready} = more
  const object = workload({
    namespace: 'shop',
    name,
    image: more.image ?? `${image}:1`,
    replicas: 2,
    ...(ready && {podAnnotations: {'hubspoke.test/ready-after': ready}}),
  })
  const metadata = {...object.metadata, labels: {app: name, ...labels}, annotations}
  return {...object, metadata} satisfies KubeObject
}

const byFlux = {
  labels: {'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system'},
}
const byArgo = (name: string) => ({
  annotations: {'argocd.argoproj.io/tracking-id': `shop-prod:apps/Deployment:shop/${name}`},
})
const byHelm = {
  labels: {'app.kubernetes.io/managed-by': 'Helm'},
  annotations: {'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop'},
}

/** The image of the first container changed, as a new commit or a new version of a chart would. */
function upgraded(object: KubeObject): KubeObject {
  return JSON.parse(JSON.stringify(object).replace(`${image}:1`, `${image}:2`))
}

interface Tool {
  readonly tool: string
  readonly object: KubeObject
  readonly apply: (cluster: RealCluster, object: KubeObject) => Promise<unknown>
}

const tools: readonly Tool[] = [
  {tool: 'Flux', object: manifest('flux', byFlux), apply: reconcileAsFlux},
  {tool: 'Argo CD, by a three-way patch', object: manifest('argo', byArgo('argo')), apply: applyThreeWay},
  {
    tool: 'Argo CD, by server-side apply',
    object: manifest('argo-ssa', byArgo('argo-ssa')),
    apply: (cluster, object) => applyAs(cluster, 'argocd-controller', object),
  },
  {tool: 'Helm 3, by a three-way patch', object: manifest('helm3', byHelm), apply: applyThreeWay},
  {
    tool: 'Helm 4, by server-side apply without force',
    object: manifest('helm4', byHelm),
    apply: (cluster, object) => applyAs(cluster, 'helm', object, false),
  },
]

describe.skipIf(!binaries)('workloads with an owner, on a real cluster', () => {
  let cluster: RealCluster
  let shell: Shell

  const live = (object: KubeObject) => cluster.get<LiveWorkload>(pathOf(object))
  const stampOf = async (object: KubeObject) => (await live(object)).spec.template.metadata.annotations?.[stamp]
  const restart = async (of: string, ...words: readonly string[]) => {
    const ended = await shell.run('restart', of, '--all-contexts', '-y', '-o', 'json', ...words)
    return {...ended, report: ended.document() as RunReport}
  }
  const nameAndOwner = ({name, owner}: ResultEntry) => `${name}: ${owner && `${owner.tool} ${owner.name}`}`
  /** Again and again, until the work is done. */
  const during = async <T>(work: Promise<T>, again: () => Promise<unknown>): Promise<T> => {
    const over = new AbortController()
    const loop = (async () => {
      while (!over.signal.aborted) {
        await again()
        await sleep(300)
      }
    })()
    try {
      return await work
    } finally {
      over.abort()
      await loop
    }
  }

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'gitops', nodes: 4})
    await cluster.apply([namespace('shop')])
    for (const {apply, object} of tools) await apply(cluster, object)
    await untilRolledOut(cluster)
    shell = await openShell({kubeconfig: readFileSync(cluster.kubeconfigPath, 'utf8'), clock: systemClock})
  }, 180_000)
  afterAll(async () => {
    await shell?.[Symbol.asyncDispose]()
    await cluster?.delete()
  })

  test('they are recognised, and a restart stays in effect while each of them reconciles', async () => {
    const again = () => Promise.all(tools.map(({apply, object}) => apply(cluster, object)))
    const {exitCode, report, stderr} = await during(restart(image), again)
    expect(stderr).toContain('5 targets have an owner:')
    expect(report.results.map(nameAndOwner)).toEqual([
      'argo: argo-cd shop-prod',
      'argo-ssa: argo-cd shop-prod',
      'flux: flux apps',
      'helm3: helm web',
      'helm4: helm web',
    ])
    expect(report.counts).toMatchObject({total: 5, succeeded: 5})
    expect(exitCode).toBe(0)
  })

  test.each(tools)(
    '$tool: neither the next reconciliation nor the next release takes the stamp away',
    async ({object, apply}) => {
      const {metadata} = await live(object)
      const before = await stampOf(object)
      expect(before).toMatch(/^\d{4}-/)
      await apply(cluster, object)
      expect((await live(object)).metadata.generation).toBe(metadata.generation)
      await apply(cluster, upgraded(object))
      const after = await live(object)
      expect(after.metadata.generation).toBe(metadata.generation + 1)
      expect(after.spec.template.metadata.annotations?.[stamp]).toBe(before)
      expect(after.metadata.annotations?.['hubspoke.dev/run-id']).toMatch(/^\d{8}-/)
    },
  )

  test('Argo CD sees no difference after a restart: kubectl diff, by the same patch, is empty', async () => {
    const object = manifest('diff', byArgo('diff'))
    await applyThreeWay(cluster, object)
    await cluster.client.patch(`${pathOf(object)}?fieldManager=hubspoke`, stamped('2026-01-01T00:00:00.000Z'))
    expect(await cluster.kubectl(['diff', '-f', '-'], JSON.stringify(object))).toMatchObject({exitCode: 0, stdout: ''})
    await cluster.client.delete(pathOf(object))
  })

  test('what kubectl rollout restart writes is removed by Flux, because of the name of its field manager', async () => {
    const object = manifest('by-kubectl', byFlux)
    await reconcileAsFlux(cluster, object)
    await cluster.kubectl(['-n', 'shop', 'rollout', 'restart', 'deployment/by-kubectl'])
    expect(await stampOf(object)).toMatch(/^\d{4}-/)
    await reconcileAsFlux(cluster, object)
    expect(await stampOf(object)).toBeUndefined()
    await cluster.client.delete(pathOf(object))
  })

  test('an annotation that is in git is restored by Flux: failed, reverted, by the name of its field manager', async () => {
    const object = manifest('pinned', {...byFlux, image: 'registry.example/pinned/app:1'})
    const {spec} = object as unknown as {spec: {template: {metadata: object}}}
    const template = {
      ...spec.template,
      metadata: {...spec.template.metadata, annotations: {[stamp]: '2020-01-01T00:00:00Z'}},
    }
    const pinned: KubeObject = {...object, spec: {...spec, template}}
    await applyAs(cluster, 'kustomize-controller', pinned)
    await untilRolledOut(cluster)
    // Notes of managers tell the second, and this manager's next one has to be another.
    await sleep(1_100)
    const ended = restart('registry.example/pinned/app')
    const {exitCode, report} = await during(ended, () => applyAs(cluster, 'kustomize-controller', pinned))
    const message = 'its pod template was changed back by "kustomize-controller" (Flux Kustomization flux-system/apps)'
    expect(report.results).toMatchObject([{outcome: 'failed', failure: {class: 'reverted', message}}])
    expect(exitCode).toBe(1)
  })

  test('a controller that removes the annotation leaves no field manager: failed, reverted, by the name of the owner', async () => {
    const object = manifest('operated', {image: 'registry.example/operated/app:1', ready: '3s'})
    await cluster.apply([{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'eu', namespace: 'shop'}}])
    const {metadata} = await cluster.get<{metadata: {uid: string}}>('/api/v1/namespaces/shop/configmaps/eu')
    const reference = {apiVersion: 'v1', kind: 'ConfigMap', name: 'eu', uid: metadata.uid, controller: true}
    await cluster.apply([{...object, metadata: {...object.metadata, ownerReferences: [reference]}}])
    await untilRolledOut(cluster)
    const takeOut = async () => {
      if ((await stampOf(object)) === undefined) return
      await cluster.client.patch(`${pathOf(object)}?fieldManager=shop-operator`, stamped(null))
    }
    const {exitCode, report} = await during(restart('registry.example/operated/app'), takeOut)
    const message = 'its pod template was changed back by ConfigMap eu'
    expect(report.results).toMatchObject([{outcome: 'failed', failure: {class: 'reverted', message}}])
    expect(exitCode).toBe(1)
  })

  test('the plan shows disruption, and a budget that the cluster has counted', async () => {
    const of = (name: string, spec: object) =>
      workload({namespace: 'shop', name, image: 'registry.example/down/app:1', replicas: 4, spec: {...spec}})
    const rolling = {strategy: {type: 'RollingUpdate', rollingUpdate: {maxSurge: 0, maxUnavailable: '50%'}}}
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: {namespace: 'shop', name: 'half'},
      spec: {
        minAvailable: '75%',
        selector: {matchExpressions: [{key: 'app', operator: 'In', values: ['half', 'calm']}]},
      },
    }
    const calm = {strategy: {type: 'RollingUpdate', rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}}
    await cluster.apply([of('half', rolling), of('gone', {strategy: {type: 'Recreate'}}), of('calm', calm)])
    await untilRolledOut(cluster)
    const path = '/apis/policy/v1/namespaces/shop/poddisruptionbudgets'
    const {status} = await cluster.client.post(path, budget)
    expect(status).toBe(201)
    const counted = async () =>
      (await cluster.get<{status: {expectedPods: number}}>(`${path}/half`)).status.expectedPods
    await expect.poll(counted, {timeout: 20_000}).toBe(8)
    const {report, stderr, exitCode} = await restart('registry.example/down/app')
    expect(report.results.map(({name, disruption}) => [name, disruption?.map(({why}) => why)])).toEqual([
      ['calm', []],
      ['gone', ['recreate']],
      ['half', []],
    ])
    expect(stderr).toContain('1 workload is unavailable during its rollout: gitops/shop/Deployment/gone (Recreate).')
    await cluster.client.patch(`${path}/half`, {spec: {minAvailable: '90%'}})
    const broken = await restart('registry.example/down/app', '--dry-run', 'client')
    expect(broken.stderr).toContain('2 of 4 away at once, budget half allows 0')
    expect(exitCode).toBe(0)
  })

  test('a DaemonSet that takes longer than --timeout, but makes progress, succeeds', async () => {
    const podAnnotations = {'hubspoke.test/ready-after': '2s'}
    const slow = {kind: 'DaemonSet', namespace: 'shop', name: 'slow', image: 'registry.example/slow/app:1'} as const
    await cluster.apply([workload({...slow, podAnnotations})])
    await untilRolledOut(cluster)
    const {exitCode, report} = await restart('registry.example/slow/app', '--timeout', '5s')
    expect(report.results).toMatchObject([{outcome: 'succeeded', reason: '4 new pods available'}])
    expect(report.results[0]?.durationMs).toBeGreaterThan(5_000)
    expect(exitCode).toBe(0)
  })

  test('paused, OnDelete, a partition that covers all: not written, not-restartable, exit 1', async () => {
    const still = {image: 'registry.example/still/app:1', namespace: 'shop'}
    const objects = [
      workload({...still, name: 'paused', spec: {paused: true}}),
      workload({...still, kind: 'StatefulSet', name: 'by-hand', spec: {updateStrategy: {type: 'OnDelete'}}}),
      workload({
        ...still,
        kind: 'StatefulSet',
        name: 'parted',
        spec: {updateStrategy: {type: 'RollingUpdate', rollingUpdate: {partition: 2}}},
      }),
    ]
    await cluster.apply(objects)
    const {exitCode, report} = await restart('registry.example/still/app')
    expect(report.results.map(({name, outcome, failure}) => [name, outcome, failure?.class])).toEqual([
      ['paused', 'skipped', 'not-restartable'],
      ['by-hand', 'skipped', 'not-restartable'],
      ['parted', 'skipped', 'not-restartable'],
    ])
    expect(exitCode).toBe(1)
    const lists = await Promise.all(
      ['deployments/paused', 'statefulsets/by-hand', 'statefulsets/parted'].map((path) =>
        cluster.get<LiveWorkload>(`/apis/apps/v1/namespaces/shop/${path}`),
      ),
    )
    expect(lists.map(({spec}) => spec.template.metadata.annotations?.[stamp])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

function stamped(restartedAt: string | null): object {
  return {spec: {template: {metadata: {annotations: {[stamp]: restartedAt}}}}}
}
