import {globSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {type ConnectionCounter, startConnectionCounter} from './connection-counter.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {runFolder} from './run-folder.ts'
import {brokenImage, fleet, replicaSetCounts, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const names = ['east', 'west', 'north'] as const
/** Per cluster: 20 deployments; of all 60, 20 run the image. */
const onImage = {east: 7, west: 7, north: 6}

describe.skipIf(!binaries)('the main job on three real clusters', () => {
  let clusters: Record<(typeof names)[number], RealCluster>
  let proxies: Record<(typeof names)[number], ConnectionCounter>
  let shell: ProcessShell

  const each = async <Result>(work: (name: (typeof names)[number]) => Promise<Result>) =>
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await work(name)] as const))) as Record<
      (typeof names)[number],
      Result
    >
  /** `cluster/namespace/name` of every deployment, with its revision: one restart more is one revision more. */
  const revisions = async () => {
    const counts = await each((name) => replicaSetCounts(clusters[name]))
    return new Map(
      names.flatMap((name) => Object.entries(counts[name]).map(([key, {revision}]) => [`${name}/${key}`, revision])),
    )
  }
  const restartedSince = async (before: ReadonlyMap<string, number>) =>
    [...(await revisions())].flatMap(([key, revision]) => (revision === before.get(key) ? [] : [key])).sort()

  beforeAll(async () => {
    clusters = await each((name) => startRealCluster({name, nodes: 2}))
    proxies = await each((name) => startConnectionCounter(clusters[name].server))
    await each(async (name) => {
      const namespaces = ['blue', 'green', 'red']
      await clusters[name].apply(
        fleet({deployments: 20, namespaces, image: `${image}:1.0`, onImage: onImage[name], replicas: 2}),
      )
      await untilRolledOut(clusters[name])
    })
    const kubeconfig = join(runFolder(), 'three.yaml')
    const contexts = names.map((name) => {
      const {credentials} = clusters[name].client
      return {name, credentials: {...credentials, server: proxies[name].server}}
    })
    writeKubeconfig(kubeconfig, contexts)
  }, 180_000)
  afterAll(async () => {
    await each((name) => proxies?.[name]?.close())
    await each((name) => clusters?.[name]?.delete())
  })
  beforeEach(() => {
    shell = openProcessShell({KUBECONFIG: join(runFolder(), 'three.yaml')})
  })
  afterEach(() => shell[Symbol.dispose]())

  const ledgerOf = () => {
    const [path = ''] = globSync('.local/state/hubspoke/runs/*.jsonl', {cwd: shell.home})
    const file = join(shell.home, path)
    const records = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    return {file, records, ofType: (type: string) => records.filter((record) => record.type === type)}
  }

  test('finds exactly the workloads that run the image, and writes nothing', async () => {
    const before = await revisions()
    const {stdout, exitCode} = await shell.run('find', image, '-o', 'name')
    expect(exitCode).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(20)
    expect(await restartedSince(before)).toEqual([])
  })

  test('restarts exactly those 20, waits for them and ends with 0; a second run restarts them again', async () => {
    const expected = names.flatMap((name) =>
      Array.from({length: onImage[name]}, (_, index) => `${name}/${['blue', 'green', 'red'][index % 3]}/app-${index}`),
    )
    for (const round of ['first', 'second']) {
      const before = await revisions()
      const {stdout, stderr, exitCode} = await shell.run('restart', image, '--all-contexts', '--yes')
      expect({round, exitCode, stderr}).toMatchObject({exitCode: 0})
      expect(stdout).toMatch(/Total\s+20\s+Succeeded\s+20\s+Failed\s+0/)
      expect(await restartedSince(before)).toEqual(expected.sort())
      await each((name) => untilRolledOut(clusters[name]))
    }
  })

  test('each API server sees one TLS connection, and one watch for all targets of a kind', async () => {
    const before = await each(async (name) => proxies[name].accepted())
    const {stdout, exitCode} = await shell.run('restart', image, '--all-contexts', '--yes', '-o', 'json')
    expect(exitCode).toBe(0)
    expect(await each(async (name) => proxies[name].accepted() - before[name])).toEqual({east: 1, west: 1, north: 1})
    const report: RunReport = JSON.parse(stdout)
    expect(report.clusters.map(({cost}) => cost.connections)).toEqual([1, 1, 1])
  })

  test('an unpullable image among them: 1 fails with its reason, 19 succeed, and the exit code is 1', async () => {
    const [victim] = fleet({deployments: 1, namespaces: ['blue'], image: `${image}:1.0`, onImage: 1}).slice(1)
    const broken = workload({
      namespace: 'blue',
      name: 'app-0',
      image: `${image}:1.0`,
      spec: {progressDeadlineSeconds: 5},
    })
    const template = (broken.spec as {template: {spec: {containers: object[]}}}).template
    template.spec.containers.push({name: 'proxy', image: brokenImage})
    await clusters.east.apply([broken])
    const {stdout, exitCode} = await shell.run('restart', image, '--all-contexts', '--yes', '-o', 'json')
    expect(victim).toBeDefined()
    const report: RunReport = JSON.parse(stdout)
    expect(report.counts).toMatchObject({total: 20, succeeded: 19, failed: 1})
    const failed = report.results.filter(({outcome}) => outcome === 'failed')
    expect(failed).toMatchObject([{context: 'east', namespace: 'blue', name: 'app-0', failure: {class: 'rollout'}}])
    expect(failed[0]?.reason).toContain('ImagePullBackOff')
    expect(exitCode).toBe(1)
    template.spec.containers.pop()
    await clusters.east.client.put('/apis/apps/v1/namespaces/blue/deployments/app-0', broken)
    await untilRolledOut(clusters.east)
  })

  test('a mistyped image ends with 3 and writes nothing', async () => {
    const before = await revisions()
    const {stdout, exitCode} = await shell.run('restart', 'nosuchimage', '--all-contexts', '--yes', '-o', 'json')
    expect(exitCode).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({type: 'RunReport', results: [], verdict: {code: 3}})
    expect(await restartedSince(before)).toEqual([])
  })

  test('without a terminal and without --yes it ends with 2 and writes nothing', async () => {
    const before = await revisions()
    const {stdout, stderr, exitCode} = await shell.run('restart', image, '--all-contexts', '-o', 'json')
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({type: 'ErrorReport', error: {class: 'usage'}, verdict: {code: 2}})
    expect(stderr).toContain('--yes')
    expect(await restartedSince(before)).toEqual([])
  })

  test('kill -9 leaves a ledger that lists every planned target with its last state', async () => {
    const run = shell.start('restart', image, '--all-contexts', '--yes', '--concurrency', '2')
    await run.says(/waiting|restarted|written/i)
    run.child.kill('SIGKILL')
    await run.end
    const {file, ofType} = ledgerOf()
    expect(ofType('planned')).toHaveLength(20)
    expect(ofType('writing').length).toBeGreaterThan(0)
    expect(ofType('ended')).toEqual([])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    await each((name) => untilRolledOut(clusters[name]))
  })

  test('SIGINT in the middle prints the summary with what was not run, and ends with 130', async () => {
    const run = shell.start('restart', image, '--all-contexts', '--yes', '--concurrency', '2', '-o', 'json')
    await run.says(/waiting|restarted|written/i)
    run.child.kill('SIGINT')
    const {stdout, exitCode} = await run.end
    expect(exitCode).toBe(130)
    const report: RunReport = JSON.parse(stdout)
    expect(report.results).toHaveLength(20)
    expect(report.counts.notRun).toBeGreaterThan(0)
    expect(report.counts.failed).toBe(0)
    expect(ledgerOf().ofType('result')).toHaveLength(20)
    await each((name) => untilRolledOut(clusters[name]))
  })

  test('one API server stopped: the other two are done, the dead one is unreachable, and the exit code is 4', async () => {
    await clusters.north.stopApiServer()
    try {
      const before = performance.now()
      const {stdout, exitCode} = await shell.run('restart', image, '--all-contexts', '--yes', '-o', 'json')
      const report: RunReport = JSON.parse(stdout)
      expect(report.counts).toMatchObject({total: 14, succeeded: 14})
      expect(report.clusters.find(({context}) => context === 'north')).toMatchObject({
        status: 'not-read',
        problem: {class: 'unreachable'},
      })
      expect(exitCode).toBe(4)
      // A dead context costs its own connect timeout and its retries, and nothing near the response timeout of 30 s.
      expect(performance.now() - before).toBeLessThan(30_000)
    } finally {
      await clusters.north.startApiServer()
    }
  })

  test('no credential appears in any output, ledger or error', async () => {
    const admin = clusters.east.client
    const account = {metadata: {name: 'operator'}}
    await admin.post('/api/v1/namespaces/default/serviceaccounts', account)
    await admin.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      ...account,
      roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin'},
      subjects: [{kind: 'ServiceAccount', name: 'operator', namespace: 'default'}],
    })
    const {body} = await admin.post<{status: {token: string}}>(
      '/api/v1/namespaces/default/serviceaccounts/operator/token',
      {spec: {}},
    )
    const {token} = body.status
    const {server, ca = '', cert, key} = admin.credentials
    const kubeconfig = join(shell.home, 'tokens.yaml')
    writeKubeconfig(kubeconfig, [
      {name: 'good', credentials: {server, ca, token}},
      {name: 'spoiled', credentials: {server, ca, token: `${token}x`}},
      {name: 'certificate', credentials: admin.credentials},
    ])
    const at = ['--kubeconfig', kubeconfig] as const
    const secrets = [token, ...[cert, key].flatMap((pem) => pem?.split('\n').filter((line) => line.length > 40) ?? [])]

    expect(await shell.run('find', image, '-v', ...at)).toMatchObject({exitCode: 4})
    expect(await shell.run('check', '-o', 'json', ...at)).toMatchObject({exitCode: 4})
    expect(await shell.run('restart', image, '-c', 'good', '--yes', '-v', '-o', 'json', ...at)).toMatchObject({
      exitCode: 0,
    })
    const everything = shell.everythingPrinted() + readFileSync(ledgerOf().file, 'utf8')
    expect(everything).toContain('spoiled')
    expect(secrets.length).toBeGreaterThan(10)
    for (const secret of secrets) expect(everything).not.toContain(secret)
  })
})
