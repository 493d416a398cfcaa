import {globSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {runFolder} from './run-folder.ts'
import {brokenImage, fleet, replicaSetCounts, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const names = ['east', 'west', 'north'] as const
const namespaces = ['blue', 'green', 'red']
const perCluster = 30
const inWaves = ['--all-contexts', '--yes', '--waves', '1,10%,50%,100%', '-o', 'json'] as const
const restart = ['restart', image, ...inWaves] as const

interface Pod {
  readonly metadata: {readonly deletionTimestamp?: string}
  readonly status: {readonly containerStatuses?: readonly {readonly imageID: string}[]}
}

/** The first target of the plan; with the second container no new pod of it can start. */
const canary = (containers: readonly object[]) => {
  const spec = {progressDeadlineSeconds: 5}
  const object = workload({namespace: 'blue', name: 'app-0', image: `${image}:1.0`, replicas: 1, spec})
  const {template} = object.spec as {template: {spec: {containers: object[]}}}
  template.spec.containers.push(...containers)
  return object
}

describe.skipIf(!binaries)('waves over 90 targets in three real clusters', () => {
  let clusters: readonly RealCluster[] = []
  let shell: ProcessShell

  const revisions = async () => {
    const counts = await Promise.all(clusters.map((cluster) => replicaSetCounts(cluster)))
    return new Map(
      counts.flatMap((count, index) =>
        Object.entries(count).map(([key, {revision}]) => [`${names[index]}/${key}`, revision] as const),
      ),
    )
  }

  const items = async <T>(path: string) => {
    const lists = await Promise.all(clusters.map((cluster) => cluster.get<{items: readonly T[]}>(path)))
    return lists.flatMap((list) => list.items)
  }
  const templates = async () =>
    (await items<{spec: {template: object}}>('/apis/apps/v1/deployments')).map(({spec}) => spec.template)
  /** What the pods run, as their nodes report it, with the number of pods. */
  const imageIds = async () => {
    const running = (await items<Pod>('/api/v1/pods')).filter(({metadata}) => metadata.deletionTimestamp === undefined)
    const ids = running.flatMap(({status}) => (status.containerStatuses ?? []).map(({imageID}) => imageID))
    return Object.fromEntries([...Map.groupBy(ids, (id) => id)].map(([id, {length}]) => [id, length]))
  }

  beforeAll(async () => {
    clusters = await Promise.all(names.map((name) => startRealCluster({name, nodes: 2})))
    await Promise.all(
      clusters.map(async (cluster) => {
        await cluster.apply(
          fleet({deployments: perCluster, namespaces, image: `${image}:1.0`, onImage: perCluster, replicas: 1}),
        )
        await untilRolledOut(cluster)
      }),
    )
    const contexts = clusters.map(({name, client}) => ({name, credentials: client.credentials}))
    writeKubeconfig(join(runFolder(), 'waves.yaml'), contexts)
  }, 180_000)
  afterAll(() => Promise.all(clusters.map((cluster) => cluster.delete())))
  beforeEach(() => {
    shell = openProcessShell({KUBECONFIG: join(runFolder(), 'waves.yaml')})
  })
  afterEach(() => shell[Symbol.dispose]())

  test('a broken canary stops them after one target; when it is fixed, runs retry restarts the rest, and nothing twice', async () => {
    const [east] = clusters
    await east?.apply([canary([{name: 'proxy', image: brokenImage}])])
    await expect.poll(async () => (await revisions()).get('east/blue/app-0')).toBe(2)
    const before = await revisions()
    const stopped = await shell.run(...restart)
    const report: RunReport = JSON.parse(stopped.stdout)
    expect(report.counts).toMatchObject({total: 90, failed: 1, notRun: 89})
    expect(report.results.filter(({outcome}) => outcome === 'failed')).toMatchObject([
      {context: 'east', namespace: 'blue', name: 'app-0', wave: 1, failure: {class: 'rollout'}},
    ])
    expect(report.run.waves.map(({targets, state}) => `${targets} ${state}`)).toEqual([
      '1 stopped',
      '8 not-started',
      '36 not-started',
      '45 not-started',
    ])
    expect(stopped.exitCode).toBe(5)
    expect(increases(before, await revisions())).toEqual({'east/blue/app-0': 1})

    const fix = JSON.stringify([{op: 'remove', path: '/spec/template/spec/containers/1'}])
    await east?.kubectl(['-n', 'blue', 'patch', 'deployment', 'app-0', '--type=json', '-p', fix])
    await Promise.all(clusters.map((cluster) => untilRolledOut(cluster)))
    const afterFix = await revisions()
    const retried = await shell.run('runs', 'retry', 'last', '--yes', '--waves', '1,10%,50%,100%', '-o', 'json')
    expect((JSON.parse(retried.stdout) as RunReport).counts).toMatchObject({total: 90, succeeded: 90})
    expect(retried.exitCode).toBe(0)
    const others = [...afterFix.keys()].filter((key) => key !== 'east/blue/app-0')
    expect(increases(afterFix, await revisions())).toEqual(Object.fromEntries(others.map((key) => [key, 1])))
  })

  test('with a canary that is well they go through: each target once, each wave after the one before, exit 0', async () => {
    const before = await revisions()
    const {stdout, exitCode} = await shell.run(...restart, '--pause', '1s')
    const report: RunReport = JSON.parse(stdout)
    expect(report.verdict).toMatchObject({code: 0})
    expect(exitCode).toBe(0)
    expect(report.run.waves.map(({targets, state}) => `${targets} ${state}`)).toEqual([
      '1 done',
      '8 done',
      '36 done',
      '45 done',
    ])
    expect(Object.values(increases(before, await revisions()))).toEqual(Array(90).fill(1))
    expect(waveOrder(shell.home)).toEqual([1, 2, 3, 4])
  })

  test('set-image with a tag that cannot be pulled: the canary is undone, and nothing else was touched', async () => {
    const [templatesBefore, before] = [await templates(), await revisions()]
    const {stdout, exitCode} = await shell.run(
      'set-image',
      image,
      ':no-such-tag',
      ...inWaves,
      '--undo-failed',
      '--fail-fast',
    )
    const report: RunReport = JSON.parse(stdout)
    expect(report.counts).toMatchObject({total: 90, failed: 1, notRun: 89})
    expect(report.results.filter(({outcome}) => outcome === 'failed')).toMatchObject([
      {
        context: 'east',
        name: 'app-0',
        undo: {outcome: 'undone'},
        failure: {message: expect.stringContaining('no-such-tag')},
      },
    ])
    expect(exitCode).toBe(5)
    expect(await templates()).toEqual(templatesBefore)
    // The revision of the tag, and the one before once more.
    expect(increases(before, await revisions())).toEqual({'east/blue/app-0': 2})
  })

  test('with a tag that can be pulled every pod runs it, and undo --run reverts all', async () => {
    const [templatesBefore, before] = [await templates(), await revisions()]
    const {stdout, exitCode} = await shell.run('set-image', image, ':2.0', ...inWaves)
    const report: RunReport = JSON.parse(stdout)
    expect(report.counts).toMatchObject({total: 90, succeeded: 90})
    expect(exitCode).toBe(0)
    expect(await imageIds()).toEqual({[`${image}:2.0`]: 90})
    expect(Object.values(increases(before, await revisions()))).toEqual(Array(90).fill(1))
    const undone = await shell.run('undo', '--run', report.run.id, '--yes', '-o', 'json')
    expect((JSON.parse(undone.stdout) as RunReport).counts).toMatchObject({total: 90, succeeded: 90})
    expect(undone.exitCode).toBe(0)
    expect(await imageIds()).toEqual({[`${image}:1.0`]: 90})
    expect(await templates()).toEqual(templatesBefore)
  })
})

/** By how many each Deployment has more revisions than before; those that have none more are left out. */
function increases(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Record<string, number> {
  const more = [...after].map(([key, revision]) => [key, revision - (before.get(key) ?? 0)] as const)
  return Object.fromEntries(more.filter(([, count]) => count !== 0))
}

/** The waves in the order of their first writes, where no write of a wave comes before the last result of the one before. */
function waveOrder(home: string): readonly number[] {
  const [path = ''] = globSync('.local/state/hubspoke/runs/*.jsonl', {cwd: home})
  const lines = readFileSync(join(home, path), 'utf8').trimEnd().split('\n')
  const records: {type: string; target: never; wave: number}[] = lines.map((line) => JSON.parse(line))
  const keyOf = (target: Record<string, string>) =>
    `${target.clusterUid}/${target.namespace}/${target.kind}/${target.name}/${target.uid}`
  const waveOf = new Map(records.filter(({type}) => type === 'planned').map((one) => [keyOf(one.target), one.wave]))
  const order = records.flatMap(({type, target}) =>
    type === 'writing' || type === 'result' ? [waveOf.get(target) ?? 0] : [],
  )
  return order.filter((wave, index) => wave !== order[index - 1])
}
