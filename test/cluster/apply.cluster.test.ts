import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {LedgerReport} from '../../src/model/past-runs-report.ts'
import type {RunReport} from '../../src/model/report.ts'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {seeded} from './random-world.ts'
import {mergePatch} from './raw-client.ts'
import {type KubeObject, type RealCluster, startRealCluster} from './real-cluster.ts'
import {runFolder} from './run-folder.ts'
import {createServiceAccount, mayI} from './service-account.ts'

const binaries = await controlPlaneOrSkip()
const names = ['east', 'west', 'north'] as const
const kills = Number(process.env.HUBSPOKE_KILLS ?? 10)
const seed = Number(process.env.HUBSPOKE_SEED ?? 20_261_201)

const many = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({length: count}, (_, index) => make(index))

const inFleet = (apiVersion: string, kind: string, name: string, fields: object): KubeObject => ({
  ...{apiVersion, kind},
  metadata: {name, namespace: `fleet-${Number(name.split('-').at(-1)) % 4}`},
  ...fields,
})

const definition = (plural: string, kind: string): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {name: `${plural}.fleet.example.com`},
  spec: {
    group: 'fleet.example.com',
    scope: 'Namespaced',
    names: {plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List`},
    versions: [
      {
        ...{name: 'v1', served: true, storage: true},
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {spec: {type: 'object', properties: {size: {type: 'integer', maximum: 1000}}}},
          },
        },
      },
    ],
  },
})

const selector = (app: string) => ({matchLabels: {app}})
const pods = (app: string) => ({
  metadata: {labels: {app}},
  spec: {containers: [{name: 'app', image: 'registry.example/app:1'}]},
})

/** 200 objects, what needs others first: custom resources, then their definitions, and the namespaces last. */
const fleet = (value: string): readonly KubeObject[] => [
  ...many(20, (index) => inFleet('fleet.example.com/v1', 'Widget', `widget-${index}`, {spec: {size: index}})),
  ...many(20, (index) => inFleet('fleet.example.com/v1', 'Gadget', `gadget-${index}`, {spec: {size: index}})),
  ...many(8, (index) =>
    inFleet('apps/v1', 'Deployment', `web-${index}`, {
      spec: {replicas: 1, selector: selector(`web-${index}`), template: pods(`web-${index}`)},
    }),
  ),
  ...many(8, (index) =>
    inFleet('v1', 'Service', `web-${index}`, {spec: {selector: {app: `web-${index}`}, ports: [{port: 80}]}}),
  ),
  ...many(98, (index) => inFleet('v1', 'ConfigMap', `map-${index}`, {data: {value}})),
  ...many(20, (index) => inFleet('v1', 'Secret', `login-${index}`, {stringData: {password: 'hunter2-hunter2'}})),
  ...many(20, (index) => inFleet('v1', 'ServiceAccount', `robot-${index}`, {})),
  definition('widgets', 'Widget'),
  definition('gadgets', 'Gadget'),
  ...many(4, (index) => ({apiVersion: 'v1', kind: 'Namespace', metadata: {name: `fleet-${index}`}})),
]

const size = fleet('').length

/** What controllers create in every namespace. */
const ofControllers = new Set(['kube-root-ca.crt', 'default'])

describe.skipIf(!binaries)('apply to three genuine control planes', () => {
  let clusters: readonly RealCluster[] = []
  const kubeconfig = join(runFolder(), 'apply.yaml')
  const path = join(runFolder(), 'fleet.yaml')

  beforeAll(async () => {
    clusters = await Promise.all(names.map((name) => startRealCluster({name, nodes: 1})))
    writeKubeconfig(
      kubeconfig,
      clusters.map(({name, client}) => ({name, credentials: client.credentials})),
    )
  }, 180_000)
  afterAll(() => Promise.all(clusters.map((cluster) => cluster.delete())))

  const write = (objects: readonly object[]) =>
    writeFileSync(path, objects.map((object) => JSON.stringify(object)).join('\n---\n'))
  const everywhere = ['apply', '-f', path, '--all-contexts', '--yes', '-o', 'json', '--backoff', '100ms']
  const apply = async (shell: ProcessShell, ...words: readonly string[]) => {
    const ended = await shell.run(...everywhere, ...words)
    return {...ended, report: JSON.parse(ended.stdout) as RunReport}
  }
  /** `kind/namespace/name` of what was applied, with its version and the value of a ConfigMap. */
  const state = async (cluster: RealCluster) => {
    const kinds = 'configmaps,secrets,serviceaccounts,services,widgets,gadgets'
    const {stdout} = await cluster.kubectl(['get', kinds, '-A', '-o', 'json'])
    const {items} = JSON.parse(stdout) as {items: readonly (KubeObject & {data?: {value?: string}})[]}
    return new Map(
      items
        .filter(({metadata: {namespace = '', name}}) => namespace.startsWith('fleet-') && !ofControllers.has(name))
        .map(({kind, metadata, data}) => [
          `${metadata.namespace}/${kind}/${metadata.name}`,
          {version: String(metadata.resourceVersion), value: kind === 'ConfigMap' ? data?.value : undefined},
        ]),
    )
  }
  const countOf = (report: RunReport, outcome: string) =>
    report.results.map(({parts}) => parts.filter((part) => part.outcome === outcome).length)

  test(`${size} objects with definitions and their custom resources; a second run changes no version`, async () => {
    using shell = openProcessShell({KUBECONFIG: kubeconfig})
    write(fleet('first'))
    const first = await apply(shell)
    expect(first.exitCode, first.stderr).toBe(0)
    expect(countOf(first.report, 'succeeded')).toEqual([size, size, size])
    const before = await Promise.all(clusters.map(state))
    expect(before.map(({size: count}) => count)).toEqual([186, 186, 186])
    const second = await apply(shell)
    expect(second.exitCode, second.stderr).toBe(0)
    expect(second.report.results.map(({outcome, reason}) => `${outcome}: ${reason}`)).toEqual(
      names.map(() => `unchanged: ${size} objects unchanged`),
    )
    expect(await Promise.all(clusters.map(state))).toEqual(before)
    const took = [first, second].map(({report}) => `${report.run.durationMs} ms`)
    console.log(`figures: ${size} objects to 3 clusters: ${took[0]} new, ${took[1]} unchanged`)
    expect(`${first.stdout}${first.stderr}`).not.toMatch(/hunter2|aHVudGVy/)
  }, 120_000)

  test('a field of another manager is a named conflict, a rejected object keeps no other from being applied', async () => {
    using shell = openProcessShell({KUBECONFIG: kubeconfig})
    const [east] = clusters
    const at = '/api/v1/namespaces/fleet-1/configmaps/map-1?fieldManager=colleague'
    expect((await east?.client.patch(at, {data: {value: 'theirs'}}, mergePatch))?.status).toBe(200)
    const huge = inFleet('fleet.example.com/v1', 'Widget', 'huge-1', {spec: {size: 5000}})
    const mistyped = inFleet('fleet.example.com/v1', 'Widget', 'mistyped-1', {spec: {size: 'large'}})
    const unknown = inFleet('v1', 'ConfigMap', 'unknown-1', {data: {}, colour: 'red'})
    const taken = {...definition('widgets2', 'Widget')}
    write([...fleet('second'), huge, mistyped, unknown, taken])
    const {report, exitCode} = await apply(shell)
    expect(exitCode).toBe(1)
    const failed = report.results.map(({parts}) =>
      Object.fromEntries(parts.filter(({outcome}) => outcome === 'failed').map(({name, reason}) => [name, reason])),
    )
    const rejected = {
      'fleet-1/Widget.fleet.example.com/huge-1': expect.stringContaining('should be less than or equal to 1000'),
      'fleet-1/Widget.fleet.example.com/mistyped-1': expect.stringContaining('.spec.size: expected numeric'),
      'CustomResourceDefinition.apiextensions.k8s.io/widgets2.fleet.example.com':
        'The names of its kind are not accepted: "WidgetList" is already in use.',
      'fleet-1/ConfigMap/unknown-1': expect.stringContaining('.colour: field not declared in schema'),
    }
    const conflict = {'fleet-1/ConfigMap/map-1': 'other values are managed by "colleague" (.data.value)'}
    expect(failed).toEqual([{...rejected, ...conflict}, rejected, rejected])
    expect(report.results.map(({attempts}) => attempts)).toEqual([1, 1, 1])
    const now = await Promise.all(clusters.map(state))
    expect(now[0]?.get('fleet-1/ConfigMap/map-1')?.value).toBe('theirs')
    expect(now.map((one) => [...one.values()].filter(({value}) => value === 'second').length)).toEqual([97, 98, 98])
    write(fleet('second'))
    const forced = await apply(shell, '--force-conflicts')
    expect(forced.exitCode, forced.stderr).toBe(0)
    expect(countOf(forced.report, 'succeeded')).toEqual([1, 0, 0])
  }, 120_000)

  test('--dry-run server finds the same, and writes nothing', async () => {
    using shell = openProcessShell({KUBECONFIG: kubeconfig})
    const before = await Promise.all(clusters.map(state))
    write(fleet('third'))
    const {report, exitCode} = await apply(shell, '--dry-run', 'server')
    expect(exitCode).toBe(0)
    const changed = report.results.map(({parts}) => parts.filter(({diff}) => diff.length > 0))
    expect(changed.map((parts) => parts.length)).toEqual([98, 98, 98])
    expect(new Set(changed.flat().flatMap(({diff}) => diff))).toEqual(new Set(['~ data.value: "second" → "third"']))
    expect(await Promise.all(clusters.map(state))).toEqual(before)
  }, 120_000)

  test(
    `${kills} kills: every object is accounted for, and changed once (seed ${seed})`,
    async () => {
      const chance = seeded(seed)
      const moments = {beforeWrites: 0, amongWrites: 0, afterEnd: 0}
      for (let round = 1; round <= kills; round += 1) {
        moments[await killedRound(`round-${round}`, 1 + Math.floor(chance() * 1800))] += 1
      }
      console.log(`figures: ${kills} kills of apply (seed ${seed}): ${JSON.stringify(moments)}`)
      expect(moments.amongWrites).toBeGreaterThan(0)
    },
    60_000 + kills * 20_000,
  )

  // The last one: from here on there is a namespace for locks, and a killed run keeps its lock until it counts as dead.
  test('the permissions: what "rbac apply" prints, and get, patch and create on each kind', async () => {
    const east = clusters[0] as RealCluster
    await east.apply([{apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'ops'}}])
    const account = await createServiceAccount(east, 'ops', 'robot')
    using admin = openProcessShell({KUBECONFIG: kubeconfig})
    const {stdout} = await admin.run('rbac', 'apply', '--service-account', 'ops/robot')
    expect((await east.kubectl(['apply', '-f', '-'], stdout)).exitCode).toBe(0)
    const own = join(runFolder(), 'robot.yaml')
    writeFileSync(own, account.kubeconfig, {mode: 0o600})
    using shell = openProcessShell({KUBECONFIG: own})
    write([inFleet('v1', 'ConfigMap', 'robots-1', {data: {}})])
    const words = ['-n', 'fleet-1', 'create', 'role', 'maps', '--resource=configmaps']
    const bind = ['-n', 'fleet-1', 'create', 'rolebinding', 'maps', '--role=maps', '--serviceaccount=ops:robot']
    const applied = async (...verbs: readonly string[]) => {
      await east.kubectl(['-n', 'fleet-1', 'delete', 'role,rolebinding', 'maps', '--ignore-not-found'])
      await east.kubectl([...words, `--verb=${verbs.join(',')}`])
      await east.kubectl(bind)
      while (!(await mayI(account.client, {namespace: 'fleet-1', verb: verbs[0], resource: 'configmaps'})))
        await sleep(20)
      const {report, stderr} = await apply(shell)
      expect(stderr).not.toMatch(/No lock|fallback/)
      return report.results[0]?.parts.map(({outcome, reason}) => `${outcome}: ${reason}`)
    }
    expect(await applied('patch', 'create')).toEqual([
      expect.stringMatching(/^failed: .* cannot get resource "configmaps"/),
    ])
    expect(await applied('get', 'create')).toEqual([
      expect.stringMatching(/^failed: .* cannot patch resource "configmaps"/),
    ])
    expect(await applied('get', 'patch')).toEqual([
      expect.stringMatching(/^failed: .* cannot create resource "configmaps"/),
    ])
    expect(await applied('get', 'patch', 'create')).toEqual(['succeeded: created'])
    await account.client.close()
  }, 120_000)

  /** Kills a run when its ledger has that many lines, and retries it. */
  async function killedRound(value: string, lines: number) {
    using shell = openProcessShell({KUBECONFIG: kubeconfig})
    write(fleet(value))
    const {child, end} = shell.start(...everywhere)
    while (linesOf(shell.home).length <= lines && child.exitCode === null) await sleep(2)
    child.kill('SIGKILL')
    await end
    const moment = momentOf(linesOf(shell.home).join('\n'))
    const killed = await Promise.all(clusters.map(state))
    if (moment !== 'beforeWrites') await expectAccounted(shell, killed, value)
    await retry(shell, moment)
    for (const [index, after] of (await Promise.all(clusters.map(state))).entries()) {
      const values = [...after.values()].flatMap(({value: found}) => found ?? [])
      expect(new Set(values)).toEqual(new Set([value]))
      // What had the value when the run was killed was not written again.
      const done = [...(killed[index] ?? [])].filter(([, {value: found}]) => found === value)
      expect(done.map(([key]) => [key, after.get(key)])).toEqual(done)
    }
    return moment
  }

  async function retry(shell: ProcessShell, moment: Moment) {
    const isRecorded = linesOf(shell.home).length > 1
    const {exitCode, stderr} = await (isRecorded
      ? shell.run('runs', 'retry', 'last', '--yes')
      : shell.run(...everywhere))
    if (exitCode !== 2) return expect({exitCode, stderr}).toMatchObject({exitCode: 0})
    // Without a whole plan on disk nothing was written.
    expect(moment, stderr).toBe('beforeWrites')
    expect((await shell.run(...everywhere)).exitCode).toBe(0)
  }

  /** `runs show` claims of no object that it was applied, or was not touched, if that is not so. */
  async function expectAccounted(
    shell: ProcessShell,
    killed: readonly Awaited<ReturnType<typeof state>>[],
    value: string,
  ) {
    const {stdout} = await shell.run('runs', 'show', 'last', '-o', 'json')
    const {targets} = JSON.parse(stdout) as LedgerReport
    for (const target of targets) {
      const found = killed[names.findIndex((name) => 'label' in target && target.label === name)]
      for (const {name, outcome, reason} of target.parts.filter((part) => part.name.includes('/ConfigMap/'))) {
        const isThere = found?.get(name)?.value === value
        if (outcome === 'succeeded' && reason === 'changed') expect({name, isThere}).toEqual({name, isThere: true})
        if (outcome === 'not-run') expect({name, isThere}).toEqual({name, isThere: false})
      }
    }
  }
})

/** The lines of the only ledger. */
function linesOf(home: string): readonly string[] {
  const folder = join(home, '.local/state/hubspoke/runs')
  try {
    const [name] = readdirSync(folder).filter((one) => one.endsWith('.jsonl'))
    return name === undefined ? [] : readFileSync(join(folder, name), 'utf8').split('\n')
  } catch {
    return []
  }
}

type Moment = 'beforeWrites' | 'amongWrites' | 'afterEnd'

/** When the process died, by the last records of its ledger. */
function momentOf(ledger: string): Moment {
  if (ledger.includes('"type":"ended"')) return 'afterEnd'
  return ledger.includes('"type":"writing"') ? 'amongWrites' : 'beforeWrites'
}
