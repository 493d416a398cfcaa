import {globSync} from 'node:fs'
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
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/hubspoke-system/leases/hubspoke-run'

interface Lease {
  readonly metadata: {readonly annotations?: Readonly<Record<string, string>>}
  readonly spec: {readonly holderIdentity?: string; readonly leaseTransitions?: number; readonly renewTime?: string}
}

describe.skipIf(!binaries)('the lock of a run, on a real cluster', () => {
  let cluster: RealCluster
  let shell: ProcessShell
  let other: ProcessShell

  /** Two workloads of which the first does not come up until its deadline: restarting them one by one takes long. */
  const slow = ['slow-a', 'slow-b'].map((name) =>
    workload({namespace: 'shop', name, image: brokenImage, replicas: 1, spec: {progressDeadlineSeconds: 40}}),
  )
  const startSlowRun = async () => {
    const run = shell.start('restart', slowImage, '--all-contexts', '--yes', '--concurrency', '1', '-o', 'json')
    await run.says('written, waiting for its rollout')
    return run
  }
  const restartWeb = (...words: readonly string[]) =>
    other.run('restart', image, '--all-contexts', '--yes', '-o', 'json', ...words)
  const lease = () => cluster.get<Lease>(leasePath)
  const ledgers = ({home}: ProcessShell) => globSync('.local/state/hubspoke/runs/*.jsonl', {cwd: home})
  const revision = async (name: string) => (await replicaSetCounts(cluster))[`shop/${name}`]?.revision

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'locked', nodes: 2})
    const web = ['web', 'api'].map((name) => workload({namespace: 'shop', name, image: `${image}:1.0`}))
    await cluster.apply([namespace('shop'), ...web, ...slow])
    await untilRolledOut(cluster, ['shop/slow-a', 'shop/slow-b'])
  }, 180_000)
  afterAll(() => cluster?.delete())
  beforeEach(() => {
    const env = {KUBECONFIG: cluster.kubeconfigPath, USER: 'ada'}
    shell = openProcessShell(env)
    other = openProcessShell(env)
  })
  afterEach(() => {
    shell[Symbol.dispose]()
    other[Symbol.dispose]()
  })

  test('without its namespace: auto continues and says so, require ends with 2', async () => {
    const required = await restartWeb('--lock', 'require')
    expect(required.exitCode).toBe(2)
    expect(required.stderr).toContain('create namespace hubspoke-system')
    expect(await revision('web')).toBe(1)
    const {exitCode, stdout, stderr} = await restartWeb()
    expect(exitCode).toBe(0)
    expect(stderr).toContain('No lock in "locked": the namespace "hubspoke-system" does not exist.')
    const {run}: RunReport = JSON.parse(stdout)
    expect(run.locks).toMatchObject([{context: 'locked', state: 'none'}])
    await cluster.apply([namespace('hubspoke-system')])
  })

  test('two runs at once: the second ends with 6, names the holder, and has written nothing', async () => {
    const first = await startSlowRun()
    const before = await revision('web')
    const {exitCode, stdout} = await restartWeb()
    expect(exitCode).toBe(6)
    const report: ErrorReport = JSON.parse(stdout)
    expect(report).toMatchObject({type: 'ErrorReport', error: {class: 'locked'}, verdict: {code: 6, name: 'locked'}})
    const {metadata, spec} = await lease()
    const runId = metadata.annotations?.['hubspoke.dev/run-id'] ?? ''
    expect(spec.holderIdentity).toMatch(new RegExp(`^${runId}-`))
    expect(report.error.message).toMatch(new RegExp(`run ${runId} \\(restart\\) of .+ on `))
    expect(await revision('web')).toBe(before)
    expect(ledgers(other)).toEqual([])

    first.child.kill('SIGINT')
    expect((await first.end).exitCode).toBe(130)
    expect((await lease()).spec.holderIdentity).toBeUndefined()
    const next = await restartWeb()
    expect(next.exitCode).toBe(0)
    expect(next.stderr).not.toContain('still alive')
  })

  test('kill -9 of the holder: the next one takes over after the silence of the lease, not before', async () => {
    const first = await startSlowRun()
    first.child.kill('SIGKILL')
    await first.end
    const {spec: left} = await lease()
    const before = performance.now()
    const {exitCode, stdout, stderr} = await restartWeb()
    expect(exitCode).toBe(0)
    expect(performance.now() - before).toBeGreaterThanOrEqual(15_000)
    expect(stderr).toContain('Looking for up to 15s whether it is still alive')
    const report: RunReport = JSON.parse(stdout)
    expect(report.run.locks).toEqual([{context: 'locked', state: 'held', reason: null}])
    expect(report.counts).toMatchObject({total: 2, succeeded: 2})
    const {spec} = await lease()
    expect(spec.holderIdentity).toBeUndefined()
    expect(spec.leaseTransitions).toBe((left.leaseTransitions ?? 0) + 1)
  })

  test('a holder that was suspended and resumed finds its lock lost, starts nothing new, and ends with 5', async () => {
    const first = await startSlowRun()
    const before = await revision('slow-b')
    first.child.kill('SIGSTOP')
    expect((await restartWeb()).exitCode).toBe(0)
    first.child.kill('SIGCONT')
    const {exitCode, stdout, stderr} = await first.end
    expect(exitCode).toBe(5)
    expect(stderr).toContain('The lock in context "locked" is lost')
    const report: RunReport = JSON.parse(stdout)
    expect(report.run.locks).toMatchObject([{state: 'lost'}])
    expect(report.counts).toMatchObject({total: 2, notRun: 1})
    expect(await revision('slow-b')).toBe(before)
  })
})
