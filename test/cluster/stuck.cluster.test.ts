import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {stringify} from 'yaml'
import type {CheckReport} from '../../src/model/check-report.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell} from '../support/run-command.ts'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type KubeObject, type RealCluster, startRealCluster} from './real-cluster.ts'
import {createServiceAccount, mayI} from './service-account.ts'
import {namespace, untilRolledOut, type WorkloadOptions, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const imageOf = (name: string) => `ghcr.io/acme/${name}`
const crashes = {'hubspoke.test/crashes': 'true'}

describe.skipIf(!binaries)('what blocks a rollout, on a genuine control plane', () => {
  let cluster: RealCluster
  let shell: ProcessShell

  const of = (name: string, more: Partial<WorkloadOptions> = {}): KubeObject =>
    workload({namespace: 'shop', name, image: `${imageOf(name)}:1`, ...more})
  const restart = async (name: string, ...flags: readonly string[]) => {
    const words = ['restart', imageOf(name), '--all-contexts', '--yes', '-o', 'json', ...flags]
    const {stdout, stderr, exitCode} = await shell.run(...words)
    expect(stdout, stderr).not.toBe('')
    return {result: (JSON.parse(stdout) as RunReport).results[0], exitCode}
  }
  const rolledOut = (...except: readonly string[]) =>
    untilRolledOut(
      cluster,
      ['db', 'warm', 'queue', 'full', 'many', 'disk']
        .filter((name) => !except.includes(name))
        .map((name) => `shop/${name}`),
    )

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'stuck', nodes: 2})
    await cluster.apply([
      namespace('shop'),
      of('db', {kind: 'StatefulSet', replicas: 2, podAnnotations: crashes}),
      of('warm', {kind: 'StatefulSet', replicas: 1, spec: {minReadySeconds: 8}}),
      of('queue', {kind: 'StatefulSet', replicas: 1}),
      of('full', {kind: 'StatefulSet', replicas: 1}),
      of('many', {
        kind: 'StatefulSet',
        replicas: 110,
        podAnnotations: {'hubspoke.test/healthy-at': 'never'},
        spec: {podManagementPolicy: 'Parallel'},
      }),
      of('web'),
      of('api'),
      of('secret'),
      of('idle', {replicas: 0}),
    ])
    shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
  }, 120_000)
  afterAll(async () => {
    shell?.[Symbol.dispose]()
    await cluster?.delete()
  })

  test('a StatefulSet that was broken before: the pod is named at once, and the command that deletes it helps', async () => {
    await expect
      .poll(async () => (await cluster.kubectl(['-n', 'shop', 'get', 'pod', 'db-0'])).stdout, {timeout: 20_000})
      .toContain('CrashLoopBackOff')
    await cluster.apply([of('db', {kind: 'StatefulSet', replicas: 2})])
    const {result, exitCode} = await restart('db', '--fail-fast')
    expect(result?.reason).toMatch(/^CrashLoopBackOff: .*\(pod db-0, container app\); it is of an older revision/)
    expect(result?.obstacles).toMatchObject([
      {why: 'broken-pods', message: expect.stringContaining('0 of 2 pods ready')},
    ])
    expect(result?.durationMs).toBeLessThan(15_000)
    expect(exitCode).toBe(1)
    const [command = ''] = result?.failure?.suggestions ?? []
    expect(command).toBe('kubectl --context stuck -n shop delete pod db-0')
    await cluster.kubectl(command.split(' ').slice(1))
    await rolledOut('db')
  })

  test('minReadySeconds is waited for, and named where an explicit --timeout is shorter', async () => {
    await rolledOut('warm')
    const short = await restart('warm', '--timeout', '3s')
    expect(short.result).toMatchObject({outcome: 'failed', failure: {class: 'timeout'}})
    expect(short.result?.reason).toMatch(/own deadline has not passed \(minReadySeconds 8.0s\)/)
    await rolledOut('warm')
    expect((await restart('warm')).result?.outcome).toBe('succeeded')
  })

  test('a finalizer that keeps a pod is named', async () => {
    await rolledOut('queue')
    const finalizers = (list: readonly string[]) => stringify({metadata: {finalizers: list}})
    const patch = async (list: readonly string[]) =>
      cluster.kubectl(['-n', 'shop', 'patch', 'pod', 'queue-0', '--type', 'merge', '-p', finalizers(list)])
    expect((await patch(['acme.test/drain'])).exitCode).toBe(0)
    const {result} = await restart('queue', '--timeout', '8s')
    expect(result?.reason).toMatch(
      /^Terminating: pod queue-0 is terminating since .*finalizers acme\.test\/drain, on node/,
    )
    await patch([])
    await rolledOut('queue')
  })

  test('a quota that keeps a StatefulSet from its pod is told by an Event', async () => {
    await rolledOut('full')
    const quota = {apiVersion: 'v1', kind: 'ResourceQuota', metadata: {namespace: 'shop', name: 'none'}}
    await cluster.apply([{...quota, spec: {hard: {pods: '1'}}}])
    await expect
      .poll(
        async () =>
          (await cluster.kubectl(['-n', 'shop', 'get', 'quota', 'none', '-o', 'jsonpath={.status.hard.pods}'])).stdout,
      )
      .toBe('1')
    const {result} = await restart('full', '--timeout', '12s')
    await cluster.kubectl(['-n', 'shop', 'delete', 'quota', 'none'])
    expect(result?.reason).toMatch(/^FailedCreate: .*exceeded quota: none/)
  })

  test('one pod of many that are read as rows of a table', async () => {
    await rolledOut('many')
    const {result} = await restart('many', '--fail-fast')
    expect(result?.reason).toMatch(/^CrashLoopBackOff: .*\(pod many-109, container app\)/)
  })

  test('a claim that is not bound is told by the scheduler', async () => {
    const claim = {accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources: {requests: {storage: '1Gi'}}}
    const disk = of('disk', {
      replicas: 1,
      spec: {strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}},
    }) as KubeObject & {
      spec: {template: {spec: object}}
    }
    Object.assign(disk.spec.template.spec, {volumes: [{name: 'd', persistentVolumeClaim: {claimName: 'disk'}}]})
    const pvc = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {namespace: 'shop', name: 'disk'},
      spec: claim,
    }
    await cluster.apply([disk])
    expect((await cluster.kubectl(['apply', '-f', '-'], stringify(pvc))).exitCode).toBe(0)
    const {result} = await restart('disk', '--timeout', '8s')
    expect(result?.reason).toMatch(/^Unschedulable: .*(unbound|persistentvolumeclaim)/i)
    expect(result?.obstacles).toMatchObject([{why: 'volume'}])
  })

  test('what a role allows by name is restarted, and nothing else', async () => {
    const account = await createServiceAccount(cluster, 'shop', 'restarter')
    const rbac = 'rbac.authorization.k8s.io/v1'
    const rules = [
      {apiGroups: ['apps'], resources: ['deployments'], verbs: ['list', 'watch']},
      {apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['web', 'api'], verbs: ['get', 'patch']},
    ]
    const metadata = {namespace: 'shop', name: 'restart-web'}
    const binding = {
      ...{apiVersion: rbac, kind: 'RoleBinding', metadata},
      roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'restart-web'},
      subjects: [{kind: 'ServiceAccount', namespace: 'shop', name: 'restarter'}],
    }
    const role = {apiVersion: rbac, kind: 'Role', metadata, rules}
    await cluster.kubectl(['apply', '-f', '-'], [role, binding].map((object) => stringify(object)).join('---\n'))
    const patchWeb = {verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop'}
    await expect.poll(() => mayI(account.client, {...patchWeb, name: 'web'})).toBe(true)
    expect(await mayI(account.client, patchWeb)).toBe(false)

    await using limited = await openShell({kubeconfig: account.kubeconfig, clock: systemClock})
    const only = ['--all-contexts', '-n', 'shop', '--kind', 'deploy', '--lock', 'off', '--yes', '-o', 'json']
    for (const [name, outcome] of [
      ['web', 'succeeded'],
      ['api', 'succeeded'],
      ['secret', 'failed'],
    ] as const) {
      const {stdout} = await limited.run('restart', imageOf(name), ...only)
      expect((JSON.parse(stdout) as RunReport).results.map((result) => [result.name, result.outcome])).toEqual([
        [name, outcome],
      ])
    }
    const {stdout} = await limited.run('check', '-n', 'shop', '-o', 'json')
    const patches = (JSON.parse(stdout) as CheckReport).contexts[0]?.permissions.filter(({verb}) => verb === 'patch')
    expect(patches?.every(({allowed, mayBeByName}) => !allowed && mayBeByName)).toBe(true)
  })

  test('a Deployment that a Rollout refers to is not written', async () => {
    expect((await restart('idle')).result).toMatchObject({outcome: 'succeeded', reason: 'no pods to replace'})
    const schema = {type: 'object', 'x-kubernetes-preserve-unknown-fields': true}
    const definition = {
      ...{
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: {name: 'rollouts.argoproj.io'},
      },
      spec: {
        group: 'argoproj.io',
        names: {kind: 'Rollout', plural: 'rollouts', singular: 'rollout'},
        scope: 'Namespaced',
        versions: [{name: 'v1alpha1', served: true, storage: true, schema: {openAPIV3Schema: schema}}],
      },
    }
    const rollout = {
      ...{apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: {namespace: 'shop', name: 'idle'}},
      spec: {workloadRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'idle'}},
    }
    await cluster.kubectl(['apply', '-f', '-'], stringify(definition))
    await expect
      .poll(async () => (await cluster.kubectl(['apply', '-f', '-'], stringify(rollout))).exitCode, {timeout: 20_000})
      .toBe(0)
    const {result, exitCode} = await restart('idle')
    expect(result).toMatchObject({outcome: 'skipped', failure: {class: 'owned'}})
    expect(result?.reason).toMatch(/^Argo Rollouts Rollout shop\/idle runs its pods/)
    expect(exitCode).toBe(1)
  })
})
