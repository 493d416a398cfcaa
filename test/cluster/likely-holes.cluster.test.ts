import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import type {CheckReport} from '../../src/model/check-report.ts'
import {type Clock, systemClock} from '../../src/shared/clock.ts'
import {type Ended, openShell, type Shell} from '../support/run-command.ts'
import type {FindReport, RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {type KubeObject, type RealCluster, startRealCluster} from './real-cluster.ts'
import {createServiceAccount, mayI, type ServiceAccount} from './service-account.ts'
import {namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const teams = ['team-a', 'team-b', 'team-c', 'team-d', 'team-e'] as const
const cachePath = '/api/v1/namespaces/hubspoke-system/configmaps/deployment-image-cache'
const hourMs = 3_600_000

const found = ({document}: Ended) => document() as FindReport
const placesOf = (ended: Ended) => found(ended).workloads.map((one) => `${one.namespace}/${one.name}`)
const clusterOf = (ended: Ended) => found(ended).clusters[0]

const reader: KubeObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: {name: 'team'},
  rules: [
    {apiGroups: ['apps'], resources: ['*'], verbs: ['get', 'list', 'watch', 'patch']},
    {apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch']},
  ],
}
/** Every authenticated user may read the identity of the cluster, and nothing else. */
const identity: readonly KubeObject[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: {name: 'identity'},
    rules: [{apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get']}],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: {name: 'identity'},
    subjects: [{apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated'}],
    roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'identity'},
  },
]
const binding = (account: string, where: string): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: {name: account, namespace: where},
  subjects: [{kind: 'ServiceAccount', name: account, namespace: 'ops'}],
  roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'team'},
})

describe.skipIf(!binaries)('the most likely gaps, on a real cluster', () => {
  let cluster: RealCluster
  let admin: Shell
  const opened: Shell[] = []
  const accounts: ServiceAccount[] = []

  async function shellWith(kubeconfig: string, clock: Clock = systemClock): Promise<Shell> {
    const shell = await openShell({kubeconfig, clock, env: {HUBSPOKE_SMALL_CLUSTER: '0'}})
    opened.push(shell)
    return shell
  }
  /** Contexts of that cluster, each with a user who may read and restart in the namespaces that are given. */
  async function shellOf(users: Readonly<Record<string, readonly string[]>>): Promise<Shell> {
    const contexts = []
    for (const [name, places] of Object.entries(users)) {
      const account = await createServiceAccount(cluster, 'ops', name)
      accounts.push(account)
      await cluster.apply(places.map((place) => binding(name, place)))
      for (const place of places) {
        const question = {group: 'apps', resource: 'deployments', verb: 'list', namespace: place}
        await expect.poll(() => mayI(account.client, question)).toBe(true)
      }
      contexts.push({name, credentials: account.client.credentials, ...(places[0] && {namespace: places[0]})})
    }
    const path = join(cluster.place.folder, `${Object.keys(users).join('-')}.yaml`)
    writeKubeconfig(path, contexts)
    return shellWith(readFileSync(path, 'utf8'))
  }
  const ofAdmin = () => readFileSync(cluster.kubeconfigPath, 'utf8')

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'holes', nodes: 1})
    const web = teams.map((team) => workload({namespace: team, name: 'web', image: `${image}:1.0`, replicas: 1}))
    await cluster.apply([reader, ...identity, ...['ops', 'hubspoke-system', ...teams].map(namespace), ...web])
    await untilRolledOut(cluster)
    admin = await shellWith(ofAdmin())
  })
  afterAll(async () => {
    for (const shell of opened) await shell[Symbol.asyncDispose]()
    for (const {client} of accounts) await client.close()
    await cluster?.delete()
  })

  test('refused in one of five namespaces: the four are read, the fifth is named, 4', async () => {
    const four = await shellOf({'most-teams': teams.slice(0, 4)})
    const where = teams.flatMap((team) => ['-n', team])
    const ended = await four.run('find', image, ...where, '--json')
    expect(placesOf(ended)).toEqual(teams.slice(0, 4).map((team) => `${team}/web`))
    expect(clusterOf(ended)).toMatchObject({status: 'partial', problem: null})
    expect(clusterOf(ended)?.unread.map(({kind, namespace: name, failure}) => [kind, name, failure.class])).toEqual(
      ['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => [kind, 'team-e', 'forbidden']),
    )
    expect(ended.exitCode).toBe(4)
    const {stdout} = await four.run('find', image, ...where)
    expect(stdout).toContain('most-teams: Deployments in namespace team-e')
    expect(await four.run('find', image, ...where.slice(0, 8))).toMatchObject({exitCode: 0})
  })

  test('two contexts of one cluster with users of their own namespaces: the targets of both, none twice', async () => {
    const both = await shellOf({left: ['team-a', 'team-b', 'team-c'], right: ['team-c', 'team-d']})
    const where = teams.slice(0, 4).flatMap((team) => ['-n', team])
    const ended = await both.run('find', image, ...where, '--json')
    expect(placesOf(ended).toSorted()).toEqual(teams.slice(0, 4).map((team) => `${team}/web`))
    expect(new Set(found(ended).clusters.map(({uid}) => uid)).size).toBe(1)
    const restarted = await both.run('restart', image, ...where, '--all-contexts', '-y', '--json')
    const {results, counts} = restarted.document() as RunReport
    expect(counts).toMatchObject({total: 4, succeeded: 4})
    const writtenThrough = Object.fromEntries(results.map(({namespace: place, context}) => [place, context]))
    expect(writtenThrough).toMatchObject({'team-a': 'left', 'team-b': 'left', 'team-d': 'right'})
  })

  test('what was narrowed is never saved as the cache', async () => {
    await cluster.client.delete(cachePath)
    const narrowed = [['-n', 'team-a'], ['-n', 'team-*'], ['-l', 'app=web'], ['--kind', 'deploy'], []]
    for (const words of narrowed) await admin.run('find', image, '--fresh', 'scan', ...words)
    for (const words of narrowed.slice(0, -1)) {
      expect(await admin.run('cache', 'refresh', '--all-contexts', '-y', ...words)).toMatchObject({exitCode: 2})
    }
    const one = await shellOf({'one-team': ['team-a']})
    expect((await one.run('cache', 'refresh', '--all-contexts', '-y')).exitCode).not.toBe(0)
    expect((await cluster.client.get(cachePath)).status).toBe(404)
  })

  test.each([
    {
      because: 'it was copied from another cluster',
      spoil: (text: string) =>
        text.replace(/"clusterUid":"[^"]+"/, '"clusterUid":"6f0c0000-0000-4000-8000-000000000000"'),
      reason: /^the image cache is of another cluster$/,
    },
    {
      because: 'it is ahead of the server',
      spoil: (text: string) => text.replace(/"(Deployment|StatefulSet|DaemonSet)":"\d+"/g, '"$1":"99999999999999"'),
      reason: /^the image cache could not be brought up to date: the image cache is ahead of the cluster$/,
    },
    {
      because: 'its version is none that a server can have',
      spoil: (text: string) =>
        text.replace(/"(Deployment|StatefulSet|DaemonSet)":"\d+"/g, '"$1":"99999999999999999999"'),
      // The watch is refused, and the list is behind: whichever comes first.
      reason:
        /^the image cache could not be brought up to date: .*(the changes could not be read|ahead of the cluster)/,
    },
  ])('a cache is not used if $because: the cluster is listed, and the output says so', async ({spoil, reason}) => {
    expect(await admin.run('cache', 'refresh', '--all-contexts', '-y')).toMatchObject({exitCode: 0})
    expect(clusterOf(await admin.run('find', image, '--json'))).toMatchObject({tier: 'cache+changes'})
    const {data} = await cluster.get<{data: Record<string, string>}>(cachePath)
    const spoilt = spoil((data['cache.json'] ?? '').replaceAll('team-a', 'team-x'))
    await cluster.client.patch(cachePath, {data: {'cache.json': spoilt}})
    const ended = await admin.run('find', image, '--json')
    expect(placesOf(ended)).toEqual(teams.map((team) => `${team}/web`))
    expect(clusterOf(ended)).toMatchObject({tier: 'scan', tierReason: expect.stringMatching(reason)})
    expect((await admin.run('find', image)).stdout).toMatch(/^holes +scan .*the image cache /m)
    expect(await admin.run('cache', 'refresh', '--all-contexts', '-y')).toMatchObject({exitCode: 0})
    const renewed = await admin.run('find', image, '--fresh', 'cache', '--json')
    expect(placesOf(renewed)).toEqual(teams.map((team) => `${team}/web`))
    await cluster.client.delete(cachePath)
  })

  test.each([
    {words: ['-c', 'holes', '-c', 'hoels'], typo: 'hoels'},
    {words: ['-n', 'team-a', '-n', 'taem-b'], typo: 'taem-b'},
  ])('a typo beside a good one, $words, is wrong usage for every command: 2', async ({words, typo}) => {
    for (const command of [
      ['find', image],
      ['find', image, '--allow-empty'],
      ['restart', image, '-y', ...(words[0] === '-n' ? ['--all-contexts'] : [])],
    ]) {
      const ended = await admin.run(...command, ...words)
      expect(ended).toMatchObject({exitCode: 2, stdout: ''})
      expect(ended.stderr).toContain(typo)
    }
  })

  test.each([-1, 0, 1])('a clock %i h off changes no age and no answer, and check says so', async (hours) => {
    const clock: Clock = {...systemClock, date: () => new Date(Date.now() + hours * hourMs)}
    const there = await shellWith(ofAdmin(), clock)
    for (const [builder, asker] of [
      [there, admin],
      [admin, there],
    ] as const) {
      await cluster.client.delete(cachePath)
      expect(await builder.run('cache', 'refresh', '--all-contexts', '-y')).toMatchObject({exitCode: 0})
      for (const fresh of ['cache', 'exact']) {
        const ended = await asker.run('find', image, '--fresh', fresh, '--json')
        expect(clusterOf(ended)?.tier).toMatch(/^cache/)
        expect(placesOf(ended)).toHaveLength(5)
        expect(clusterOf(ended)?.cacheAgeMs).toBeLessThan(60_000)
      }
      const {contexts} = (await asker.run('check', '--json')).document() as CheckReport
      expect(contexts[0]?.imageCache?.ageMs).toBeLessThan(60_000)
    }
    const {stdout} = await there.run('check')
    const words = `The clock of this machine is 1h ${hours > 0 ? 'ahead of' : 'behind'}`
    if (hours === 0) expect(stdout).not.toContain('The clock of this machine')
    else expect(stdout).toContain(words)
  })

  describe('hostile text', () => {
    const red = '\x1b[31m'
    const turned = '\u202e'
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const obeyed = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/
    const images = {
      coloured: `${image}:1.0${red}`,
      turned: `${image}:${turned}0.1`,
      proto: '__proto__',
      constructed: 'constructor',
      plain: `${image}:9.9`,
    }

    beforeAll(async () => {
      const note = `${red}note${turned}`
      const large = `${note}${'x'.repeat(250_000)}`
      const named = Object.entries(images).map(([name, its]) =>
        workload({namespace: 'hostile', name, image: its, replicas: 0}),
      )
      const annotated = named.map((one) => ({...one, metadata: {...one.metadata, annotations: {note: large}}}))
      const place: KubeObject = {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {name: 'hostile', annotations: {note}, labels: {constructor: 'constructor'}},
      }
      await cluster.apply([place, ...annotated])
    })
    const outputs = ['table', 'wide', 'json', 'yaml', 'name'] as const

    test('in images, annotations and namespaces of a cluster: nothing of it is printed, and the rest is found', async () => {
      const kubeconfig = parse(ofAdmin())
      const evil = [`${red}prod${turned}`, '__proto__', 'a\r\nExit 0: all is well']
      kubeconfig.contexts.push(...evil.map((name) => ({...kubeconfig.contexts[0], name})))
      const shell = await shellWith(stringify(kubeconfig))
      expect(await shell.run('cache', 'refresh', '-c', 'holes', '-y')).toMatchObject({exitCode: 0})
      for (const fresh of ['scan', 'exact', 'cache']) {
        for (const output of outputs) {
          const ended = await shell.run('find', image, '--fresh', fresh, '-o', output, '-v')
          expect({fresh, output, exitCode: ended.exitCode}).toEqual({fresh, output, exitCode: 0})
          expect(ended.stdout).toContain('plain')
          if (output !== 'json') expect(ended.stdout).not.toMatch(obeyed)
        }
        const ended = await shell.run('find', image, '-c', 'holes', '-n', 'hostile', '--fresh', fresh, '--json')
        expect(placesOf(ended)).toEqual(['hostile/plain'])
        expect(clusterOf(ended)?.workloadsRead).toBe(5)
      }
      for (const output of ['table', 'wide', 'json', 'yaml']) await shell.run('check', '-o', output)
      expect(shell.everythingPrinted()).not.toMatch(obeyed)
      expect(shell.everythingPrinted()).not.toMatch(/^Exit 0: all is well/m)
    })

    test('a mebibyte instead of the cache: it is rejected, it is not printed, and the cluster is listed', async () => {
      await cluster.client.delete(cachePath)
      const text = `${red}${turned}${'y'.repeat(1_000_000)}`
      const metadata = {name: 'deployment-image-cache', namespace: 'hubspoke-system'}
      await cluster.apply([{apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {'cache.json': text}}])
      for (const output of outputs) {
        const ended = await admin.run('find', image, '--fresh', 'cache', '-o', output)
        expect({output, exitCode: ended.exitCode}).toEqual({output, exitCode: 0})
        expect(ended.stdout).toContain('plain')
        expect(ended.stdout.length + ended.stderr.length).toBeLessThan(20_000)
      }
      for (const words of [['check'], ['cache', 'show']]) await admin.run(...words)
      expect(admin.everythingPrinted()).not.toMatch(obeyed)
      await cluster.client.delete(cachePath)
    })
  })

  test('every cluster down is 4, with and without --allow-empty, for every command', async () => {
    await cluster.stopApiServer()
    for (const words of [
      ['find', image],
      ['find', image, '--allow-empty'],
      ['restart', image, '--all-contexts', '-y'],
      ['restart', image, '--all-contexts', '-y', '--allow-empty'],
      ['check'],
    ]) {
      for (const output of [[], ['--json']]) {
        expect({words, exitCode: (await admin.run(...words, ...output)).exitCode}).toEqual({words, exitCode: 4})
      }
    }
  })
})

