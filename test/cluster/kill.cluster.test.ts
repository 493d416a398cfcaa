import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {createRunId} from '../../src/model/run-id.ts'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {seeded} from './random-world.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, replicaSetCounts, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const kills = Number(process.env.HUBSPOKE_KILLS ?? 8)
const seed = Number(process.env.HUBSPOKE_SEED ?? 20_261_124)
const image = 'registry.example/shop/web'
const targets = Array.from({length: 12}, (_, index) => `app-${index}`)

describe.skipIf(!binaries)('kill -9 at random moments, on a real cluster', () => {
  let cluster: RealCluster
  let shell: ProcessShell

  const restart = ['restart', image, '--all-contexts', '--yes', '--concurrency', '4', '-o', 'json']
  const revisions = async () => {
    const counts = await replicaSetCounts(cluster)
    return Object.fromEntries(targets.map((name) => [name, counts[`shop/${name}`]?.revision ?? 0]))
  }
  const ledgerOf = (id: string) => join(shell.home, '.local/state/hubspoke/runs', `${id}.jsonl`)
  const newId = (chance: () => number) => createRunId(new Date(), chance())
  const linesOf = (id: string) => readIfThere(ledgerOf(id)).split('\n').length - 1
  const untilLines = async (id: string, wanted: number, child: {readonly exitCode: number | null}) => {
    while (linesOf(id) < wanted && child.exitCode === null) await sleep(2)
  }
  /** The ledger when the process died: the number of planned targets, of announced writes, of results. */
  const recorded = (id: string) => {
    const text = readIfThere(ledgerOf(id))
    const count = (type: string) => text.split(`{"type":"${type}"`).length - 1
    return {planned: count('planned'), writing: count('writing'), results: count('result'), ended: count('ended')}
  }

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'killed', nodes: 2})
    const workloads = targets.map((name, index) =>
      workload({
        namespace: 'shop',
        name,
        image: `${image}:1`,
        replicas: 1,
        podAnnotations: {'hubspoke.test/ready-after': `${(index % 4) * 200}ms`},
      }),
    )
    await cluster.apply([namespace('shop'), ...workloads])
    await untilRolledOut(cluster)
  }, 180_000)
  afterAll(() => cluster?.delete())
  beforeEach(() => {
    shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
  })
  afterEach(() => shell[Symbol.dispose]())

  test(
    `${kills} runs killed, then retried: every target restarted exactly once (seed ${seed})`,
    async () => {
      const chance = seeded(seed)
      const from = performance.now()
      const first = newId(chance)
      const unharmed = shell.start(...restart, '--run-id', first)
      await untilLines(first, 1, unharmed.child)
      const startMs = performance.now() - from
      expect((await unharmed.end).exitCode).toBe(0)
      const lines = linesOf(first)
      const moments = {beforeLedger: 0, inPlan: 0, beforeWrites: 0, amongWrites: 0, afterEnd: 0}
      for (let round = 1; round <= kills; round += 1) {
        const before = await revisions()
        const id = newId(chance)
        const run = shell.start(...restart, '--run-id', id)
        // In a quarter of the cases before there is a ledger, else when it has come so far, or a little further.
        const wanted = Math.floor((chance() * 4 * lines) / 3 - lines / 3)
        if (wanted < 0) await sleep(chance() * startMs)
        else await untilLines(id, wanted, run.child)
        await sleep(chance() * 20)
        run.child.kill('SIGKILL')
        await run.end
        const left = recorded(id)
        const {exitCode, stderr} = await shell.run('runs', 'retry', id, '--yes')
        if (exitCode === 2) {
          // Without a whole plan on disk nothing was written, and the same run looks for its targets anew.
          expect(left.writing).toBe(0)
          expect({round, id, left, revisions: await revisions()}).toEqual({round, id, left, revisions: before})
          expect((await shell.run(...restart, '--run-id', id)).exitCode).toBe(0)
        } else expect({round, id, left, exitCode, stderr}).toMatchObject({exitCode: 0})
        const once = Object.fromEntries(targets.map((name) => [name, (before[name] ?? 0) + 1]))
        expect({round, id, left, revisions: await revisions()}).toEqual({round, id, left, revisions: once})
        moments[momentOf(left)] += 1
      }
      console.log(`figures: ${kills} kills (seed ${seed}), every target restarted once; ${wordsOf(moments)}`)
      expect(moments.amongWrites).toBeGreaterThan(0)
    },
    60_000 + kills * 30_000,
  )
})

function wordsOf(moments: Record<ReturnType<typeof momentOf>, number>): string {
  const {beforeLedger, inPlan, beforeWrites, amongWrites, afterEnd} = moments
  return `killed before there was a ledger ${beforeLedger}, in the plan ${inPlan}, before the first write ${beforeWrites}, among the writes ${amongWrites}, after the end ${afterEnd}`
}

function momentOf({planned, writing, ended}: {planned: number; writing: number; ended: number}) {
  if (ended > 0) return 'afterEnd'
  if (writing > 0) return 'amongWrites'
  if (planned === 0) return 'beforeLedger'
  return planned < targets.length ? 'inPlan' : 'beforeWrites'
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
