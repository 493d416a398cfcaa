import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {seeded} from './random-world.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const kills = Number(process.env.HUBSPOKE_KILLS ?? 10)
const seed = Number(process.env.HUBSPOKE_SEED ?? 20_261_201)
const image = 'registry.example/shop/sized'
const many = 'registry.example/shop/many'
const targets = Array.from({length: 6}, (_, index) => `many-${index}`)

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
      ...targets.map((name) => workload({namespace: 'shop', image: `${many}:1`, name, replicas: 1})),
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

  test(
    `${kills} runs with +1 killed, then retried: one is added to every target, once (seed ${seed})`,
    async () => {
      const chance = seeded(seed)
      const addOne = ['scale', many, '--all-contexts', '--replicas', '+1', '--concurrency', '3', '--yes', '-o', 'json']
      const moments = {beforeWrites: 0, amongWrites: 0, afterEnd: 0}
      for (let round = 1; round <= kills; round += 1) {
        using own = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
        const [replicas, before] = [await sizes(), await generations()]
        const started = own.start(...addOne)
        const wanted = 1 + Math.floor(chance() * 5 * targets.length)
        await untilLines(own.home, wanted, started.child)
        started.child.kill('SIGKILL')
        await started.end
        const moment = momentOf(ledgerIn(own.home))
        moments[moment] += 1
        const {exitCode, stderr} = await own.run('runs', 'retry', 'last', '--yes')
        if (exitCode === 2) {
          // Without a whole plan on disk nothing was written.
          expect(moment, stderr).toBe('beforeWrites')
          expect(await generations()).toEqual(before)
          expect((await own.run(...addOne)).exitCode).toBe(0)
        } else expect({round, wanted, exitCode, stderr}).toMatchObject({exitCode: 0})
        const [now, after] = [await sizes(), await generations()]
        const added = targets.map((name) => [name, (now[name] ?? 0) - (replicas[name] ?? 0)])
        const written = targets.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)])
        const once = targets.map((name) => [name, 1])
        expect({round, wanted, added, written}).toEqual({round, wanted, added: once, written: once})
      }
      console.log(`figures: ${kills} kills (seed ${seed}): ${JSON.stringify(moments)}`)
      expect(moments.amongWrites).toBeGreaterThan(0)
    },
    60_000 + kills * 20_000,
  )
})

async function untilLines(home: string, wanted: number, child: {readonly exitCode: number | null}): Promise<void> {
  while (ledgerIn(home).split('\n').length <= wanted && child.exitCode === null) await sleep(2)
}

/** When the process died, by the last records of its ledger. */
function momentOf(ledger: string): 'beforeWrites' | 'amongWrites' | 'afterEnd' {
  if (ledger.includes('"type":"ended"')) return 'afterEnd'
  return ledger.includes('"type":"writing"') ? 'amongWrites' : 'beforeWrites'
}

function ledgerIn(home: string): string {
  const folder = join(home, '.local/state/hubspoke/runs')
  try {
    const name = readdirSync(folder).find((one) => one.endsWith('.jsonl'))
    return name === undefined ? '' : readFileSync(join(folder, name), 'utf8')
  } catch {
    return ''
  }
}
