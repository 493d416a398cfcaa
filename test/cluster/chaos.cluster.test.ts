import {globSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {describeScript, drawScript, playScript, type Step} from './chaos-script.ts'
import {type Compared, differences, readTold} from './chaos-truth.ts'
import {type Look, lookAt, patchesSince, recover, startWorld, type World} from './chaos-world.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {seeded} from './random-world.ts'
import type {KubeObject} from './real-cluster.ts'
import {runFolder} from './run-folder.ts'
import {namespace, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const firstSeed = Number(process.env.HUBSPOKE_SEED ?? 20_261_124)
const seeds = Array.from({length: Number(process.env.HUBSPOKE_CHAOS_SEEDS ?? 3)}, (_, index) => firstSeed + index)
const image = 'registry.example/shop/web'
const names = ['east', 'west'] as const
const targetsEach = 50
const troublesEach = 6
const deadlineMs = 25_000
/**
 * What a run may need after its deadline: a request in flight that is not answered is given up when two pings (10 s each)
 * were not answered, and giving the lock back has 5 s. The rest is for a process that starts and ends on a busy machine.
 */
const marginMs = 20_000 + 5_000 + 5_000

/** Every tenth a StatefulSet, every tenth a DaemonSet. Pods that take a moment leave time for faults. */
const objects: readonly KubeObject[] = [
  ...['hubspoke-system', ...[0, 1, 2, 3].map((team) => `team-${team}`)].map(namespace),
  ...Array.from({length: targetsEach}, (_, index) =>
    workload({
      kind: index % 10 === 3 ? 'StatefulSet' : index % 10 === 7 ? 'DaemonSet' : 'Deployment',
      namespace: `team-${index % 4}`,
      name: `app-${index}`,
      image: `${image}:1.0`,
      replicas: 1,
      podAnnotations: {'hubspoke.test/ready-after': `${200 + (index % 5) * 100}ms`},
    }),
  ),
]

describe.skipIf(!binaries)('a run of 100 targets through faulty networks and API servers', () => {
  let worlds: readonly World[] = []
  const kubeconfig = join(runFolder(), 'chaos.yaml')
  const outcomes = new Map<string, number>()
  const totals = {runs: 0, lostReplies: 0, overMs: 0}

  beforeAll(async () => {
    worlds = await Promise.all(
      names.map((name) => startWorld(name, {objects, goawayChance: name === 'west' ? '0.01' : '0'})),
    )
    writeKubeconfig(kubeconfig, worlds)
  })
  afterAll(async () => {
    await Promise.all(worlds.map(({proxy}) => proxy.close()))
    await Promise.all(worlds.map(({cluster}) => cluster.delete()))
  })

  /** The faults begin when the plan exists: every target is in it, so none may be missing later. */
  async function restartThrough(scripts: readonly (readonly Step[])[]) {
    const over = new AbortController()
    using shell = openProcessShell({KUBECONFIG: kubeconfig})
    const pace = ['--concurrency-per-cluster', '6', '--backoff', '300ms', '--backoff-max', '2s', '--timeout', '30s']
    const words = ['restart', image, '--all-contexts', '--yes', '-o', 'json', '--deadline', `${deadlineMs}ms`]
    const startedAt = performance.now()
    const run = shell.start(...words, ...pace)
    const play = (world: World, index: number) => playScript(scripts[index] ?? [], {...world, over: over.signal})
    const troubles = run.says('starts with').then(() => Promise.all(worlds.map(play)))
    troubles.catch(() => undefined)
    const {stdout, exitCode} = await run.end
    const tookMs = performance.now() - startedAt
    over.abort()
    await troubles
    const [ledger = ''] = globSync('.local/state/hubspoke/runs/*.jsonl', {cwd: shell.home})
    const report: RunReport = JSON.parse(stdout)
    return {report, exitCode, tookMs, told: readTold(join(shell.home, ledger))}
  }

  type Ended = Awaited<ReturnType<typeof restartThrough>>

  function compare({report, told}: Ended, before: Look, after: Look): readonly Compared[] {
    const patches = patchesSince(before, worlds)
    return report.results.map((result) => {
      const {uid, context, kind, namespace, name} = result
      return {
        result,
        told: told.targets.get(uid),
        before: before.workloads.get(uid),
        after: after.workloads.get(uid),
        stamp: told.stamp,
        patches: patches.get(`${context}/${kind.toLowerCase()}s/${namespace}/${name}`) ?? 0,
      }
    })
  }

  function count(seed: number, {report, exitCode, tookMs}: Ended, compared: readonly Compared[]): void {
    const lost = compared.filter(({told, after, stamp}) => told?.lostReply && after?.stamp === stamp).length
    totals.lostReplies += lost
    totals.overMs = Math.max(totals.overMs, tookMs - deadlineMs)
    for (const {outcome} of report.results) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    const took = `${Math.round(tookMs)} ms, exit ${exitCode}, ${lost} replies to writes lost`
    process.stderr.write(`chaos, seed ${seed}: ${took}, ${JSON.stringify(report.counts)}\n`)
  }

  test.each(seeds)('seed %i: every outcome is what the clusters say, and nothing was restarted twice', async (seed) => {
    const chance = seeded(seed)
    const scripts = names.map(() => drawScript(chance, troublesEach))
    try {
      const before = await lookAt(worlds)
      const ended = await restartThrough(scripts)
      await Promise.all(worlds.map(recover))
      const compared = compare(ended, before, await lookAt(worlds))
      count(seed, ended, compared)

      const {report, exitCode, tookMs} = ended
      expect(compared.flatMap(differences)).toEqual([])
      expect(report.results).toHaveLength(names.length * targetsEach)
      expect(new Set(report.results.map(({uid}) => uid)).size).toBe(names.length * targetsEach)
      expect(exitCode).toBe(codeFor(report))
      expect(report.run.locks.map(({state}) => state)).not.toContain('lost')
      expect(tookMs).toBeLessThan(deadlineMs + marginMs)
      totals.runs += 1
    } catch (error) {
      const schedule = scripts.map((script, index) => `  ${names[index]}:\n    ${describeScript(script)}`).join('\n')
      const again = `HUBSPOKE_SEED=${seed} HUBSPOKE_CHAOS_SEEDS=1 npx vitest run --project cluster test/cluster/chaos`
      process.stderr.write(
        `chaos, seed ${seed}: ${String(error).slice(0, 2_000)}\nIts troubles:\n${schedule}\n${again}\n`,
      )
      throw error
    }
  })

  test('among them were writes that were carried out and whose reply was lost', () => {
    const ends = [...outcomes].map(([outcome, targets]) => `${targets} ${outcome}`).join(', ')
    console.log(
      `figures: ${totals.runs} of ${seeds.length} runs of 100 targets true to their clusters (${ends}); ` +
        `${totals.lostReplies} replies to writes lost; the last ended ${Math.round(totals.overMs / 1_000)} s after its deadline`,
    )
    expect(totals.lostReplies).toBeGreaterThan(0)
  })
})

/** In a run without an interrupt, only the deadline leaves targets not-run. */
function codeFor({counts}: RunReport): number {
  if (counts.notRun > 0) return 5
  return counts.failed + counts.unverified > 0 ? 1 : 0
}
