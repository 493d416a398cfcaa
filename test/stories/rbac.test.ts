import {describe, expect, test} from 'vitest'
import {parseAllDocuments} from 'yaml'
import type {CheckReport} from '../../src/model/check-report.ts'
import type {AccessRule, ClusterSpec} from '../../src/sandbox/spec.ts'
import type {Ended} from '../support/run-command.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

interface Manifest {
  readonly kind: string
  readonly metadata: {readonly name: string; readonly namespace?: string}
  readonly rules?: readonly {
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly resourceNames?: readonly string[]
    readonly verbs: AccessRule['verbs']
  }[]
  readonly subjects?: readonly object[]
  readonly roleRef?: object
  readonly items?: readonly Manifest[]
}

const manifests = ({stdout}: Ended) => parseAllDocuments(stdout).map((document) => document.toJS() as Manifest)
const placed = ({kind, metadata: {namespace, name}}: Manifest) => [kind, namespace, name].filter(Boolean).join(' ')

/** The printed roles as the simulated clusters know permissions. */
function granted(printed: readonly Manifest[]): readonly AccessRule[] {
  return printed.flatMap(({metadata: {namespace}, rules = []}) =>
    rules.map(({verbs, resources}) => ({verbs, resources, ...(namespace !== undefined && {namespaces: [namespace]})})),
  )
}

async function rbac(...words: readonly string[]) {
  await using fleet = await openFleet([{name: 'eu'}])
  const ended = await fleet.shell.run('rbac', ...words)
  expect(fleet.cluster('eu').requests()).toEqual([])
  return ended
}

test('roles and bindings as YAML on stdout, and nothing else there; no cluster is reached: 0', async () => {
  const ended = await rbac('find', 'restart', 'cache-refresh', '--service-account', 'ops/hubspoke')
  const name = 'hubspoke-find-restart-cache-refresh'
  expect(manifests(ended).map(placed)).toEqual([
    'Namespace hubspoke-system',
    `ClusterRole ${name}`,
    `ClusterRoleBinding ${name}`,
    `Role hubspoke-system ${name}`,
    `RoleBinding hubspoke-system ${name}`,
  ])
  expect(ended.stderr).toBe('')
  expect(ended.exitCode).toBe(0)
  const [, , binding] = manifests(ended)
  expect(binding?.subjects).toEqual([{kind: 'ServiceAccount', name: 'hubspoke', namespace: 'ops'}])
  expect(binding?.roleRef).toEqual({apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name})
})

test('the same as one JSON document', async () => {
  const words = ['find', '--user', 'ada']
  const list = (await rbac(...words, '--json')).document() as Manifest
  expect(list).toMatchObject({apiVersion: 'v1', kind: 'List'})
  expect(list.items).toEqual(manifests(await rbac(...words)))
})

