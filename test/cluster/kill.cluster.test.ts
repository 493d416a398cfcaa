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
  const newId = (chance: () => number) => createRunId(new Date(), chance())
  /** What the ledger had when the process died: how many of the plan, how many writes announced, how many ended. */
  const recorded = (id: string) => {
    const path = join(shell.home, '.local/state/hubspoke/runs', `${id}.jsonl`)
    const text = readIfThere(path)
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
      expect((await shell.run(...restart)).exitCode).toBe(0)
      const wholeMs = performance.now() - from
      const moments = {beforeLedger: 0, inPlan: 0, beforeWrites: 0, amongWrites: 0, afterEnd: 0}
      for (let round = 1; round <= kills; round += 1) {
        const before = await revisions()
        const id = newId(chance)
        const run = shell.start(...restart, '--run-id', id)
        await sleep(chance() * wholeMs)
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
      console.error(`${kills} kills, seed ${seed}: ${JSON.stringify(moments)}`)
      expect(moments.amongWrites).toBeGreaterThan(0)
    },
    60_000 + kills * 30_000,
  )
})

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
