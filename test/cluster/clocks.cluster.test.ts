import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import type {ErrorReport} from '../../src/model/error-report.ts'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {brokenImage, namespace, replicaSetCounts, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const slowImage = brokenImage.replace(/:.*/, '')
const hourMs = 3_600_000

/** A module that shifts the clock of a process; its monotonic clock is unchanged. */
const clockOff = (byMs: number): string =>
  `data:text/javascript,${encodeURIComponent(`
    const Right = Date
    globalThis.Date = class extends Right {
      constructor(...of) {
        if (of.length === 0) super(Right.now() + ${byMs})
        else super(...of)
      }
      static now() {
        return Right.now() + ${byMs}
      }
    }
  `)}`
const ahead = {imports: [clockOff(hourMs)]}
const right = {}
const behind = {imports: [clockOff(-hourMs)]}

describe.skipIf(!binaries)('a machine whose clock is an hour off', () => {
  let cluster: RealCluster
  let shell: ProcessShell

  const restart = ['restart', image, '--all-contexts', '--yes', '-o', 'json'] as const
  const restartSlow = ['restart', slowImage, '--all-contexts', '--yes', '--concurrency', '1', '-o', 'json'] as const
  const revision = async () => (await replicaSetCounts(cluster))['shop/web']?.revision ?? 0

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'clocks'})
    const spec = {progressDeadlineSeconds: 40}
    await cluster.apply([
      namespace('hubspoke-system'),
      namespace('shop'),
      workload({namespace: 'shop', name: 'web', image: `${image}:1.0`}),
      workload({namespace: 'shop', name: 'slow', image: brokenImage, replicas: 1, spec}),
    ])
    await untilRolledOut(cluster, ['shop/slow'])
  })
  afterAll(() => cluster?.delete())
  beforeEach(() => {
    shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
  })
  afterEach(() => shell[Symbol.dispose]())

  test.each([
    {clock: 'ahead', off: ahead},
    {clock: 'behind', off: behind},
  ])('$clock: it restarts what was restarted just now, and others restart what it has restarted', async ({off}) => {
    for (const circumstances of [off, right, off]) {
      const before = await revision()
      const {stdout, exitCode} = await shell.runUnder(circumstances, ...restart)
      const report: RunReport = JSON.parse(stdout)
      expect({exitCode, counts: report.counts}).toMatchObject({exitCode: 0, counts: {total: 1, succeeded: 1}})
      expect(report.run.durationMs).toBeLessThan(hourMs / 2)
      expect(await revision()).toBe(before + 1)
    }
    const before = await revision()
    expect(await cluster.kubectl(['-n', 'shop', 'rollout', 'restart', 'deployment/web'])).toMatchObject({exitCode: 0})
    const {stdout} = await shell.runUnder(off, ...restart)
    expect(JSON.parse(stdout)).toMatchObject({counts: {total: 1, succeeded: 1}})
    expect(await revision()).toBe(before + 2)
  })

  test('an active holder keeps its lock, although its last renewal seems two hours old: 6', async () => {
    const holder = shell.startUnder(behind, ...restartSlow)
    await holder.says('written, waiting for its rollout')
    const before = await revision()
    const {stdout, exitCode} = await shell.runUnder(ahead, ...restart)
    expect(exitCode).toBe(6)
    const report: ErrorReport = JSON.parse(stdout)
    expect(report.error.class).toBe('locked')
    expect(await revision()).toBe(before)
    holder.child.kill('SIGINT')
    const end = await holder.end
    expect(end.exitCode).toBe(130)
    expect(JSON.parse(end.stdout)).toMatchObject({run: {locks: [{state: 'held'}]}})
  })

  test('the lock of a dead holder is taken over after its silence, although its last renewal seems to be in two hours', async () => {
    const holder = shell.startUnder(ahead, ...restartSlow)
    await holder.says('written, waiting for its rollout')
    holder.child.kill('SIGKILL')
    await holder.end
    const before = await revision()
    const startedAt = performance.now()
    const {stdout, exitCode} = await shell.runUnder(behind, ...restart)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(15_000)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      run: {locks: [{context: 'clocks', state: 'held'}]},
      counts: {total: 1, succeeded: 1},
    })
    expect(await revision()).toBe(before + 1)
  })
})