test('every rule says who needs it, what for, and what comes of it without', async () => {
  const {stdout} = await rbac('restart', 'find', '--user', 'ada')
  expect(stdout).toContain('  # patch (restart): to restart. Without: nothing is restarted.\n')
  expect(stdout).toContain('  # list (find, restart): to see which workloads run an image. ')
  const rules = stdout.match(/^ {2}- apiGroups/gm)?.length
  expect(stdout.match(/\n {2}# .*\n {2}- apiGroups/g)).toHaveLength(rules ?? 0)
})

test('what can be limited by name is: the lock and the identity, never a create', async () => {
  const rules = manifests(await rbac('restart', '--user', 'ada')).flatMap((manifest) => manifest.rules ?? [])
  expect(rules).toContainEqual({
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    resourceNames: ['hubspoke-run'],
    verbs: ['get', 'update'],
  })
  expect(rules).toContainEqual({
    apiGroups: [''],
    resources: ['namespaces'],
    resourceNames: ['kube-system'],
    verbs: ['get'],
  })
  expect(rules.filter(({verbs, resourceNames}) => verbs.includes('create') && resourceNames)).toEqual([])
})

test('several subjects of every kind, in every binding', async () => {
  const subjects = [
    '--service-account',
    'ops/a',
    '--service-account',
    'ops/b',
    '--user',
    'oidc:ada#1',
    '--group',
    'sre',
  ]
  const bindings = manifests(await rbac('find', ...subjects)).filter(({kind}) => kind.endsWith('Binding'))
  const apiGroup = 'rbac.authorization.k8s.io'
  expect(bindings).toHaveLength(2)
  for (const binding of bindings) {
    expect(binding.subjects).toEqual([
      {kind: 'ServiceAccount', name: 'a', namespace: 'ops'},
      {kind: 'ServiceAccount', name: 'b', namespace: 'ops'},
      {kind: 'User', name: 'oidc:ada#1', apiGroup},
      {kind: 'Group', name: 'sre', apiGroup},
    ])
  }
})

test('without a subject: roles alone, and that is said on stderr, unless -q', async () => {
  const ended = await rbac('cache-show')
  expect(manifests(ended).filter(({kind}) => kind.endsWith('Binding'))).toEqual([])
  expect(ended.stderr).toBe('No --service-account, --user or --group: roles without bindings.\n')
  expect((await rbac('cache-show', '-q')).stderr).toBe('')
})

describe('narrowed', () => {
  test('with -n the rules of workloads are Roles there, and only what belongs to the cluster is a ClusterRole', async () => {
    const printed = manifests(await rbac('find', 'restart', '-n', 'shop,pay', '--group', 'sre', '--name', 'shop-ops'))
    expect(printed.filter(({kind}) => !kind.endsWith('Binding')).map(placed)).toEqual([
      'Namespace hubspoke-system',
      'ClusterRole shop-ops',
      'Role hubspoke-system shop-ops',
      'Role pay shop-ops',
      'Role shop shop-ops',
    ])
    const [cluster] = printed.filter(({kind}) => kind === 'ClusterRole')
    expect(new Set(cluster?.rules?.flatMap(({resources}) => resources))).toEqual(new Set(['namespaces']))
  })

  test('--namespaced: no ClusterRole and no Namespace; what is left out is named on stderr', async () => {
    const ended = await rbac('find', '-n', 'shop', '--namespaced', '--group', 'sre')
    expect(new Set(manifests(ended).map(({kind}) => kind))).toEqual(new Set(['Role', 'RoleBinding']))
    expect(ended.stderr).toContain(
      'Left out: get namespaces "kube-system" (find): the fallback identity is a hash of its URL and CA',
    )
    expect(ended.stderr).toContain('Left out: list namespaces (find): ')
  })

  test('--essential: only what the commands cannot do without; no Namespace where no Role is in it', async () => {
    const printed = manifests(await rbac('find', '--essential', '--user', 'ada'))
    expect(printed.map(({kind}) => kind)).toEqual(['ClusterRole', 'ClusterRoleBinding'])
    expect(printed.flatMap(({rules = []}) => rules)).toEqual([
      {apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets'], verbs: ['list']},
    ])
  })

  test('a cache in another namespace', async () => {
    const printed = manifests(await rbac('cache-show', '--cache-namespace', 'tools', '--user', 'ada'))
    expect(printed.map(placed)).toContain('Role tools hubspoke-cache-show')
  })
})

test.each([
  {words: [], says: 'Missing: COMMANDS (one or more of: find, status, restart,', because: 'no command'},
  {words: ['fnd'], says: 'hubspoke rbac find', because: 'a typo'},
  {words: ['cache-refresh', '-n', 'shop'], says: '-n cannot limit it', because: 'what needs every namespace'},
  {words: ['find', '-n', 'sh*'], says: 'not patterns', because: 'a pattern'},
  {words: ['find', '--namespaced'], says: '-n NAME', because: 'Roles of no namespace'},
  {words: ['find', '--service-account', 'hubspoke'], says: 'NAMESPACE/NAME', because: 'half an account'},
  {words: ['find', '--service-account', 'a/b/c'], says: 'NAMESPACE/NAME', because: 'more than an account'},
  {words: ['find', '--service-account', 'Ops/x'], says: 'NAMESPACE/NAME', because: 'an account of no namespace'},
  {words: ['find', '--user', 'a\u001b[2J'], says: 'no name that can be printed', because: 'a name that clears screens'},
  {words: ['find', '--name', 'No!'], says: 'not a valid role name', because: 'a name that is none'},
])('$because: 2, and nothing on stdout', async ({words, says}) => {
  expect(await rbac(...words)).toMatchObject({exitCode: 2, stdout: '', stderr: expect.stringContaining(says)})
})

describe('with exactly what was printed', () => {
  const commands = ['find', 'restart', 'set-image', 'scale', 'undo', 'foreach', 'cache-refresh', 'cache-show']
  const eu: ClusterSpec = {name: 'eu', workloads: runningWeb('web'), namespaces: ['hubspoke-system']}
  const fleetWith = (may: readonly AccessRule[]) => openFleet([{...eu, may}])
  const deniedIn = ({document}: Ended) =>
    (document() as CheckReport).contexts.flatMap(({permissions}) => permissions.filter(({allowed}) => !allowed))

  test('find, restart and cache refresh work, and check misses nothing', async () => {
    const printed = manifests(await rbac(...commands, '--user', 'ada'))
    await using fleet = await fleetWith(granted(printed))
    expect(deniedIn(await fleet.shell.run('check', '-o', 'json'))).toEqual([])
    expect(await fleet.shell.run('cache', 'refresh', '-c', 'eu', '-y')).toMatchObject({exitCode: 0})
    expect(await fleet.shell.run('find', image)).toMatchObject({exitCode: 0})
    const restarted = await fleet.shell.run('restart', image, '-c', 'eu', '-y')
    expect(restarted).toMatchObject({exitCode: 0, stderr: expect.not.stringContaining('No lock')})
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/web'])
  })

  test.each([
    {because: 'everywhere', words: []},
    {because: 'in one namespace', words: ['-n', 'shop']},
  ])('status works $because, with the cause of a stuck rollout and --watch', async ({words}) => {
    const printed = manifests(await rbac('status', ...words, '--user', 'ada'))
    await using fleet = await fleetWith(granted(printed))
    expect(await fleet.shell.run('status', image, '--watch', ...words)).toMatchObject({exitCode: 0})
    fleet.cluster('eu').addTrouble({type: 'unpullable-image', image: '*:bad'})
    const containers = [{name: 'web', image: `${image}:bad`}]
    fleet.cluster('eu').patch('Deployment', 'shop', 'web', {spec: {template: {spec: {containers}}}})
    const stuck = await fleet.shell.run('status', image, '--watch', '--fail-fast', ...words)
    expect(stuck).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/ STUCK .* (ErrImagePull|ImagePullBackOff): /),
    })
    const watches = fleet
      .cluster('eu')
      .requests()
      .filter(({path}) => /[?&]watch=/.test(path))
    expect(watches.length).toBeGreaterThan(0)
  })

  test('of scale: it works, with its autoscalers, its Event and its lock', async () => {
    await using fleet = await fleetWith(granted(manifests(await rbac('scale', '--user', 'ada'))))
    const {stderr, exitCode} = await fleet.shell.run('scale', image, '--replicas', '2', '-c', 'eu', '-y')
    expect(stderr).not.toMatch(/No lock|could not be listed|no Event/)
    expect(exitCode).toBe(0)
    const events = fleet.cluster('eu').objects('Event', 'shop') as readonly {readonly reason?: unknown}[]
    expect(events.filter(({reason}) => reason === 'Scaled')).toHaveLength(1)
  })

  const command = ['--', process.execPath, '--version']
  test.each([
    {because: 'everywhere', words: []},
    {because: 'in one namespace', words: ['-n', 'shop']},
  ])(
    'of foreach $because: CMD is run, with its lock, and CMD’s own permissions are said to be unknown',
    async ({words}) => {
      const printed = await rbac('foreach', ...words, '--user', 'ada')
      expect(printed.stderr).toBe('foreach: The permissions that CMD needs are not known, and not included.\n')
      await using fleet = await fleetWith(granted(manifests(printed)))
      const ended = await fleet.shell.run('foreach', image, ...words, '-c', 'eu', '-y', ...command)
      expect(ended.stderr).not.toMatch(/No lock|fallback/)
      expect(ended).toMatchObject({exitCode: 0, stdout: expect.stringContaining('Succeeded 1')})
    },
  )

  test.each([
    {verb: 'get', refused: ['failed 0'], exitCode: 1},
    {verb: 'list', refused: [], exitCode: 4},
  ])('of foreach without $verb: nothing is started', async ({verb, refused, exitCode}) => {
    const all = granted(manifests(await rbac('foreach', '--user', 'ada')))
    await using fleet = await fleetWith(
      all.map((rule) =>
        rule.resources.includes('deployments') ? {...rule, verbs: rule.verbs.filter((one) => one !== verb)} : rule,
      ),
    )
    const ended = await fleet.shell.run('foreach', image, '-c', 'eu', '-y', '-o', 'json', ...command)
    const {results} = ended.document() as RunReport
    expect(results.map(({outcome, attempts}) => `${outcome} ${attempts}`)).toEqual(refused)
    expect(ended.exitCode).toBe(exitCode)
  })

  describe('of apply, and get, create and patch on the kinds of the manifests', () => {
    const applied = JSON.stringify({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a', namespace: 'shop'}})
    const applyWith = async (verbs: AccessRule['verbs'], printed: Ended) => {
      const may = [...granted(manifests(printed)), {verbs, resources: ['configmaps']}]
      await using fleet = await openFleet([{...eu, may}], {stdin: () => applied})
      return await fleet.shell.run('apply', '-f', '-', '-c', 'eu', '-y', '-o', 'json')
    }

    test('it works, with its lock, and the permissions on the objects are said to be unknown', async () => {
      const printed = await rbac('apply', '--user', 'ada')
      expect(printed.stderr).toMatch(
        /^apply: The permissions on the objects of the manifests are not known, and not included/,
      )
      const ended = await applyWith(['get', 'create', 'patch'], printed)
      expect(ended.stderr).not.toMatch(/No lock|fallback/)
      expect(ended.exitCode).toBe(0)
    })

    test.each([['get'], ['patch'], ['create']] as const)('without %s the object is refused', async (missing) => {
      const verbs = (['get', 'create', 'patch'] as const).filter((one) => one !== missing)
      const ended = await applyWith(verbs, await rbac('apply', '--user', 'ada'))
      const {results} = ended.document() as RunReport
      expect(results[0]).toMatchObject({outcome: 'failed', parts: [{outcome: 'failed', failure: {class: 'forbidden'}}]})
      expect(ended.exitCode).toBe(1)
    })
  })

  test('but for watch: a rollout is read again and again instead of followed', async () => {
    const readsOf = async (may: readonly AccessRule[]) => {
      await using fleet = await fleetWith(may)
      expect(await fleet.shell.run('restart', image, '-c', 'eu', '-y')).toMatchObject({exitCode: 0})
      const workload = /^\/apis\/apps\/v1\/namespaces\/shop\/deployments\/web$/
      return fleet
        .cluster('eu')
        .requests()
        .filter(({method, path}) => method === 'GET' && workload.test(path)).length
    }
    const all = granted(manifests(await rbac('restart', '--user', 'ada')))
    const unwatched = all.map((rule) => ({...rule, verbs: rule.verbs.filter((verb) => verb !== 'watch')}))
    expect(await readsOf(unwatched)).toBeGreaterThan(await readsOf(all))
  })

  test('of -n shop: find and restart work there, and check -n says so', async () => {
    const printed = manifests(await rbac('find', 'restart', '-n', 'shop', '--user', 'ada'))
    await using fleet = await fleetWith(granted(printed))
    expect(await fleet.shell.run('find', image, '-n', 'shop')).toMatchObject({exitCode: 0})
    expect(await fleet.shell.run('restart', image, '-n', 'shop', '-c', 'eu', '-y')).toMatchObject({exitCode: 0})
    const {stdout} = await fleet.shell.run('check', '-n', 'shop')
    expect(stdout).toMatch(/^eu +v1\.36\.3 +0ms +yes +yes +in part /m)
  })

  test('of --essential: check says mostly, what comes of it, and 0', async () => {
    const printed = manifests(await rbac('find', 'restart', '--essential', '--user', 'ada'))
    await using fleet = await fleetWith(granted(printed))
    const {stdout, exitCode} = await fleet.shell.run('check')
    expect(stdout).toMatch(/^eu +v1\.36\.3 +0ms +mostly +mostly +in part +- +forbidden$/m)
    expect(stdout).toMatch(/^ +restart[^:]*: nothing keeps other runs out; may not get leases\.coordination\.k8s\.io/m)
    expect(exitCode).toBe(0)
    expect(await fleet.shell.run('restart', image, '-c', 'eu', '-y')).toMatchObject({exitCode: 0})
  })
})
