import {describe, expect, test} from 'vitest'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {openShell, type Shell, type ShellOptions} from '../support/run-command.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const planned: ClusterSpec = {name: 'lab', namespaces: ['hubspoke-system'], workloads: runningWeb('api', 'web')}

/** In what the cluster behind the URL differs after the switch, beside its UID. */
interface Other {
  readonly what: string
  readonly without: readonly (readonly [kind: string, namespace: string, name: string])[]
  readonly recreated?: readonly string[]
  readonly blind?: boolean
}

const api = ['Deployment', 'shop', 'api'] as const
const web = ['Deployment', 'shop', 'web'] as const
const others: readonly Other[] = [
  {what: 'without such workloads', without: [api, web]},
  {what: 'with workloads of those names', without: [api, web], recreated: ['api', 'web']},
  {what: 'with workloads of those names and UIDs', without: []},
  {what: 'without a namespace for the lock', without: [api, web, ['Namespace', '', 'hubspoke-system']]},
  {what: 'whose UID may not be read', without: [api, web], blind: true},
]

/** A cluster, and another one that takes its place behind the same URL. */
async function openAddress({without, recreated = [], blind = false}: Omit<Other, 'what'>, first = planned) {
  const fleet = await openFleet([first])
  const cluster = fleet.cluster('lab')
  let before = Number.POSITIVE_INFINITY
  const shells: Shell[] = []
  return {
    fleet,
    async switchOver() {
      cluster.setUid('Namespace', '', 'kube-system', 'of-another-cluster')
      for (const [kind, namespace, name] of without) {
        cluster.remove(kind, namespace, name)
        while (cluster.object(kind, namespace, name)) await fleet.clock.sleep(10)
      }
      for (const name of recreated) cluster.add({namespace: 'shop', name, image: `${image}:1.0`, replicas: 1})
      if (blind) cluster.addTrouble({type: 'forbidden', verb: 'get', resource: 'namespaces', name: 'kube-system'})
      before = cluster.requests().length
    },
    /** Everything that was to change the other cluster, its Leases and Events included. */
    writes: () =>
      cluster
        .requests()
        .slice(before)
        .filter(({method, path}) => method !== 'GET' && !/selfsubject|dryRun=All/.test(path))
        .map(({method, path}) => `${method} ${path}`),
    async shell(options: Pick<ShellOptions, 'answers' | 'onQuestion'> = {}) {
      const shell = await openShell({kubeconfig: fleet.sandbox.kubeconfig, clock: fleet.clock, ...options})
      shells.push(shell)
      return shell
    },
    async [Symbol.asyncDispose]() {
      for (const shell of shells) await shell[Symbol.asyncDispose]()
      await fleet[Symbol.asyncDispose]()
    },
  }
}

const restart = ['restart', image, '-c', 'lab', '--retries', '0', '-o', 'json'] as const

const wordings: readonly (readonly string[])[] = [
  [],
  ['--lock', 'off'],
  ['--waves', '1,100%'],
  ['--no-wait'],
  ['--undo-failed'],
]

describe('another cluster is behind the URL when the question is answered', () => {
  const matrix = others.flatMap((other) => wordings.map((words) => ({...other, words})))
  test.each(matrix)(
    '$what, $words: nothing is written there, and nothing counts as done',
    async ({what: _, words, ...other}) => {
      await using stage = await openAddress(other)
      const shell = await stage.shell({answers: ['y'], onQuestion: stage.switchOver})
      const {document, exitCode, stderr} = await shell.run(...restart, ...words)
      expect(stage.writes()).toEqual([])
      expect(stderr).toContain('UID')
      // Where the first wave fails, the second is not begun.
      expect(exitCode, stderr).toBe(words.includes('--waves') ? 5 : 1)
      const {results} = document() as RunReport
      const [first, ...rest] = results.map(({outcome, failure}) => `${outcome} ${failure?.class}`)
      expect(first).toBe('failed other-cluster')
      expect(rest).toEqual([words.includes('--waves') ? 'not-run undefined' : 'failed other-cluster'])
    },
  )

  test.each(others)('$what, --lock require: 2', async ({what: _, ...other}) => {
    await using stage = await openAddress(other)
    const shell = await stage.shell({answers: ['y'], onQuestion: stage.switchOver})
    const {exitCode, stderr} = await shell.run(...restart, '--lock', 'require')
    expect(stage.writes()).toEqual([])
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('UID')])
  })

  test.each(others)('$what, runs retry', async ({what: _, ...other}) => {
    const refusing = {type: 'answer', status: 422, verb: 'patch', message: 'No.'} as const
    await using stage = await openAddress(other, {...planned, trouble: [refusing]})
    const shell = await stage.shell({answers: ['y', 'y'], onQuestion: () => questions.shift()?.()})
    const questions = [() => undefined, stage.switchOver]
    expect((await shell.run(...restart)).exitCode).toBe(1)
    const {exitCode, stderr} = await shell.run('runs', 'retry', 'last')
    expect(stage.writes()).toEqual([])
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('UID')])
  })

  test.each(others.filter(({blind}) => !blind))('$what, cache refresh', async ({what: _, ...other}) => {
    await using stage = await openAddress(other, {...planned, namespaces: []})
    const shell = await stage.shell({answers: ['y'], onQuestion: stage.switchOver})
    const {exitCode, stdout} = await shell.run('cache', 'refresh', '-c', 'lab')
    expect(stage.writes()).toEqual([])
    expect([exitCode, stdout]).toEqual([expect.any(Number), expect.stringContaining('UID')])
    expect(exitCode).not.toBe(0)
  })
})

test('another cluster takes over in the middle of a run: what is missing there is not gone', async () => {
  await using stage = await openAddress({without: [api, web]}, {...planned, rolloutStepMs: 60_000})
  const shell = await stage.shell()
  const running = shell.run(...restart, '--yes', '--concurrency', '1')
  const {requests} = stage.fleet.cluster('lab')
  while (!requests().some(({method, path}) => method === 'PATCH' && path.includes('/deployments/'))) {
    await new Promise(setImmediate)
  }
  await stage.switchOver()
  const {document, exitCode} = await running
  expect(stage.writes().filter((write) => !/leases|events/.test(write))).toEqual([])
  expect(exitCode).not.toBe(0)
  const {results} = document() as RunReport
  expect(results.map(({outcome}) => outcome)).toContain('unverified')
  expect(results.map(({outcome}) => outcome)).not.toContain('skipped')
})
