import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'
import {parseAllDocuments} from 'yaml'
import type {CheckReport} from '../../src/model/check-report.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {type Ended, openShell, type Shell} from '../support/run-command.ts'
import type {CacheReport, FindReport, RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {mergeKubeconfigs} from './kubeconfig-files.ts'
import {kubeletLogs} from './kubelet-logs.ts'
import {type KubeObject, type RealCluster, startRealCluster} from './real-cluster.ts'
import {createServiceAccount, mayI, type ServiceAccount} from './service-account.ts'
import {brokenImage, namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const stuckImage = brokenImage.replace(/:.*/, '')
const cachePath = '/api/v1/namespaces/hubspoke-system/configmaps/deployment-image-cache'
const orphanPath = '/api/v1/namespaces/hubspoke-system/configmaps/deployment-image-cache-old-0'
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/hubspoke-system/leases/hubspoke-run'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}
type Role = KubeObject & {readonly rules?: readonly Rule[]}

/** One verb of one resource: what a rule can be taken apart into. */
function singles(rules: readonly Rule[] = []): readonly Rule[] {
  return rules.flatMap((rule) =>
    rule.resources.flatMap((resource) => rule.verbs.map((verb) => ({...rule, resources: [resource], verbs: [verb]}))),
  )
}
const fullImage = 'ghcr.io/acme/full'
const crashingImage = 'ghcr.io/acme/crashes'
const resourceWords = (words = '') => ({resource: words.split('/')[0], subresource: words.split('/')[1]})
const wordsOf = ({verbs, resources}: Rule) => `${verbs[0]} ${resources[0]}`

const findReport = ({document}: Ended) => document() as FindReport
const runReport = ({document}: Ended) => document() as RunReport
const cacheOf = ({document}: Ended) => (document() as CacheReport).caches[0]

/** Rules that only `scale` and `undo` need: the stories of `rbac`, `scale` and `undo` show them. */
const provedInStories: ReadonlySet<string> = new Set([
  'list controllerrevisions',
  'list horizontalpodautoscalers',
  'update deployments/scale',
  'update statefulsets/scale',
])

describe.skipIf(!binaries)('the roles that rbac prints, on a real cluster', () => {
  let cluster: RealCluster
  let account: ServiceAccount
  let shell: Shell
  let printed: string
  const shells: Shell[] = []

  async function shellOf({kubeconfig}: ServiceAccount): Promise<Shell> {
    const opened = await openShell({kubeconfig, clock: systemClock, env: {HUBSPOKE_SMALL_CLUSTER: '0'}})
    shells.push(opened)
    return opened
  }
  async function applyPrinted(yaml: string): Promise<void> {
    const {exitCode, stderr} = await cluster.kubectl(['apply', '-f', '-'], yaml)
    expect({exitCode, stderr}).toMatchObject({exitCode: 0})
  }
  const rolesOf = (yaml: string) => parseAllDocuments(yaml).map((document) => document.toJS() as Role)
  const refresh = () => shell.run('cache', 'refresh', '--all-contexts', '-o', 'json')
  const find = (...words: readonly string[]) => shell.run('find', image, '-o', 'json', ...words)
  const restart = (...words: readonly string[]) =>
    shell.run('restart', image, '--all-contexts', '-y', '-o', 'json', '--kind', 'deploy', ...words)
  const logTail = async () => {
    const words = ['--all-contexts', '-y', '-o', 'json', '--fail-fast', '--include-logs']
    return runReport(await shell.run('restart', crashingImage, ...words)).results[0]?.logTail
  }
  const restartStuck = () => shell.run('restart', stuckImage, '--all-contexts', '-y', '-o', 'json', '--kind', 'deploy')

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'roles', nodes: 2, stages: kubeletLogs(['no configuration'])})
    const web = (['Deployment', 'StatefulSet', 'DaemonSet'] as const).map((kind) =>
      workload({kind, namespace: 'shop', name: `web-${kind.toLowerCase()}`, image: `${image}:1`, replicas: 1}),
    )
    const stuck = workload({
      namespace: 'stuck',
      name: 'stuck',
      image: brokenImage,
      replicas: 1,
      spec: {progressDeadlineSeconds: 3},
    })
    const crashing = workload({
      namespace: 'stuck',
      name: 'crashing',
      image: `${crashingImage}:1`,
      replicas: 1,
      podAnnotations: {'hubspoke.test/crashes': 'true'},
    })
    await cluster.apply([...['ops', 'shop', 'stuck'].map(namespace), ...web, stuck, crashing])
    await untilRolledOut(cluster, ['stuck/stuck', 'stuck/crashing'])
    account = await createServiceAccount(cluster, 'ops', 'hubspoke')
    shell = await shellOf(account)
    const verbs = ['find', 'status', 'restart', 'set-image', 'scale', 'undo', 'cache-refresh', 'cache-watch']
    printed = (await shell.run('rbac', ...verbs, '--service-account', 'ops/hubspoke')).stdout
  }, 180_000)
  afterAll(async () => {
    for (const opened of shells) await opened[Symbol.asyncDispose]()
    await account?.client.close()
    await cluster?.delete()
  })

  test('before they are applied, nothing works', async () => {
    expect(await find()).toMatchObject({exitCode: 4})
    expect(await restart()).toMatchObject({exitCode: 4})
    expect((await refresh()).exitCode).not.toBe(0)
  })

  test('kubectl applies them, and find, restart with reasons and lock, and cache refresh work', async () => {
    await applyPrinted(printed)
    expect(await refresh()).toMatchObject({exitCode: 0})
    const found = await find()
    expect(found.exitCode).toBe(0)
    expect(findReport(found)).toMatchObject({clusters: [{tier: 'cache+changes', unread: []}]})
    expect(findReport(found).workloads).toHaveLength(3)
    expect(await find('-n', 'shpo')).toMatchObject({exitCode: 2})

    const restarted = await shell.run('restart', image, '--all-contexts', '-y', '-o', 'json')
    expect(restarted.exitCode).toBe(0)
    expect(runReport(restarted)).toMatchObject({counts: {succeeded: 3}, run: {locks: [{state: 'held'}]}})
    const stuck = await restartStuck()
    expect(stuck.exitCode).toBe(1)
    expect(runReport(stuck).results[0]?.reason).toContain('ImagePullBackOff')

    const report = (await shell.run('check', '-o', 'json')).document() as CheckReport
    const [entry] = report.contexts
    expect(entry?.permissions.filter(({allowed}) => !allowed)).toEqual([])
    expect(entry?.credentials?.leftMs).toBeGreaterThan(3_000_000)
    expect(entry).toMatchObject({uidIsFallback: false, clockSkewMs: expect.any(Number)})
  })

  test('the client certificate of an administrator tells when it ends, and two contexts that they lead to one cluster', async () => {
    const again = join(cluster.place.folder, 'two-contexts.yaml')
    mergeKubeconfigs(again, [cluster, {name: 'roles-again', kubeconfigPath: cluster.kubeconfigPath}])
    const theirs = await shellOf({kubeconfig: readFileSync(again, 'utf8'), client: cluster.client})
    const {contexts} = (await theirs.run('check', '-o', 'json')).document() as CheckReport
    expect(contexts.map(({sameClusterAs}) => sameClusterAs)).toEqual([['roles-again'], ['roles']])
    for (const {credentials, clockSkewMs} of contexts) {
      expect(credentials).toMatchObject({renewed: false})
      expect(credentials?.leftMs).toBeGreaterThan(3_600_000)
      expect(Math.abs(clockSkewMs ?? Number.NaN)).toBeLessThanOrEqual(5_000)
    }
  })

  describe('every rule is needed: without it', () => {
    /** Applies the printed roles without one verb of one resource, and waits until the cluster knows. */
    async function without(words: string, name?: string): Promise<void> {
      const roles = rolesOf(printed).filter(({rules}) => rules !== undefined)
      const lacks = (rule: Rule) => wordsOf(rule) !== words || (name !== undefined && rule.resourceNames?.[0] !== name)
      await cluster.apply(roles.map((role) => ({...role, rules: singles(role.rules).filter(lacks)})))
      const role = roles.find(({rules}) => singles(rules).some((rule) => !lacks(rule)))
      const rule = singles(role?.rules).find((one) => !lacks(one))
      if (!role || !rule) throw new Error(`no rule permits ${words}`)
      const question = {
        group: rule.apiGroups[0],
        ...resourceWords(rule.resources[0]),
        verb: rule.verbs[0],
        namespace: role.metadata.namespace,
        name: rule.resourceNames?.[0],
      }
      await expect.poll(() => mayI(account.client, question)).toBe(false)
    }
    afterEach(async () => {
      const roles = rolesOf(printed).filter(({rules}) => rules !== undefined)
      await cluster.apply(roles)
      const last = {group: 'coordination.k8s.io', resource: 'leases', verb: 'create', namespace: 'hubspoke-system'}
      await expect.poll(() => mayI(account.client, last)).toBe(true)
    })

    const kinds = [
      {kind: 'Deployment', resource: 'deployments', short: 'deploy'},
      {kind: 'StatefulSet', resource: 'statefulsets', short: 'sts'},
      {kind: 'DaemonSet', resource: 'daemonsets', short: 'ds'},
    ]
    const proved: string[] = []
    const lacking = async (words: string, name?: string) => {
      await without(words, name)
      proved.push(words)
    }

    test.each(kinds)('list $resource: the cluster is read in part, and no cache is saved', async ({kind, resource}) => {
      await lacking(`list ${resource}`)
      const found = await find('--fresh', 'scan')
      expect(found.exitCode).toBe(4)
      expect(findReport(found).clusters[0]?.unread).toMatchObject([{kind, failure: {class: 'forbidden'}}, {kind}])
      const refreshed = await refresh()
      expect(refreshed.exitCode).toBe(1)
      expect(cacheOf(refreshed)?.reason).toContain('Only a part of the cluster could be read')
    })

    test.each(kinds)('watch $resource: the kind is listed instead of caught up with', async ({resource, short}) => {
      await lacking(`watch ${resource}`)
      const found = await find('--kind', short)
      expect(found.exitCode).toBe(0)
      expect(findReport(found).clusters[0]).toMatchObject({tier: 'scan', tierReason: expect.stringContaining('watch')})
    })

    test.each(kinds.flatMap((one) => ['get', 'patch'].map((verb) => ({...one, verb}))))(
      '$verb $resource: they are refused before anything is written',
      async ({verb, resource, kind, short}) => {
        await lacking(`${verb} ${resource}`)
        const ended = await shell.run('restart', image, '--all-contexts', '-y', '-o', 'json', '--kind', short)
        expect(ended.exitCode).toBe(1)
        const message = `may not ${verb} ${resource}.apps in namespace "shop"`
        expect(runReport(ended).results).toMatchObject([
          {
            kind,
            outcome: 'failed',
            attempts: 0,
            failure: {class: 'forbidden', message: expect.stringContaining(message)},
          },
        ])
      },
    )

    test.each(['replicasets', 'pods'])('list %s: the cause of a stuck rollout is not shown', async (resource) => {
      await lacking(`list ${resource}`)
      const ended = await restartStuck()
      expect(ended.exitCode).toBe(1)
      const reason = runReport(ended).results[0]?.reason
      expect(reason).toContain('reason unknown: may not read pods')
      expect(reason).not.toContain('ImagePullBackOff')
    })

    test('list events: the cause of a StatefulSet without pods is not shown', async () => {
      const full = workload({kind: 'StatefulSet', namespace: 'full', name: 'full', image: fullImage, replicas: 1})
      const quota = {apiVersion: 'v1', kind: 'ResourceQuota', metadata: {namespace: 'full', name: 'none'}}
      await cluster.apply([namespace('full'), full])
      await untilRolledOut(cluster, ['stuck/stuck', 'stuck/crashing'])
      await cluster.apply([{...quota, spec: {hard: {pods: '0'}}}])
      const reasonOf = async () => {
        const words = ['--all-contexts', '-y', '-o', 'json', '--kind', 'sts', '--timeout', '8s']
        return runReport(await shell.run('restart', fullImage, ...words)).results[0]?.reason
      }
      expect(await reasonOf()).toContain('FailedCreate')
      await lacking('list events')
      expect(await reasonOf()).toMatch(/^no progress for 8/)
      await cluster.kubectl(['delete', 'namespace', 'full', '--wait=false'])
    })

    test('get pods/log: the log tail of a crashed container is not shown', async () => {
      expect(await logTail()).toMatchObject({lines: ['no configuration']})
      await lacking('get pods/log')
      expect(await logTail()).toBeNull()
    })

    test('list poddisruptionbudgets: the plan says that they were not read', async () => {
      await lacking('list poddisruptionbudgets')
      const words = ['--all-contexts', '-o', 'json', '--dry-run', 'client', '--kind', 'sts']
      const {stderr} = await shell.run('restart', image, ...words)
      expect(stderr).toContain('Disruption budgets not read in hubspoke/shop (forbidden).')
    })

    test('create events: a restart succeeds without an Event on the workload', async () => {
      await lacking('create events')
      const ended = await restart('-v')
      expect(ended.exitCode).toBe(0)
      expect(ended.stderr).toContain('no Event on the workloads')
    })

    test('get namespaces: the cluster has no identity, and no cache is saved', async () => {
      await lacking('get namespaces')
      expect(findReport(await find('--fresh', 'scan')).clusters[0]?.uid).toMatch(/^sha256:/)
      const refreshed = await refresh()
      expect(refreshed.exitCode).toBe(1)
      expect(cacheOf(refreshed)?.reason).toContain('UID')
    })

    test('list namespaces: a mistyped namespace is not told from an empty one', async () => {
      await lacking('list namespaces')
      expect((await find('-n', 'shpo')).exitCode).not.toBe(2)
    })

    test.each([
      {verb: 'get', prepare: async () => undefined},
      {verb: 'create', prepare: () => cluster.client.delete(cachePath)},
      {verb: 'update', prepare: refresh},
    ])('$verb configmaps: no cache is saved', async ({verb, prepare}) => {
      await prepare()
      await lacking(`${verb} configmaps`)
      const refreshed = await refresh()
      expect(refreshed.exitCode).toBe(1)
      expect(cacheOf(refreshed)).toMatchObject({state: 'not-saved', problem: {class: 'forbidden'}})
    })

    const orphan = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'deployment-image-cache-old-0',
        namespace: 'hubspoke-system',
        labels: {'app.kubernetes.io/managed-by': 'hubspoke', 'hubspoke.dev/cache-build': 'old'},
      },
    }
    const spoilt = {
      ...orphan,
      metadata: {name: 'deployment-image-cache', namespace: 'hubspoke-system'},
      data: {'cache.json': '{'},
    }
    const sweep = async () => {
      await cluster.apply([orphan, spoilt])
      expect(await refresh()).toMatchObject({exitCode: 0})
      return (await cluster.client.get(orphanPath)).status
    }

    test.each(['list', 'delete'])('%s configmaps: what is left of older builds stays', async (verb) => {
      await lacking(`${verb} configmaps`)
      expect(await sweep()).toBe(200)
    })

    test.each([
      {verb: 'get', prepare: async () => undefined},
      {verb: 'create', prepare: () => cluster.client.delete(leasePath)},
      {verb: 'update', prepare: () => restart()},
    ])('$verb leases: there is no lock, and that is said', async ({verb, prepare}) => {
      await prepare()
      await lacking(`${verb} leases`)
      const ended = await restart()
      expect(ended.exitCode).toBe(0)
      expect(runReport(ended).run.locks).toMatchObject([{state: 'none', reason: expect.stringContaining('leases')}])
    })

    test('with all of them what is left of older builds goes, and no rule was forgotten here', async () => {
      expect(await sweep()).toBe(404)
      const all = rolesOf(printed).flatMap(({rules}) => singles(rules).map(wordsOf))
      const here = all.filter((rule) => !provedInStories.has(rule))
      expect([...new Set(proved)].sort()).toEqual([...new Set(here)].sort())
    })
  })

  test.each([
    {name: 'shop-only', more: [], uid: /^[0-9a-f-]{36}$/, because: 'with what little belongs to the cluster'},
    {name: 'shop-roles', more: ['--namespaced'], uid: /^sha256:/, because: 'with Roles alone'},
  ])('of -n shop, $because: find and restart work there, and nowhere else', async ({name, more, uid}) => {
    const limited = await createServiceAccount(cluster, 'ops', name)
    const theirs = await shellOf(limited)
    const words = ['find', 'restart', '-n', 'shop', '--name', name, '--service-account', `ops/${name}`]
    await applyPrinted((await theirs.run('rbac', ...words, ...more)).stdout)
    const inShop = ['-n', 'shop', '-o', 'json']
    const found = await theirs.run('find', image, ...inShop)
    expect(found.exitCode).toBe(0)
    expect(findReport(found).workloads).toHaveLength(3)
    expect(findReport(found).clusters[0]?.uid).toMatch(uid)
    const restarted = await theirs.run('restart', image, '--all-contexts', '-y', ...inShop)
    expect(restarted.exitCode).toBe(0)
    expect(runReport(restarted)).toMatchObject({counts: {succeeded: 3}, run: {locks: [{state: 'held'}]}})
    expect(await theirs.run('find', image)).toMatchObject({exitCode: 4})
    expect(await theirs.run('restart', stuckImage, '--all-contexts', '-y', '-n', 'stuck')).toMatchObject({exitCode: 4})
    await limited.client.close()
  })

  describe('what may not be read is listed from the image cache, as such', () => {
    const names = (entries: FindReport['cachedOnly']) =>
      entries.map((one) => `${one.namespace}/${one.kind}/${one.name}`)

    test('where one of the namespaces named is forbidden, and where nothing may be read', async () => {
      expect(await refresh()).toMatchObject({exitCode: 0})
      const limited = await createServiceAccount(cluster, 'ops', 'part-shop')
      const theirs = await shellOf(limited)
      const role = ['-n', 'shop', '--name', 'part-shop', '--service-account', 'ops/part-shop']
      await applyPrinted((await theirs.run('rbac', 'find', 'restart', ...role)).stdout)
      for (const inPart of [['-n', 'shop,stuck'], ['-n', 'stu*'], []]) {
        const found = await theirs.run('find', stuckImage, ...inPart, '-o', 'json')
        expect(found.exitCode).toBe(4)
        expect(findReport(found).workloads).toEqual([])
        expect(names(findReport(found).cachedOnly)).toEqual(['stuck/Deployment/stuck'])
        expect(findReport(found).cachedOnly[0]?.cacheAgeMs).toBeGreaterThanOrEqual(0)
      }
      const both = await theirs.run('find', image, '-n', 'shop,stuck', '-o', 'json')
      expect(findReport(both)).toMatchObject({clusters: [{status: 'partial'}], cachedOnly: []})
      expect(findReport(both).workloads).toHaveLength(3)
      const ended = await theirs.run('restart', stuckImage, '--all-contexts', '-y', '-n', 'shop,stuck')
      expect(ended.exitCode).toBe(4)
      expect(ended.stderr).toContain('Not in the plan, and so not acted on: 1 workload in the image cache only')
      await limited.client.close()
    })

    test('where one kind is forbidden, for one request', async () => {
      const limited = await createServiceAccount(cluster, 'ops', 'part-kinds')
      const theirs = await shellOf(limited)
      const words = ['rbac', 'find', '--name', 'part-kinds', '--service-account', 'ops/part-kinds']
      const objects = rolesOf((await theirs.run(...words)).stdout)
      const isMine = (rule: Rule) => wordsOf(rule) !== 'list statefulsets'
      await cluster.apply(
        objects.map((object) => (object.rules ? {...object, rules: singles(object.rules).filter(isMine)} : object)),
      )
      const question = {group: 'apps', resource: 'daemonsets', verb: 'list'}
      await expect.poll(() => mayI(limited.client, question)).toBe(true)
      const answer = async (...more: readonly string[]) =>
        findReport(await theirs.run('find', image, '-o', 'json', '--fresh', 'scan', ...more))
      const found = await answer()
      expect(names(found.cachedOnly)).toEqual(['shop/StatefulSet/web-statefulset'])
      expect(found).toMatchObject({clusters: [{status: 'partial', tier: 'scan'}], verdict: {code: 4}})
      expect(found.workloads).toHaveLength(2)
      const withLabels = await answer('-l', 'app')
      expect(withLabels.cachedOnly).toEqual([])
      expect((found.clusters[0]?.cost.requests ?? 0) - (withLabels.clusters[0]?.cost.requests ?? 0)).toBe(1)
      await limited.client.close()
    })
  })

  test('of --essential: the commands do what they are for, without lock and reasons', async () => {
    const bare = await createServiceAccount(cluster, 'ops', 'bare')
    const theirs = await shellOf(bare)
    const words = ['find', 'restart', 'cache-refresh', '--essential', '--name', 'bare', '--service-account', 'ops/bare']
    await applyPrinted((await theirs.run('rbac', ...words)).stdout)
    expect(await theirs.run('find', image)).toMatchObject({exitCode: 0})
    expect(await theirs.run('cache', 'refresh', '--all-contexts')).toMatchObject({exitCode: 0})
    const restarted = await theirs.run('restart', image, '--all-contexts', '-y', '-o', 'json')
    expect(restarted.exitCode).toBe(0)
    expect(runReport(restarted).run.locks).toMatchObject([{state: 'none'}])
    await bare.client.close()
  })
})
