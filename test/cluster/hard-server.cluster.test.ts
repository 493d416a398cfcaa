import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import {loadKubeconfig} from '../../src/kube/kubeconfig.ts'
import type {Workloads} from '../../src/kube/ports/workloads.ts'
import {HubspokeError} from '../../src/model/failure.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {FindReport, RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type KubeObject, type RealCluster, startRealCluster} from './real-cluster.ts'
import {fleet, namespace, replicaSetCounts, untilRolledOut} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const never = new AbortController().signal

describe.skipIf(!binaries)('an API server that closes connections at random', () => {
  let cluster: RealCluster
  let shell: ProcessShell
  beforeAll(async () => {
    cluster = await startRealCluster({name: 'goaway', apiserverFlags: {'goaway-chance': '0.02'}})
    await cluster.apply(fleet({deployments: 30, namespaces: ['blue', 'green'], image: `${image}:1.0`, onImage: 12}))
    await untilRolledOut(cluster)
  })
  afterAll(() => cluster?.delete())
  beforeEach(() => {
    shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
  })
  afterEach(() => shell[Symbol.dispose]())

  test('ten runs of find give the right answer ten times', async () => {
    for (let round = 0; round < 10; round++) {
      const {stdout, exitCode} = await shell.run('find', image, '-o', 'name')
      expect({round, exitCode, found: stdout.trim().split('\n').length}).toEqual({round, exitCode: 0, found: 12})
    }
  })

  test('restarts are written once and watched to their end', async () => {
    let connections = 0
    for (let round = 0; round < 5; round++) {
      const {stdout, exitCode} = await shell.run('restart', image, '--all-contexts', '--yes', '-o', 'json')
      const {counts, clusters}: RunReport = JSON.parse(stdout)
      expect({round, exitCode, counts}).toMatchObject({exitCode: 0, counts: {total: 12, succeeded: 12, failed: 0}})
      connections += clusters[0]?.cost.connections ?? 0
    }
    process.stderr.write(`Five restarts of twelve through GOAWAY took ${connections} connections.\n`)
  })

  test.each([
    {how: 'killed', signal: 'SIGKILL'},
    {how: 'terminated', signal: 'SIGTERM'},
  ] as const)(
    '$how and started again in mid-run: every outcome is true, and nothing is restarted twice',
    async ({signal}) => {
      const before = await replicaSetCounts(cluster)
      const slowly = ['--concurrency', '2', '--backoff', '500ms', '--backoff-factor', '2', '--retries', '6']
      const run = shell.start('restart', image, '--all-contexts', '--yes', '-o', 'json', ...slowly)
      await run.says('written, waiting for its rollout')
      await cluster.stopApiServer(signal)
      await cluster.startApiServer()
      const {stdout, exitCode} = await run.end
      const {counts}: RunReport = JSON.parse(stdout)
      expect({exitCode, counts}).toMatchObject({exitCode: 0, counts: {total: 12, succeeded: 12, failed: 0}})
      const after = await replicaSetCounts(cluster)
      const restarts = Object.keys(after).map((key) => (after[key]?.revision ?? 0) - (before[key]?.revision ?? 0))
      expect(restarts.filter((count) => count !== 0)).toEqual(Array.from({length: 12}, () => 1))
    },
  )
})

