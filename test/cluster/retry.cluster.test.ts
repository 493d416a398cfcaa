import {globSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import type {ErrorReport} from '../../src/model/error-report.ts'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {runFolder} from './run-folder.ts'
import {namespace, replicaSetCounts, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const names = ['slow', 'tea', 'urn', 'vat'] as const
/** The first of the plan comes up late: a run of one at a time is at it for long. */
const workloads = names.map((name) =>
  workload({
    namespace: 'shop',
    name,
    image: `${image}:1`,
    replicas: 1,
    ...(name === 'slow' && {podAnnotations: {'hubspoke.test/ready-after': '4000ms'}}),
  }),
)
const kubeSystem = '/api/v1/namespaces/kube-system'

describe.skipIf(!binaries)('runs retry on real clusters', () => {
  let one: RealCluster
  let two: RealCluster
  let shell: ProcessShell

  const revisions = async (cluster = one) => {
    const counts = await replicaSetCounts(cluster)
    return Object.fromEntries(names.map((name) => [name, counts[`shop/${name}`]?.revision]))
  }
  const uidOf = async (cluster: RealCluster) => (await cluster.get<{metadata: {uid: string}}>(kubeSystem)).metadata.uid
  const outcomes = (stdout: string) =>
    Object.fromEntries((JSON.parse(stdout) as RunReport).results.map(({name, outcome}) => [name, outcome]))
  const retry = (...words: readonly string[]) => shell.run('runs', 'retry', 'last', '--yes', '-o', 'json', ...words)
  /** Interrupted while it waits for the first of its rollouts. */
  const interruptedRun = async (...words: readonly string[]) => {
    const run = shell.start('restart', image, '-c', 'one', '--yes', '--concurrency', '1', '-o', 'json', ...words)
    await run.says('written, waiting for its rollout')
    run.child.kill('SIGINT')
    return run.end
  }

  beforeAll(async () => {
    ;[one, two] = await Promise.all([
      startRealCluster({name: 'one', nodes: 1}),
      startRealCluster({name: 'two', nodes: 1}),
    ])
    for (const cluster of [one, two]) await cluster.apply([namespace('shop'), ...workloads])
    await Promise.all([one, two].map((cluster) => untilRolledOut(cluster)))
  }, 180_000)
  afterAll(() => Promise.all([one?.delete(), two?.delete()]))
  beforeEach(() => {
    shell = openProcessShell({KUBECONFIG: one.kubeconfigPath})
  })
  afterEach(() => shell[Symbol.dispose]())

  test('a context that points at another cluster: 2, both UIDs named, no cluster written', async () => {
    expect((await interruptedRun()).exitCode).toBe(130)
    await untilRolledOut(one)
    const before = [await revisions(one), await revisions(two)]
    const swapped = join(runFolder(), 'swapped.yaml')
    writeKubeconfig(swapped, [{name: 'one', credentials: two.client.credentials}])
    const {stdout, exitCode} = await retry('--kubeconfig', swapped)
    const {error} = JSON.parse(stdout) as ErrorReport
    expect(exitCode).toBe(2)
    expect(error.message).toContain('Context "one" does not lead to the cluster of the run')
    expect(error.message).toContain(await uidOf(one))
    expect(error.message).toContain(await uidOf(two))
    expect([await revisions(one), await revisions(two)]).toEqual(before)
    expect(globSync('.local/state/hubspoke/runs/*.jsonl', {cwd: shell.home})).toHaveLength(1)
  })

  test('Ctrl-C in a rollout: watched, recreated, restarted since, or written: each once and by its current state', async () => {
    const before = await revisions()
    const first = await interruptedRun()
    expect(first.exitCode).toBe(130)
    expect(outcomes(first.stdout)).toEqual({slow: 'unverified', tea: 'not-run', urn: 'not-run', vat: 'not-run'})
    await one.kubectl(['-n', 'shop', 'delete', 'deployment', 'tea', '--wait=true', '--cascade=foreground'])
    await one.apply(workloads.filter(({metadata}) => metadata.name === 'tea'))
    // kubectl writes whole seconds: within the second of the run the order of two restarts is not known.
    const began = Date.parse((JSON.parse(first.stdout) as RunReport).run.startedAt)
    await expect.poll(() => Date.now(), {timeout: 10_000}).toBeGreaterThan(began + 1_000)
    await one.kubectl(['-n', 'shop', 'rollout', 'restart', 'deployment/urn'])
    await untilRolledOut(one)
    const second = await retry()
    expect(outcomes(second.stdout)).toEqual({slow: 'succeeded', tea: 'skipped', urn: 'unchanged', vat: 'succeeded'})
    const report: RunReport = JSON.parse(second.stdout)
    expect(report.results.find(({name}) => name === 'tea')).toMatchObject({failure: {class: 'recreated'}})
    expect(report.run.retryOf).toBe(JSON.parse(first.stdout).run.id)
    expect(second.exitCode).toBe(1)
    const once = (name: (typeof names)[number]) => (before[name] ?? 0) + 1
    expect(await revisions()).toEqual({slow: once('slow'), tea: 1, urn: once('urn'), vat: once('vat')})
    expect(outcomes((await retry()).stdout)).toEqual({tea: 'skipped'})
    expect(await revisions()).toMatchObject({slow: once('slow'), tea: 1, urn: once('urn')})
  })

  test('--no-wait: accepted, and nothing is left to retry', async () => {
    const before = await revisions()
    const {stdout, exitCode} = await shell.run('restart', image, '-c', 'one', '--yes', '--no-wait', '-o', 'json')
    expect(exitCode).toBe(0)
    expect(Object.values(outcomes(stdout))).toEqual(names.map(() => 'succeeded'))
    expect(JSON.parse((await retry()).stdout)).toMatchObject({results: [], verdict: {code: 0}})
    await untilRolledOut(one)
    expect(await revisions()).toEqual(Object.fromEntries(names.map((name) => [name, (before[name] ?? 0) + 1])))
  })

  test('a cluster that is down and back: its targets are named, and each is restarted once', async () => {
    const before = await revisions()
    expect((await interruptedRun()).exitCode).toBe(130)
    await one.stopApiServer()
    const down = await retry()
    expect(outcomes(down.stdout)).toEqual({slow: 'unverified', tea: 'not-run', urn: 'not-run', vat: 'not-run'})
    expect(down.exitCode).toBe(1)
    await one.startApiServer()
    const {stdout, exitCode} = await retry()
    expect(exitCode).toBe(0)
    expect(Object.values(outcomes(stdout))).toEqual(names.map(() => 'succeeded'))
    expect(await revisions()).toEqual(Object.fromEntries(names.map((name) => [name, (before[name] ?? 0) + 1])))
  })
})
