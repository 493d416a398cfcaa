import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {seeded} from './random-world.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {runFolder} from './run-folder.ts'
import {namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const names = ['east', 'west', 'north'] as const
const kills = Number(process.env.HUBSPOKE_KILLS ?? 10)
const seed = Number(process.env.HUBSPOKE_SEED ?? 20_261_201)

describe.skipIf(!binaries)('foreach, and a loop of kubectl over three genuine control planes', () => {
  let clusters: readonly RealCluster[] = []

  beforeAll(async () => {
    clusters = await Promise.all(names.map((name) => startRealCluster({name, nodes: 1})))
    await Promise.all(
      clusters.map(async (cluster, index) => {
        const web = {namespace: 'shop', image: `${image}:1`, replicas: index + 1}
        const only = index === 0 ? [] : [workload({...web, name: `only-${names[index]}`, replicas: 1})]
        await cluster.apply([namespace('shop'), workload({...web, name: 'web'}), ...only])
        await untilRolledOut(cluster)
      }),
    )
    const contexts = clusters.map(({name, client}) => ({name, credentials: client.credentials}))
    writeKubeconfig(join(runFolder(), 'foreach.yaml'), contexts)
  }, 180_000)
  afterAll(() => Promise.all(clusters.map((cluster) => cluster.delete())))

  const openShell = () => {
    const PATH = `${dirname(clusters[0]?.place.binaries.kubectl ?? '')}:${process.env.PATH}`
    return openProcessShell({KUBECONFIG: join(runFolder(), 'foreach.yaml'), PATH})
  }
  /** What kubectl prints for each cluster, and its exit status. */
  const loop = (words: readonly string[]) =>
    Promise.all(
      clusters.map(async (cluster) => {
        const {stdout, exitCode} = await cluster.kubectl(words)
        return {stdout, exitCode}
      }),
    )
  const deployments = ['-n', 'shop', 'get', 'deployments', '-o', 'name']

  test('every context has the output of its own kubectl', async () => {
    using shell = openShell()
    const folder = join(shell.home, 'out')
    const words = ['foreach', '--all-contexts', '--yes', '-o', 'json', '--output-dir', folder, '--', 'kubectl']
    const {exitCode} = await shell.run(...words, ...deployments)
    expect(exitCode).toBe(0)
    const outputs = names.map((name) => ({stdout: readFileSync(join(folder, `${name}.stdout`), 'utf8'), exitCode: 0}))
    expect(outputs).toEqual(await loop(deployments))
    const lists = outputs.map(({stdout}) => stdout.replaceAll('deployment.apps/', '').trim().split('\n'))
    expect(lists).toEqual([['web'], ['only-west', 'web'], ['only-north', 'web']])
  })

  test('where kubectl fails the target fails, and the others are done', async () => {
    using shell = openShell()
    const words = ['-n', 'shop', 'get', 'deployment', 'only-west']
    const {stdout, exitCode} = await shell.run(
      'foreach',
      '--all-contexts',
      '--yes',
      '-o',
      'json',
      '--',
      'kubectl',
      ...words,
    )
    const statuses = (JSON.parse(stdout) as RunReport).results.map(({outcome}) => (outcome === 'succeeded' ? 0 : 1))
    expect(statuses).toEqual((await loop(words)).map((one) => one.exitCode))
    expect(statuses).toEqual([1, 0, 1])
    expect(exitCode).toBe(1)
  })

  test('what it writes is in the clusters, once per workload', async () => {
    using shell = openShell()
    const annotate = ['kubectl', 'annotate', '{kind}/{name}', '-n', '{namespace}', 'test/from={context}']
    const words = ['foreach', image, '--all-contexts', '--yes', '-o', 'json', '--', ...annotate]
    const {stdout, exitCode, stderr} = await shell.run(...words)
    expect((JSON.parse(stdout) as RunReport).counts).toMatchObject({total: 5, succeeded: 5})
    expect(exitCode, stderr).toBe(0)
    const from = ['-n', 'shop', 'get', 'deployments', '-o', 'jsonpath={.items[*].metadata.annotations.test/from}']
    expect((await loop(from)).map((one) => one.stdout)).toEqual(['east', 'west west', 'north north'])
  })

  test(
    `${kills} kills: what had started is repeated only when that is said, the rest is run once (seed ${seed})`,
    async () => {
      const chance = seeded(seed)
      const moments = {beforeStart: 0, amongCommands: 0, afterEnd: 0}
      for (let round = 1; round <= kills; round += 1) {
        moments[await killedRound(`round-${round}`, 1 + Math.floor(chance() * 22))] += 1
      }
      console.log(`figures: ${kills} kills of foreach (seed ${seed}): ${JSON.stringify(moments)}`)
      expect(moments.amongCommands).toBeGreaterThan(0)
    },
    60_000 + kills * 20_000,
  )

  /** Kills a run when its ledger has that many lines, and retries it. */
  async function killedRound(label: string, lines: number) {
    using shell = openShell()
    const log = join(shell.home, 'log')
    writeFileSync(log, '')
    const runs = () => readFileSync(log, 'utf8').trim().split('\n').filter(Boolean).sort()
    const script = `kubectl -n {namespace} label {kind}/{name} ${label}=done && echo {context}/{name} >> ${log}`
    const words = ['foreach', image, '--all-contexts', '--yes', '--concurrency', '2', '--shell', '--', script]
    const {child, end} = shell.start(...words)
    while (ledgerIn(shell.home).text.split('\n').length <= lines && child.exitCode === null) await sleep(2)
    child.kill('SIGKILL')
    await end
    await untilStill(runs) // a command that had started ends by itself
    const {id, text} = ledgerIn(shell.home)
    const counts = (type: string) => text.split(`"type":"${type}"`).length - 1
    const [planned, started, open] = [counts('planned'), counts('writing'), counts('writing') - counts('result')]
    if (planned < 5) {
      // Without a whole plan on disk nothing was started.
      expect(runs()).toEqual([])
      return 'beforeStart'
    }
    await (open > 0 ? repeat(shell, {id, open, runs}) : retryAll(shell))
    // Every target was run; only one whose end is not known may have been run twice.
    expect(new Set(runs()).size).toBe(5)
    expect(runs().length).toBeLessThanOrEqual(5 + open)
    const done = ['-n', 'shop', 'get', 'deployments', '-l', `${label}=done`, '-o', 'name']
    expect((await loop(done)).map(({stdout}) => stdout.trim().split('\n').length)).toEqual([1, 2, 2])
    return text.includes('"type":"ended"') ? 'afterEnd' : started === 0 ? 'beforeStart' : 'amongCommands'
  }

  async function retryAll(shell: ProcessShell) {
    const {exitCode, stderr} = await shell.run('runs', 'retry', 'last', '--yes')
    expect(exitCode, stderr).toBe(0)
  }

  /** First it is refused, then those that never started are run, then the others are repeated as said. */
  async function repeat(shell: ProcessShell, {id, open, runs}: {id: string; open: number; runs(): readonly string[]}) {
    const before = runs()
    const refused = await shell.run('runs', 'retry', id, '--yes')
    expect(refused.stderr).toContain(`${open} of `)
    expect(refused.stderr).toContain('targets had started')
    expect(refused.exitCode).toBe(2)
    expect(runs()).toEqual(before)
    for (const words of [['--not-run'], ['--failed', '--repeat-started']]) {
      const {exitCode, stderr} = await shell.run('runs', 'retry', id, '--yes', ...words)
      expect(exitCode, stderr).toBe(0)
    }
  }
})

/** Resolves when it has not changed for a second. */
async function untilStill(look: () => readonly string[]): Promise<void> {
  for (let still = 0, last = ''; still < 10; still += 1) {
    await sleep(100)
    const now = look().join()
    if (now !== last) still = 0
    last = now
  }
}

/** The only ledger: the id of its run, and its text. */
function ledgerIn(home: string): {readonly id: string; readonly text: string} {
  const folder = join(home, '.local/state/hubspoke/runs')
  try {
    const [name = ''] = readdirSync(folder).filter((one) => one.endsWith('.jsonl'))
    return {id: name.replace('.jsonl', ''), text: readFileSync(join(folder, name), 'utf8')}
  } catch {
    return {id: '', text: ''}
  }
}