describe.skipIf(!binaries)('an API server with many faults', () => {
  const deployments = 1_200
  let cluster: RealCluster
  let shell: ProcessShell
  beforeAll(async () => {
    cluster = await startRealCluster({name: 'hard'})
    const namespaces = ['blue', 'green', 'red']
    await cluster.apply(fleet({deployments, namespaces, image: `${image}:1.0`, onImage: 700, replicas: 0}))
  })
  afterAll(() => cluster?.delete())
  beforeEach(() => {
    shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
  })
  afterEach(() => shell[Symbol.dispose]())

  const open = async () => {
    const kubeconfig = await loadKubeconfig({
      path: cluster.kubeconfigPath,
      env: {},
      homeDir: cluster.place.folder,
      clock: systemClock,
    })
    return kubeconfig.open('hard')
  }
  /** Names of a whole list; `afterFirstPage` happens between the first page and the second. */
  async function listed(workloads: Workloads, afterFirstPage: () => Promise<void>) {
    let names: string[] = []
    let pages = 0
    let restarts = 0
    for await (const page of workloads.list('Deployment', {}, never)) {
      if (page.restarted) {
        restarts++
        names = []
      }
      names.push(...page.workloads.map(({name}) => name))
      if (++pages === 1) await afterFirstPage()
    }
    return {found: new Set(names).size, twice: names.length - new Set(names).size, restarts}
  }

  test('an expired page token restarts the list, and nothing is missing or duplicated', async () => {
    const access = await open()
    const end = await listed(access.workloads, async () => {
      await cluster.apply([namespace('later')])
      await cluster.expireHistory()
      // Its snapshots in memory would still answer.
      await cluster.stopApiServer()
      await cluster.startApiServer()
    })
    expect(end).toEqual({found: deployments, twice: 0, restarts: 1})
    await access.close()
  })

  test('killed in the middle of a list: a named failure; then the same access reads it all', async () => {
    const access = await open()
    const error = await listed(access.workloads, () => cluster.stopApiServer()).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(HubspokeError)
    expect(error).toMatchObject({failureClass: 'unreachable'})
    await cluster.startApiServer()
    expect(await listed(access.workloads, async () => undefined)).toMatchObject({found: deployments, twice: 0})
    await access.close()
  })

  test('killed and restarted in the middle of a list: all of it, none of it twice', async () => {
    const access = await open()
    const end = await listed(access.workloads, async () => {
      await cluster.stopApiServer()
      await cluster.startApiServer()
    })
    expect(end).toMatchObject({found: deployments, twice: 0})
    await access.close()
  })

  test('find during an outage is correct, or reports that it could not read; it is never wrong', async () => {
    const runs = Array.from({length: 6}, async (_, index) => {
      await systemClock.sleep(index * 250)
      const {stdout, exitCode} = await shell.run('find', image, '--json')
      const {workloads, clusters}: FindReport = JSON.parse(stdout)
      return {exitCode, found: workloads.length, problem: clusters[0]?.problem?.class ?? null}
    })
    await systemClock.sleep(600)
    await cluster.stopApiServer()
    await cluster.startApiServer()
    const ends = await Promise.all(runs)
    for (const {exitCode, found, problem} of ends) {
      if (exitCode === 0) expect({found, problem}).toEqual({found: 700, problem: null})
      else
        expect({exitCode, problem}).toEqual({
          exitCode: 4,
          problem: expect.stringMatching(/unreachable|server-error|timeout/),
        })
    }
    process.stderr.write(`During an outage: ${ends.map(({exitCode, found}) => `${exitCode} (${found})`).join(', ')}.\n`)
  })

  test('300 namespaces, permissions in each of them only: one connection, and no request is starved', async () => {
    const names = Array.from({length: 300}, (_, index) => `team-${index}`)
    await cluster.apply([
      role,
      ...fleet({deployments: 300, namespaces: names, image: 'registry.example/team/app:1', onImage: 300, replicas: 0}),
      ...names.map(bindingIn),
    ])
    const kubeconfig = parse(readFileSync(cluster.kubeconfigPath, 'utf8'))
    kubeconfig.users[0].user.as = 'limited'
    const path = join(cluster.place.folder, 'limited.yaml')
    writeFileSync(path, stringify(kubeconfig), {mode: 0o600})
    const where = [...names.flatMap((name) => ['-n', name]), '--kubeconfig', path, '--json']

    const took: number[] = []
    const timed = async (...words: readonly string[]) => {
      const from = performance.now()
      const end = await shell.run(...words, 'registry.example/team/app', ...where)
      took.push(Math.round(performance.now() - from))
      return end
    }
    const found = await timed('find')
    const report: FindReport = JSON.parse(found.stdout)
    expect({problem: report.clusters[0]?.problem, unread: report.clusters[0]?.unread}).toEqual({
      problem: null,
      unread: [],
    })
    expect(report.workloads).toHaveLength(300)
    expect(report.clusters[0]?.cost.connections).toBe(1)
    expect(found.exitCode).toBe(0)

    const restart = await timed('restart', '--all-contexts', '--yes')
    const {counts, clusters}: RunReport = JSON.parse(restart.stdout)
    expect(counts).toMatchObject({total: 300, succeeded: 300})
    expect(clusters[0]?.cost.connections).toBe(1)
    expect(restart.exitCode).toBe(0)
    process.stderr.write(`In 300 namespaces: found in ${took[0]} ms, restarted in ${took[1]} ms.\n`)
  })
})

const role: KubeObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: {name: 'restarter'},
  rules: [
    {apiGroups: ['apps'], resources: ['*'], verbs: ['get', 'list', 'watch', 'patch']},
    {apiGroups: [''], resources: ['pods'], verbs: ['get', 'list']},
  ],
}

const bindingIn = (name: string): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: {name: 'limited', namespace: name},
  subjects: [{apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'limited'}],
  roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'restarter'},
})
