import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {seeded} from './random-world.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const kills = Number(process.env.HUBSPOKE_KILLS ?? 10)
const seed = Number(process.env.HUBSPOKE_SEED ?? 20_261_201)
const image = 'registry.example/shop/many'
const targets = Array.from({length: 6}, (_, index) => `many-${index}`)

interface Deployment {
  readonly metadata: {readonly name: string; readonly generation: number}
  readonly spec: {
    readonly replicas: number
    readonly template: {readonly spec: {readonly containers: readonly [{readonly image: string}]}}
  }
}

/** What a Deployment is, and how often its spec was written. */
interface Facts {
  readonly image: string
  readonly replicas: number
  readonly generation: number
}

interface KilledVerb {
  readonly verb: string
  /** The run to kill; may set the scene for it first. */
  words(shell: ProcessShell, round: number): Promise<readonly string[]>
  /** What every target must be afterwards. */
  after(before: Omit<Facts, 'generation'>, round: number): Omit<Facts, 'generation'>
}

const rest = ['--concurrency', '3', '--yes', '-o', 'json']
const everywhere = ['--all-contexts', ...rest]

/** Sets a tag of its own in every target, undisturbed, and does not wait for the rollouts. */
async function setTag(shell: ProcessShell, tag: string): Promise<RunReport> {
  const {stdout, stderr, exitCode} = await shell.run('set-image', image, `:${tag}`, '--no-wait', ...everywhere)
  expect(exitCode, stderr).toBe(0)
  return JSON.parse(stdout) as RunReport
}

const verbs: readonly KilledVerb[] = [
  {
    verb: 'scale',
    words: async () => ['scale', image, '--replicas', '+1', ...everywhere],
    after: ({image: same, replicas}) => ({image: same, replicas: replicas + 1}),
  },
  {
    verb: 'set-image',
    words: async (_, round) => ['set-image', image, `:set-${round}`, ...everywhere],
    after: ({replicas}, round) => ({image: `${image}:set-${round}`, replicas}),
  },
  {
    verb: 'undo IMAGE',
    async words(shell, round) {
      await setTag(shell, 'good')
      await setTag(shell, `bad-${round}`)
      return ['undo', `${image}:bad-${round}`, ...everywhere]
    },
    after: ({replicas}) => ({image: `${image}:good`, replicas}),
  },
  {
    verb: 'undo --run',
    async words(shell, round) {
      await setTag(shell, 'before')
      return ['undo', '--run', (await setTag(shell, `run-${round}`)).run.id, ...rest]
    },
    after: ({replicas}) => ({image: `${image}:before`, replicas}),
  },
]

describe.skipIf(!binaries)('killed and retried, against a genuine control plane', () => {
  let cluster: RealCluster

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'killed', nodes: 2})
    const many = {namespace: 'shop', image: `${image}:1`, replicas: 1}
    await cluster.apply([namespace('shop'), ...targets.map((name) => workload({...many, name}))])
    await untilRolledOut(cluster)
  }, 120_000)
  afterAll(() => cluster?.delete())

  const facts = async () => {
    const {items} = await cluster.get<{items: readonly Deployment[]}>('/apis/apps/v1/namespaces/shop/deployments')
    return new Map<string, Facts>(
      items.map(({metadata: {name, generation}, spec: {replicas, template}}) => {
        return [name, {image: template.spec.containers[0].image, replicas, generation}]
      }),
    )
  }

  test.each(verbs)(
    `${kills} runs of $verb: every target is changed once (seed ${seed})`,
    async ({words, after}) => {
      const chance = seeded(seed)
      const moments = {beforeWrites: 0, amongWrites: 0, afterEnd: 0}
      for (let round = 1; round <= kills; round += 1) {
        using shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
        const command = await words(shell, round)
        const before = await facts()
        const older = new Set(ledgersIn(shell.home))
        const {child, end} = shell.start(...command)
        const wanted = 1 + Math.floor(chance() * 5 * targets.length)
        const ledger = () => newLedgerIn(shell.home, older)
        while (ledger().split('\n').length <= wanted && child.exitCode === null) await sleep(2)
        child.kill('SIGKILL')
        await end
        const moment = momentOf(ledger())
        moments[moment] += 1
        const started = ledger() !== ''
        const {exitCode, stderr} = await (started ? shell.run('runs', 'retry', 'last', '--yes') : shell.run(...command))
        if (started && exitCode === 2) {
          // Without a whole plan on disk nothing was written.
          expect(moment, stderr).toBe('beforeWrites')
          expect(await facts()).toEqual(before)
          expect((await shell.run(...command)).exitCode).toBe(0)
        } else expect({round, wanted, exitCode, stderr}).toMatchObject({exitCode: 0})
        const once = targets.map((name) => {
          const {generation, ...was} = before.get(name) ?? {generation: 0, image: '', replicas: 0}
          return [name, {...after(was, round), generation: generation + 1}]
        })
        expect({round, wanted, moment, now: [...(await facts())]}).toEqual({round, wanted, moment, now: once})
      }
      console.log(`figures: ${kills} kills (seed ${seed}): ${JSON.stringify(moments)}`)
      expect(moments.amongWrites).toBeGreaterThan(0)
    },
    60_000 + kills * 20_000,
  )
})

/** When the process died, by the last records of its ledger. */
function momentOf(ledger: string): 'beforeWrites' | 'amongWrites' | 'afterEnd' {
  if (ledger.includes('"type":"ended"')) return 'afterEnd'
  return ledger.includes('"type":"writing"') ? 'amongWrites' : 'beforeWrites'
}

function ledgersIn(home: string): readonly string[] {
  const folder = join(home, '.local/state/hubspoke/runs')
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

/** The text of a ledger that is not one of the older ones; empty: there is none yet. */
function newLedgerIn(home: string, older: ReadonlySet<string>): string {
  const path = ledgersIn(home).find((one) => !older.has(one))
  return path === undefined ? '' : readFileSync(path, 'utf8')
}
