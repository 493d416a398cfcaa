import {globSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {RunReport} from '../../src/model/report.ts'
import {openProcessShell} from '../support/spawn-command.ts'
import {type ChaosProxy, startChaosProxy} from './chaos-proxy.ts'
import {describeScript, drawScript, playScript} from './chaos-script.ts'
import {acceptedPatches, differences, readTold, readTruth} from './chaos-truth.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {seeded} from './random-world.ts'
import {type KubeObject, type RealCluster, startRealCluster} from './real-cluster.ts'
import {runFolder} from './run-folder.ts'
import {namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const firstSeed = Number(process.env.HUBSPOKE_SEED ?? 20_261_124)
const seeds = Array.from({length: Number(process.env.HUBSPOKE_CHAOS_SEEDS ?? 3)}, (_, index) => firstSeed + index)
const image = 'registry.example/shop/web'
const names = ['east', 'west'] as const
const targetsEach = 50
const deadlineMs = 25_000
/**
 * What a run may need after its deadline: a request in flight that is not answered is given up when two pings (10 s each)
 * were not answered, and giving the lock back has 5 s. The rest is for a process that starts and ends on a busy machine.
 */
const marginMs = 20_000 + 5_000 + 5_000

/** Every tenth a StatefulSet, every tenth a DaemonSet. Pods that take a moment leave troubles time to strike. */
const targets: readonly KubeObject[] = Array.from({length: targetsEach}, (_, index) =>
  workload({
    kind: index % 10 === 3 ? 'StatefulSet' : index % 10 === 7 ? 'DaemonSet' : 'Deployment',
    namespace: `team-${index % 4}`,
    name: `app-${index}`,
    image: `${image}:1.0`,
    replicas: 1,
    podAnnotations: {'hubspoke.test/ready-after': `${200 + (index % 5) * 100}ms`},
  }),
)
const namespaces = ['hubspoke-system', ...[0, 1, 2, 3].map((team) => `team-${team}`)].map(namespace)

const auditPolicy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: Metadata, verbs: [patch], resources: [{group: apps}]}
- {level: None}
`

interface World {
  readonly name: string
  readonly cluster: RealCluster
  readonly proxy: ChaosProxy
  readonly auditLog: string
}

describe.skipIf(!binaries)('a run of 100 targets through networks and API servers in trouble', () => {
  let worlds: readonly World[] = []
  const kubeconfig = join(runFolder(), 'chaos.yaml')
  const totals = {runs: 0, lostReplies: 0, outcomes: {} as Record<string, number>, overMs: 0}

  beforeAll(async () => {
    const policy = join(runFolder(), 'audit-policy.yaml')
    writeFileSync(policy, auditPolicy)
    worlds = await Promise.all(
      names.map(async (name) => {
        const auditLog = join(runFolder(), `${name}-audit.log`)
        writeFileSync(auditLog, '')
        const audit = {'audit-policy-file': policy, 'audit-log-path': auditLog}
        const goaway = name === 'west' ? {'goaway-chance': '0.01'} : {}
        const cluster = await startRealCluster({name, apiserverFlags: {...audit, ...goaway}})
        await cluster.apply([...namespaces, ...targets])
        await untilRolledOut(cluster)
        return {name, cluster, proxy: await startChaosProxy(cluster.server), auditLog}
      }),
    )
    const contexts = worlds.map(({name, cluster, proxy}) => {
      return {name, credentials: {...cluster.client.credentials, server: proxy.server}}
    })
    writeKubeconfig(kubeconfig, contexts)
  })
  afterAll(async () => {
    await Promise.all(worlds.map(({proxy}) => proxy.close()))
    await Promise.all(worlds.map(({cluster}) => cluster.delete()))
  })

  /** Everything is as it should be again, and what was held back on the way has arrived. */
  const recover = async ({proxy, cluster}: World): Promise<void> => {
    proxy.heal()
    await cluster.startApiServer()
    await sleep(1_000)
    proxy.cut()
    await untilRolledOut(cluster)
  }

  const restart = async (seed: number) => {
    const chance = seeded(seed)
    const scripts = worlds.map(() => drawScript(chance, 6))
    const over = new AbortController()
    using shell = openProcessShell({KUBECONFIG: kubeconfig})
    const pace = ['--concurrency-per-cluster', '6', '--backoff', '300ms', '--backoff-max', '2s', '--timeout', '30s']
    const words = ['restart', image, '--all-contexts', '--yes', '-o', 'json', '--deadline', `${deadlineMs}ms`]
    const startedAt = performance.now()
    const run = shell.start(...words, ...pace)
    const troubles = run
      .says('starting with')
      .then(() =>
        Promise.all(worlds.map((world, index) => playScript(scripts[index] ?? [], {...world, over: over.signal}))),
      )
    const end = await run.end
    const tookMs = performance.now() - startedAt
    over.abort()
    await troubles
    const [ledger = ''] = globSync('.local/state/hubspoke/runs/*.jsonl', {cwd: shell.home})
    const report: RunReport = JSON.parse(end.stdout)
    return {end, tookMs, report, told: readTold(join(shell.home, ledger))}
  }

  test.each(seeds)('seed %i: every outcome is what the clusters say, and nothing was restarted twice', async (seed) => {
    const chance = seeded(seed)
    const schedule = names.map((name) => `  ${name}:\n    ${describeScript(drawScript(chance, 6))}`).join('\n')
    const again = `HUBSPOKE_SEED=${seed} HUBSPOKE_CHAOS_SEEDS=1 npx vitest run --project cluster test/cluster/chaos`
    const before = new Map(
      (await Promise.all(worlds.map(({cluster}) => readTruth(cluster)))).flatMap((map) => [...map]),
    )
    const logs = worlds.map(({auditLog}) => statSync(auditLog).size)
    try {
      const {end, tookMs, report, told} = await restart(seed)
      await Promise.all(worlds.map(recover))
      const after = new Map(
        (await Promise.all(worlds.map(({cluster}) => readTruth(cluster)))).flatMap((map) => [...map]),
      )
      const patches = worlds.map(({auditLog}, index) => acceptedPatches(auditLog, logs[index] ?? 0))
      const compared = report.results.map((result) => {
        const key = `${result.kind.toLowerCase()}s/${result.namespace}/${result.name}`
        const accepted = patches[names.indexOf(result.context === 'east' ? 'east' : 'west')]?.get(key) ?? 0
        const {uid} = result
        return {
          result,
          told: told.targets.get(uid),
          before: before.get(uid),
          after: after.get(uid),
          stamp: told.stamp,
          patches: accepted,
        }
      })
      const lost = compared.filter(({told, after, stamp}) => told?.lostReply && after?.stamp === stamp).length
      const {counts} = report
      process.stderr.write(
        `chaos, seed ${seed}: ${Math.round(tookMs)} ms, exit ${end.exitCode}, replies to writes lost ${lost}, ` +
          `${JSON.stringify(counts)}\n`,
      )
      totals.lostReplies += lost
      for (const {outcome} of report.results) totals.outcomes[outcome] = (totals.outcomes[outcome] ?? 0) + 1
      totals.overMs = Math.max(totals.overMs, tookMs - deadlineMs)

      expect(compared.flatMap(differences)).toEqual([])
      expect(new Set(report.results.map(({uid}) => uid)).size).toBe(names.length * targetsEach)
      expect(report.results).toHaveLength(names.length * targetsEach)
      expect(end.exitCode).toBe(codeFor(report))
      expect(report.run.locks.map(({state}) => state)).not.toContain('lost')
      expect(tookMs).toBeLessThan(deadlineMs + marginMs)
      totals.runs += 1
    } catch (error) {
      process.stderr.write(`chaos, seed ${seed} failed. Its troubles:\n${schedule}\nAgain: ${again}\n`)
      throw error
    }
  })

  test('among them were writes that were carried out and whose reply was lost', () => {
    const ends = Object.entries(totals.outcomes).map(([outcome, count]) => `${count} ${outcome}`)
    console.log(
      `figures: ${totals.runs} of ${seeds.length} runs of 100 targets were true to their clusters (${ends.join(', ')}); ` +
        `${totals.lostReplies} replies to writes lost; ended at most ${Math.round(totals.overMs / 1_000)} s after the deadline`,
    )
    expect(totals.lostReplies).toBeGreaterThan(0)
  })
})

/** What is not run at the end of a run that nobody interrupted has the deadline for a reason. */
function codeFor({counts}: RunReport): number {
  if (counts.notRun > 0) return 5
  return counts.failed + counts.unverified > 0 ? 1 : 0
}