describe.skipIf(!binaries)('a server whose watches send no bookmarks', () => {
  let cluster: RealCluster
  let shell: Shell
  beforeAll(async () => {
    cluster = await startRealCluster({name: 'silent', nodes: 1, apiserverFlags: {'watch-cache': 'false'}})
    const web = workload({namespace: 'shop', name: 'web', image, replicas: 0})
    await cluster.apply([...['hubspoke-system', 'shop'].map(namespace), web])
    const kubeconfig = readFileSync(cluster.kubeconfigPath, 'utf8')
    shell = await openShell({kubeconfig, clock: systemClock, env: {HUBSPOKE_SMALL_CLUSTER: '0'}})
  })
  afterAll(async () => {
    await shell?.[Symbol.asyncDispose]()
    await cluster?.delete()
  })

  test('without a bookmark the cluster is listed, and the output says so', async () => {
    expect(await shell.run('cache', 'refresh', '--all-contexts', '-y')).toMatchObject({exitCode: 0})
    await cluster.apply([workload({namespace: 'shop', name: 'later', image, replicas: 0})])
    await cluster.client.delete('/apis/apps/v1/namespaces/shop/deployments/web')
    await cluster.apply([namespace('newer')])
    const ended = await shell.run('find', image, '--json')
    expect(placesOf(ended)).toEqual(['shop/later'])
    // What a controller wrote meanwhile may prove one kind; the others are listed.
    expect(clusterOf(ended)?.tierReason).toContain('the server sent no proof in time')
    expect(ended.exitCode).toBe(0)
  })
})
