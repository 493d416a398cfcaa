import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {StatusReport} from '../../src/model/status-report.ts'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, untilRolledOut, type WorkloadOptions, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'ghcr.io/acme/status'
const names = ['web', 'db', 'agent']

describe.skipIf(!binaries)('status on a genuine control plane', () => {
  let cluster: RealCluster
  let shell: ProcessShell

  const of = (name: string, more: Partial<WorkloadOptions> = {}) =>
    workload({namespace: 'shop', name, image: `${image}:1`, replicas: 2, ...more})
  const status = async (...flags: readonly string[]) => {
    const {stdout, stderr, exitCode} = await shell.run('status', image, '-o', 'json', ...flags)
    expect(stdout, stderr).not.toBe('')
    const report = JSON.parse(stdout) as StatusReport
    return {exitCode, report, states: report.workloads.map((one) => `${one.name} ${one.status}`).sort()}
  }
  /** What `kubectl rollout status` says of each. */
  const kubectlAgrees = async (kind: string, name: string) =>
    (await cluster.kubectl(['-n', 'shop', 'rollout', 'status', `${kind}/${name}`, '--timeout', '1s'])).exitCode === 0

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'status', nodes: 2})
    await cluster.apply([
      namespace('shop'),
      of('web'),
      of('db', {kind: 'StatefulSet'}),
      of('agent', {kind: 'DaemonSet'}),
    ])
    await untilRolledOut(
      cluster,
      names.map((name) => `shop/${name}`),
    )
    shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
  }, 120_000)
  afterAll(async () => {
    shell?.[Symbol.dispose]()
    await cluster?.delete()
  })

  test('all kinds are rolled out: 0, as kubectl says', async () => {
    const {exitCode, states, report} = await status()
    expect(states).toEqual(['agent rolled-out', 'db rolled-out', 'web rolled-out'])
    expect(exitCode).toBe(0)
    expect(report.clusters[0]?.cost.connections).toBe(1)
    expect(await kubectlAgrees('deployment', 'web')).toBe(true)
    expect(await kubectlAgrees('daemonset', 'agent')).toBe(true)
  })

  test('a change is watched until it is rolled out: 0', async () => {
    await cluster.apply([of('web', {image: `${image}:2`}), of('agent', {kind: 'DaemonSet', image: `${image}:2`})])
    const {exitCode, states} = await status('--watch', '--deadline', '2m')
    expect(states).toEqual(['agent rolled-out', 'db rolled-out', 'web rolled-out'])
    expect(exitCode).toBe(0)
    expect(await kubectlAgrees('deployment', 'web')).toBe(true)
  })

  test('a crash loop is stuck, with its reason: 1', async () => {
    await cluster.apply([of('web', {image: `${image}:3`, podAnnotations: {'hubspoke.test/crashes': 'true'}})])
    const {exitCode, report} = await status('--watch', '--fail-fast', '--deadline', '2m')
    expect(exitCode).toBe(1)
    expect(report.workloads[0]).toMatchObject({name: 'web', status: 'stuck', lasting: true})
    expect(report.workloads[0]?.cause?.reason).toBe('CrashLoopBackOff')
    expect(await kubectlAgrees('deployment', 'web')).toBe(false)
  })

  test('a Deployment that is paused half-way: 1', async () => {
    await cluster.kubectl(['-n', 'shop', 'rollout', 'pause', 'deployment/web'])
    await expect.poll(async () => (await status()).states, {timeout: 20_000}).toContain('web paused')
    expect((await status()).exitCode).toBe(1)
  })
})
