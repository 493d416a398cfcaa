import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import type {LedgerReport} from '../../src/model/past-runs-report.ts'
import type {RunReport} from '../../src/model/report.ts'
import type {AccessRule, ClusterSpec} from '../../src/sandbox/spec.ts'
import type {Trouble} from '../../src/sandbox/trouble.ts'
import {type Fleet, openFleet} from '../support/sandbox-fleet.ts'

const folder = mkdtempSync(join(tmpdir(), 'hubspoke-apply-'))
afterAll(() => rmSync(folder, {recursive: true}))

const clusters = (...names: readonly string[]): readonly ClusterSpec[] => names.map((name) => ({name, workloads: []}))

let files = 0

/** The path of a file with these manifests, as JSON documents: JSON is YAML. */
function manifests(...objects: readonly object[]): string {
  files += 1
  const path = join(folder, `${files}.yaml`)
  writeFileSync(path, objects.map((object) => `---\n${JSON.stringify(object, undefined, 2)}\n`).join(''))
  return path
}

const namespace = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'fleet'}}
const configMap = (name: string, data: Readonly<Record<string, string>>, at = 'fleet') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {name, namespace: at},
  data,
})
const secret = (password: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {name: 'login', namespace: 'fleet'},
  stringData: {password},
})
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {name: 'widgets.example.com'},
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: {plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList'},
    versions: [
      {
        ...{name: 'v1', served: true, storage: true},
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {spec: {type: 'object', properties: {size: {type: 'integer'}}}},
          },
        },
      },
    ],
  },
}
const widget = (name: string, size: unknown) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: {name, namespace: 'fleet'},
  spec: {size},
})

const everywhere = ['--all-contexts', '--yes', '-o', 'json', '--backoff', '1ms'] as const

async function apply(fleet: Fleet, ...words: readonly string[]): Promise<RunReport> {
  return (await fleet.shell.run('apply', ...words)).document() as RunReport
}

/** `context: outcome`, and each of its objects that is not as it should be. */
const outcomes = ({results}: RunReport) =>
  Object.fromEntries(results.map((result) => ['label' in result ? result.label : '', result.outcome]))

function partsOf({results}: RunReport, context: string): Readonly<Record<string, string>> {
  const found = results.find((result) => 'label' in result && result.label === context)
  return Object.fromEntries((found?.parts ?? []).map(({name, outcome, reason}) => [name, reason || outcome]))
}

const versions = (fleet: Fleet) =>
  fleet.sandbox.clusters.flatMap((cluster) =>
    ['ConfigMap', 'Secret'].flatMap((kind) =>
      cluster
        .objects(kind, 'fleet')
        .map(({metadata}) => `${cluster.name}/${metadata.name}@${metadata.resourceVersion}`),
    ),
  )

const dataOf = (fleet: Fleet, cluster: string, name: string) =>
  fleet
    .cluster(cluster)
    .objects('ConfigMap', 'fleet')
    .find(({metadata}) => metadata.name === name)?.data

const patches = (fleet: Fleet) => fleet.writes().filter((write) => write.includes(' PATCH '))

describe('applies manifests to every cluster', () => {
  const all = () =>
    manifests(widget('one', 1), configMap('base', {color: 'red'}), secret('hunter2-hunter2'), definition, namespace)

  test('namespaces and definitions first, a result for each object, with the field manager hubspoke', async () => {
    await using fleet = await openFleet(clusters('eu', 'us'))
    const report = await apply(fleet, '-f', all(), ...everywhere)
    expect(outcomes(report)).toEqual({eu: 'succeeded', us: 'succeeded'})
    expect(partsOf(report, 'us')).toEqual({
      'Namespace/fleet': 'created',
      'CustomResourceDefinition.apiextensions.k8s.io/widgets.example.com': 'created',
      'fleet/Secret/login': 'created',
      'fleet/ConfigMap/base': 'created',
      'fleet/Widget.example.com/one': 'created',
    })
    expect(report.results[0]).toMatchObject({reason: '5 objects created'})
    const ofEu = patches(fleet).filter((write) => write.startsWith('eu '))
    expect(ofEu.slice(0, 2)).toEqual([
      'eu PATCH /api/v1/namespaces/fleet',
      'eu PATCH /apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com',
    ])
    expect(ofEu.at(-1)).toBe('eu PATCH /apis/example.com/v1/namespaces/fleet/widgets/one')
    const [object] = fleet.cluster('eu').objects('ConfigMap', 'fleet')
    expect(object?.metadata).toMatchObject({managedFields: [{manager: 'hubspoke', operation: 'Apply'}]})
    expect(report.verdict).toMatchObject({code: 0})
  })

  test('a second run finds all of it, and no version changes', async () => {
    await using fleet = await openFleet(clusters('eu', 'us'))
    const path = all()
    await apply(fleet, '-f', path, ...everywhere)
    const before = versions(fleet)
    const report = await apply(fleet, '-f', path, ...everywhere)
    expect(outcomes(report)).toEqual({eu: 'unchanged', us: 'unchanged'})
    expect(report.results[0]).toMatchObject({reason: '5 objects unchanged'})
    expect(versions(fleet)).toEqual(before)
    expect(before).toHaveLength(6)
    expect(report.verdict).toMatchObject({code: 0, sentence: expect.stringContaining('2 were unchanged')})
  })

  test('what was changed in the files is changed in the clusters, and nothing else', async () => {
    await using fleet = await openFleet(clusters('eu'))
    await apply(fleet, '-f', manifests(namespace, configMap('a', {x: '1', y: '1'}), configMap('b', {})), ...everywhere)
    const report = await apply(
      fleet,
      '-f',
      manifests(namespace, configMap('a', {x: '2'}), configMap('b', {})),
      ...everywhere,
    )
    expect(partsOf(report, 'eu')).toEqual({
      'Namespace/fleet': 'unchanged',
      'fleet/ConfigMap/a': 'changed',
      'fleet/ConfigMap/b': 'unchanged',
    })
    expect(report.results[0]).toMatchObject({reason: '3 objects: 1 changed and 2 unchanged'})
    expect(dataOf(fleet, 'eu', 'a')).toEqual({x: '2'})
  })

  test('an object without a namespace is in that of the context, or in the one of -n', async () => {
    await using fleet = await openFleet(clusters('eu'))
    const bare = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'bare'}, data: {}}
    const first = await apply(fleet, '-f', manifests(bare), ...everywhere)
    expect(partsOf(first, 'eu')).toEqual({'default/ConfigMap/bare': 'created'})
    const second = await apply(fleet, '-f', manifests(namespace, bare), '-n', 'fleet', ...everywhere)
    expect(partsOf(second, 'eu')).toEqual({'Namespace/fleet': 'created', 'fleet/ConfigMap/bare': 'created'})
  })

  test('from stdin, after a question on the terminal of the process', async () => {
    const text = JSON.stringify(configMap('piped', {a: '1'}, 'default'))
    await using fleet = await openFleet(clusters('eu'), {answers: ['yes'], stdin: () => text})
    const ended = await fleet.shell.run('apply', '-f', '-', '--all-contexts')
    expect(ended.stderr).toContain('Apply to 1 cluster?')
    expect(ended.exitCode).toBe(0)
    expect(patches(fleet)).toEqual(['eu PATCH /api/v1/namespaces/default/configmaps/piped'])
  })
})

describe('what cannot be applied is the result of its object, and keeps no other from being applied', () => {
  test('a field of another manager: named, with the flag that takes it over', async () => {
    await using fleet = await openFleet(clusters('eu', 'us'))
    const path = manifests(namespace, configMap('a', {color: 'red'}), configMap('b', {color: 'red'}))
    await apply(fleet, '-f', path, ...everywhere)
    fleet.cluster('eu').patch('ConfigMap', 'fleet', 'a', {data: {color: 'blue'}})
    const next = manifests(namespace, configMap('a', {color: 'green'}), configMap('b', {color: 'green'}))
    const report = await apply(fleet, '-f', next, ...everywhere)
    expect(outcomes(report)).toEqual({eu: 'failed', us: 'succeeded'})
    const eu = report.results.find(({outcome}) => outcome === 'failed')
    expect(eu?.reason).toMatch(
      /^1 of 3 objects was not applied: fleet\/ConfigMap\/a: other values are managed by "[^"]+" \(\.data\.color\)$/,
    )
    expect(eu?.failure).toMatchObject({
      class: 'conflict',
      suggestions: [expect.stringContaining('--show-managed-fields'), expect.stringContaining('--force-conflicts')],
    })
    expect(dataOf(fleet, 'eu', 'a')).toEqual({color: 'blue'})
    expect(dataOf(fleet, 'eu', 'b')).toEqual({color: 'green'})
    expect(report.verdict.code).toBe(1)
    const forced = await apply(fleet, '-f', next, '--force-conflicts', ...everywhere)
    expect(partsOf(forced, 'eu')).toMatchObject({'fleet/ConfigMap/a': 'changed', 'fleet/ConfigMap/b': 'unchanged'})
    expect(dataOf(fleet, 'eu', 'a')).toEqual({color: 'green'})
  })

  test('a value of stringData that another manager has changed is a conflict, too; a key that is removed goes', async () => {
    await using fleet = await openFleet(clusters('eu'))
    const login = (stringData: object) => ({...secret(''), stringData})
    await apply(fleet, '-f', manifests(namespace, login({a: 'first-a', b: 'first-b'})), ...everywhere)
    const gone = await apply(fleet, '-f', manifests(login({a: 'first-a'})), ...everywhere)
    expect(partsOf(gone, 'eu')).toEqual({'fleet/Secret/login': 'changed'})
    const stored = () => fleet.cluster('eu').object('Secret', 'fleet', 'login')?.data
    expect(stored()).toEqual({a: Buffer.from('first-a').toString('base64')})
    fleet.cluster('eu').patch('Secret', 'fleet', 'login', {data: {a: Buffer.from('rotated').toString('base64')}})
    const report = await apply(fleet, '-f', manifests(login({a: 'second-a'})), ...everywhere)
    expect(report.results[0]).toMatchObject({outcome: 'failed', failure: {class: 'conflict'}})
  })

  test('a conflict of a thousand fields is one, and says how many they are', async () => {
    await using fleet = await openFleet(clusters('eu'))
    const many = (value: string) =>
      configMap('a', Object.fromEntries(Array.from({length: 1000}, (_, index) => [`key-${index}`, value])))
    await apply(fleet, '-f', manifests(namespace, many('1')), ...everywhere)
    fleet.cluster('eu').patch('ConfigMap', 'fleet', 'a', {data: many('2').data})
    const report = await apply(fleet, '-f', manifests(namespace, many('3')), ...everywhere)
    expect(report.results[0]).toMatchObject({
      ...{outcome: 'failed', attempts: 1, failure: {class: 'conflict'}},
      reason: expect.stringMatching(/\.data\.key-\d+\) and 994 more fields$/),
    })
  })

  test('an object that the server rejects, with its own words', async () => {
    await using fleet = await openFleet(clusters('eu'))
    const broken = widget('broken', 'large')
    const report = await apply(fleet, '-f', manifests(namespace, definition, broken, widget('good', 2)), ...everywhere)
    expect(partsOf(report, 'eu')).toMatchObject({'fleet/Widget.example.com/good': 'created'})
    const [eu] = report.results
    const failed = eu?.parts.find(({outcome}) => outcome === 'failed')
    expect(failed).toMatchObject({name: 'fleet/Widget.example.com/broken', failure: {class: 'rejected'}})
    expect(failed?.reason).toContain('spec.size')
    expect(eu).toMatchObject({outcome: 'failed', attempts: 1})
  })

  test('what may not be written', async () => {
    await using fleet = await openFleet([
      {name: 'eu', workloads: [], trouble: [{type: 'forbidden', verb: 'patch', resource: 'secrets'}]},
    ])
    const report = await apply(
      fleet,
      '-f',
      manifests(namespace, secret('hunter2-hunter2'), configMap('a', {})),
      ...everywhere,
    )
    expect(report.results[0]?.parts).toMatchObject([
      {name: 'Namespace/fleet', outcome: 'succeeded'},
      {name: 'fleet/Secret/login', outcome: 'failed', failure: {class: 'forbidden'}},
      {name: 'fleet/ConfigMap/a', outcome: 'succeeded'},
    ])
  })

  test('an object that is being deleted: what was applied does not stay', async () => {
    await using fleet = await openFleet(clusters('eu'))
    const held = {
      ...configMap('a', {x: '1'}),
      metadata: {name: 'a', namespace: 'fleet', finalizers: ['example.com/hold']},
    }
    await apply(fleet, '-f', manifests(namespace, held), ...everywhere)
    expect(fleet.cluster('eu').remove('ConfigMap', 'fleet', 'a')).toBe(true)
    const report = await apply(fleet, '-f', manifests(namespace, held), ...everywhere)
    expect(report.results[0]).toMatchObject({outcome: 'failed', reason: expect.stringContaining('It is being deleted')})
  })

  test('missing permissions are in the plan, all together; with --preflight strict nothing is written', async () => {
    const may: readonly AccessRule[] = [
      {verbs: ['*'], resources: ['namespaces', 'configmaps', 'leases.coordination.k8s.io', 'leases']},
      {verbs: ['get', 'patch'], resources: ['secrets']},
      {verbs: ['*'], resources: ['services'], namespaces: ['default']},
    ]
    await using fleet = await openFleet([
      {name: 'eu', workloads: []},
      {name: 'us', workloads: [], may},
    ])
    const service = (at: string) => ({
      ...{apiVersion: 'v1', kind: 'Service', metadata: {name: 's', namespace: at}},
      spec: {ports: [{port: 1}]},
    })
    const path = manifests(
      namespace,
      configMap('a', {}),
      secret('hunter2-hunter2'),
      service('default'),
      service('fleet'),
    )
    const words = ['apply', '-f', path, '--all-contexts', '--yes']
    const strict = await fleet.shell.run(...words, '--preflight', 'strict')
    const sentences = [
      'us: its user may not create secrets in fleet: 1 object may be refused.',
      'us: its user may not get, patch and create services in fleet: 1 object may be refused.',
    ]
    expect(strict.stderr.replaceAll(/\s+/g, ' ')).toContain(
      `Permissions are missing (--preflight strict). Nothing was written. ${sentences.join(' ')}`,
    )
    expect(strict.exitCode).toBe(2)
    expect(fleet.writes()).toEqual([])
    const {stderr, exitCode} = await fleet.shell.run(...words)
    for (const sentence of sentences) expect(stderr.replaceAll(/\s+/g, ' ')).toContain(sentence)
    expect(stderr.indexOf('its user may not')).toBeLessThan(stderr.indexOf('starts with 2 targets'))
    expect(exitCode).toBe(1)
  })

  test('a namespace that is not there', async () => {
    await using fleet = await openFleet(clusters('eu'))
    const report = await apply(fleet, '-f', manifests(configMap('a', {}), configMap('b', {}, 'default')), ...everywhere)
    expect(report.results[0]?.parts).toMatchObject([
      {name: 'fleet/ConfigMap/a', outcome: 'failed', failure: {class: 'not-found'}},
      {name: 'default/ConfigMap/b', outcome: 'succeeded'},
    ])
  })
})

describe('troubles that pass', () => {
  test('an object that a server does not answer for is applied again, and no other is', async () => {
    await using fleet = await openFleet([
      {
        ...{name: 'eu', workloads: []},
        trouble: [{type: 'answer', status: 500, verb: 'patch', resource: 'configmaps', name: 'b', times: 2}],
      },
    ])
    const path = manifests(namespace, configMap('a', {}), configMap('b', {}), configMap('c', {}))
    const report = await apply(fleet, '-f', path, ...everywhere)
    expect(report.results[0]).toMatchObject({outcome: 'succeeded', attempts: 3, reason: '4 objects created'})
    expect(patches(fleet).filter((write) => write.endsWith('/b'))).toHaveLength(3)
    expect(patches(fleet).filter((write) => !write.endsWith('/b'))).toHaveLength(3)
  })

  test('a reply that is lost: the object is there, and its end is known after the next look', async () => {
    await using fleet = await openFleet([
      {
        ...{name: 'eu', workloads: []},
        trouble: [{type: 'lost-reply', verb: 'patch', resource: 'configmaps', name: 'a', times: 1}],
      },
    ])
    const report = await apply(fleet, '-f', manifests(namespace, configMap('a', {x: '1'})), ...everywhere)
    expect(report.results[0]).toMatchObject({outcome: 'succeeded', attempts: 2})
    expect(partsOf(report, 'eu')['fleet/ConfigMap/a']).toBe('applied by an earlier try, whose answer was lost')
    expect(dataOf(fleet, 'eu', 'a')).toEqual({x: '1'})
  })

  test('without retries the lost reply stays unverified, and so does the cluster', async () => {
    await using fleet = await openFleet([
      {
        ...{name: 'eu', workloads: []},
        trouble: [{type: 'lost-reply', verb: 'patch', resource: 'configmaps', name: 'a', times: 1}],
      },
    ])
    const path = manifests(namespace, configMap('a', {x: '1'}))
    const report = await apply(fleet, '-f', path, ...everywhere, '--retries', '0')
    expect(report.results[0]).toMatchObject({
      outcome: 'unverified',
      reason: expect.stringContaining('it is not known whether 1 write of 2 parts arrived: '),
      parts: [{outcome: 'succeeded'}, {name: 'fleet/ConfigMap/a', outcome: 'unverified'}],
    })
    expect(report.verdict.code).toBe(1)
  })

  test('a lost reply stays unverified if the next look fails; what failed before its write is failed', async () => {
    const read: Trouble = {type: 'answer', status: 500, verb: 'get', resource: 'configmaps'}
    await using fleet = await openFleet([
      {
        ...{name: 'eu', workloads: []},
        trouble: [{type: 'lost-reply', verb: 'patch', resource: 'configmaps', name: 'a', times: 1}],
      },
    ])
    fleet.cluster('eu').onAnswered(({verb, name}) => {
      if (verb === 'patch' && name === 'fleet') fleet.cluster('eu').addTrouble({...read, name: 'b'})
    })
    const path = manifests(namespace, configMap('a', {x: '1'}), configMap('b', {x: '1'}))
    const running = apply(fleet, '-f', path, ...everywhere, '--retries', '1')
    while (!patches(fleet).some((write) => write.endsWith('/a'))) await new Promise((resolve) => setImmediate(resolve))
    fleet.cluster('eu').addTrouble({...read, name: 'a'})
    const report = await running
    expect(report.results[0]).toMatchObject({
      outcome: 'unverified',
      parts: [
        {name: 'Namespace/fleet', outcome: 'succeeded'},
        {name: 'fleet/ConfigMap/a', outcome: 'unverified'},
        {name: 'fleet/ConfigMap/b', outcome: 'failed', failure: {class: 'server-error'}},
      ],
    })
  })

  test('a server that throttles gets nothing more of this try', async () => {
    await using fleet = await openFleet([
      {
        ...{name: 'eu', workloads: []},
        trouble: [{type: 'answer', status: 429, verb: 'patch', resource: 'secrets', times: 1}],
      },
    ])
    const later = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {name: 's', namespace: 'fleet'},
      spec: {ports: [{port: 1}]},
    }
    const path = manifests(namespace, secret('hunter2-hunter2'), later)
    const report = await apply(fleet, '-f', path, ...everywhere, '--retries', '0')
    expect(report.results[0]?.parts.map(({outcome}) => outcome)).toEqual(['succeeded', 'failed', 'not-run'])
    expect(report.results[0]).toMatchObject({outcome: 'failed', failure: {class: 'throttled'}})
  })

  test('an unreachable cluster delays and fails no other', async () => {
    await using fleet = await openFleet([
      ...clusters('eu'),
      {name: 'us', workloads: [], trouble: [{type: 'unreachable', how: 'refused'}]},
    ])
    const report = await apply(fleet, '-f', manifests(configMap('a', {}, 'default')), ...everywhere)
    expect(outcomes(report)).toEqual({eu: 'succeeded'})
    expect(report.verdict.code).toBe(4)
  })
})

describe('--dry-run server', () => {
  test('shows what would change, field by field, the same change of several clusters once, and writes nothing', async () => {
    await using fleet = await openFleet(clusters('eu', 'us'))
    await apply(
      fleet,
      '-f',
      manifests(namespace, configMap('a', {color: 'red'}), secret('hunter2-hunter2')),
      ...everywhere,
    )
    const before = versions(fleet)
    const next = manifests(
      namespace,
      configMap('a', {color: 'blue'}),
      configMap('new', {x: '1'}),
      secret('s3cret-s3cret'),
    )
    const {stdout, exitCode} = await fleet.shell.run('apply', '-f', next, '--all-contexts', '--dry-run', 'server')
    expect(stdout).toContain('fleet/ConfigMap/a: would be changed (eu and us)\n  ~ data.color: "red" → "blue"\n')
    expect(stdout).toContain('fleet/ConfigMap/new: would be created (eu and us)')
    expect(stdout).toContain('~ data.password: changed (value not shown)')
    expect(stdout).toContain('4 objects: 1 would be created, 2 would be changed and 1 unchanged')
    expect(exitCode).toBe(0)
    expect(versions(fleet)).toEqual(before)
    expect(fleet.shell.everythingPrinted()).not.toMatch(/hunter2|s3cret|aHVudGVy|czNjcmV0/)
  })

  test('what is in a new namespace, or of a new kind, is said not to be checked', async () => {
    await using fleet = await openFleet(clusters('eu'))
    const path = manifests(namespace, definition, widget('one', 1), configMap('a', {}))
    const report = await apply(fleet, '-f', path, ...everywhere, '--dry-run', 'server')
    expect(partsOf(report, 'eu')).toMatchObject({
      'Namespace/fleet': 'would be created',
      'fleet/ConfigMap/a': 'would be created; the server has not checked it, because its namespace does not exist yet',
      'fleet/Widget.example.com/one':
        'would be created; the server has not checked it, because its kind does not exist yet',
    })
    expect(fleet.writes()).toEqual([])
  })

  test('an answer that is lost is a failure: nothing was written', async () => {
    await using fleet = await openFleet([
      {name: 'eu', workloads: [], trouble: [{type: 'lost-reply', verb: 'patch', resource: 'configmaps'}]},
    ])
    const path = manifests(configMap('a', {}, 'default'))
    const report = await apply(fleet, '-f', path, ...everywhere, '--dry-run', 'server')
    expect(report.results[0]).toMatchObject({outcome: 'failed', attempts: 4, parts: [{outcome: 'failed'}]})
  })

  test('conflicts are found', async () => {
    await using fleet = await openFleet(clusters('eu'))
    await apply(fleet, '-f', manifests(namespace, configMap('a', {color: 'red'})), ...everywhere)
    fleet.cluster('eu').patch('ConfigMap', 'fleet', 'a', {data: {color: 'blue'}})
    const report = await apply(
      fleet,
      '-f',
      manifests(configMap('a', {color: 'green'})),
      ...everywhere,
      '--dry-run',
      'server',
    )
    expect(report.results[0]).toMatchObject({outcome: 'failed', failure: {class: 'conflict'}})
  })
})

describe('nothing is written', () => {
  test.each([
    {because: 'there is no manifest', words: [], says: 'There are no manifests'},
    {
      because: 'a kind is unknown',
      objects: [configMap('a', {}, 'default'), widget('one', 1)],
      says: /\.yaml, line \d+: "eu" does not have the kind "Widget" of "example.com\/v1"/,
    },
    {
      because: 'an object is there twice: by name, and by the namespace of the context',
      objects: [configMap('a', {}, 'default'), {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a'}}],
      says: /\.yaml, line \d+ and .*\.yaml, line \d+ are the same object \(default\/ConfigMap\/a\)/,
    },
    {
      because: 'an object has no name',
      objects: [{apiVersion: 'v1', kind: 'ConfigMap', metadata: {}}],
      says: /\.yaml, line \d+/,
    },
    {
      because: 'the namespace of -n is a pattern',
      objects: [configMap('a', {})],
      words: ['-n', 'team-*'],
      says: 'not the name of a namespace',
    },
  ])('when $because', async ({objects, words = [], says}) => {
    await using fleet = await openFleet(clusters('eu'))
    const path = objects === undefined ? [] : ['-f', manifests(...objects)]
    const ended = await fleet.shell.run('apply', ...path, ...words, '--all-contexts', '--yes')
    expect(ended.stderr).toMatch(says)
    expect(ended.exitCode).toBe(2)
    expect(fleet.writes()).toEqual([])
  })

  test('before the plan is confirmed, and after it is declined', async () => {
    await using fleet = await openFleet(clusters('eu'), {
      answers: ['no'],
      onQuestion: () => expect(fleet.writes()).toEqual([]),
    })
    const ended = await fleet.shell.run('apply', '-f', manifests(configMap('a', {}, 'default')), '--all-contexts')
    expect(ended.exitCode).toBe(7)
    expect(ended.stderr).toContain('apply 1 object')
    expect(fleet.writes()).toEqual([])
  })

  test('to a cluster whose context was not selected: a write needs a selection', async () => {
    await using fleet = await openFleet(clusters('eu', 'us'))
    const path = manifests(configMap('a', {}, 'default'))
    expect((await fleet.shell.run('apply', '-f', path, '--yes')).exitCode).toBe(2)
    await apply(fleet, '-f', path, '-c', 'us', '--yes', '-o', 'json')
    expect(patches(fleet)).toEqual(['us PATCH /api/v1/namespaces/default/configmaps/a'])
  })
})

describe('a run that ended early', () => {
  test('Ctrl-C: what is sent is answered, nothing more is written, and each object is accounted for', async () => {
    await using fleet = await openFleet(clusters('eu'))
    const path = manifests(namespace, ...Array.from({length: 20}, (_, index) => configMap(`c${index}`, {})))
    const running = apply(fleet, '-f', path, ...everywhere)
    while (patches(fleet).length < 12) await new Promise((resolve) => setImmediate(resolve))
    fleet.shell.signal('SIGINT')
    const report = await running
    const parts = report.results[0]?.parts ?? []
    const written = parts.filter(({outcome}) => outcome === 'succeeded').map(({name}) => name)
    expect(parts).toHaveLength(21)
    expect(new Set(parts.map(({outcome}) => outcome))).toEqual(new Set(['succeeded', 'not-run']))
    expect(written.filter((name) => name.includes('ConfigMap')).length).toBe(
      fleet
        .cluster('eu')
        .objects('ConfigMap', 'fleet')
        .filter(({metadata}) => metadata.name?.startsWith('c')).length,
    )
    expect(report).toMatchObject({
      results: [
        {outcome: 'unverified', reason: expect.stringMatching(/^\d+ of 21 parts were not written: interrupted/)},
      ],
      verdict: {code: 130},
    })
    const table = (await fleet.shell.run('runs', 'show', 'last')).stdout
    expect(table).toContain(`  hubspoke apply -f ${path} --all-contexts --backoff 1ms --run-id ${report.run.id}\n`)
    const shown = (await fleet.shell.run('runs', 'show', 'last', '-o', 'json')).document() as LedgerReport
    expect(shown.targets[0]?.parts.map(({name, outcome}) => [name, outcome])).toEqual(
      parts.map(({name, outcome}) => [name, outcome]),
    )
    const retried = (await fleet.shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')).document() as RunReport
    expect(outcomes(retried)).toEqual({eu: 'succeeded'})
    expect(Object.values(partsOf(retried, 'eu')).filter((word) => word === 'unchanged')).toHaveLength(written.length)
    expect(fleet.cluster('eu').objects('ConfigMap', 'fleet').length).toBeGreaterThanOrEqual(20)
  })

  test('its retry refuses manifests that were changed since', async () => {
    await using fleet = await openFleet([
      {
        ...{name: 'eu', workloads: []},
        trouble: [{type: 'answer', status: 500, verb: 'patch', resource: 'configmaps', times: 1}],
      },
    ])
    const path = manifests(configMap('a', {x: '1'}, 'default'))
    const first = await apply(fleet, '-f', path, ...everywhere, '--retries', '0')
    expect(first.verdict.code).toBe(1)
    const changed = manifests(configMap('a', {x: '2'}, 'default'))
    writeFileSync(path, JSON.stringify(configMap('a', {x: '2'}, 'default')))
    const before = fleet.writes()
    const refused = await fleet.shell.run('runs', 'retry', 'last', '--yes')
    expect(refused.stderr).toContain('The manifests were changed since this run was planned')
    expect(refused.exitCode).toBe(2)
    expect(fleet.writes()).toEqual(before)
    const sameId = await fleet.shell.run('apply', '-f', changed, ...everywhere, '--run-id', first.run.id)
    expect(sameId.exitCode).toBe(2)
    expect(sameId.stderr).toContain(`The run id ${first.run.id} belongs to another run: digest "sha256:`)
  })
})

test.each([422, 500, 429])(
  'no value of a Secret is printed or recorded, not even where a %i quotes it',
  async (status) => {
    const value = 'correct horse battery'
    const message = `data[note] of "login": "${value}" and CORRECT HORSE; it was old-value-of-the-cluster`
    const refused = (resource: string): Trouble => ({type: 'answer', status, verb: 'patch', resource, message})
    await using fleet = await openFleet([
      {name: 'eu', workloads: [], trouble: [refused('secrets')]},
      {name: 'us', workloads: [], trouble: [refused('configmaps')]},
    ])
    const object = {...secret(''), stringData: {note: value}}
    const report = await apply(fleet, '-f', manifests(namespace, object, configMap('a', {})), ...everywhere)
    const said = report.results.map(({parts}) => parts.find(({reason}) => reason.includes(`HTTP ${status}`))?.reason)
    expect(said[0]).toMatch(/Its text is not shown, because it may have a value of the Secret\.$/)
    expect(said[1]).toContain('data[note] of "login": "[redacted]"')
    expect(report.verdict.code).toBe(1)
    await fleet.shell.run('runs', 'show', 'last')
    const ledgers = await Promise.all((await fleet.shell.ledgers()).map((path) => readFile(path, 'utf8')))
    const printed = `${fleet.shell.everythingPrinted()}${ledgers.join('')}`
    expect(printed).not.toMatch(/correct horse|Y29ycmVjdCBob3JzZ/)
    expect(JSON.stringify(report.results[0])).not.toMatch(/CORRECT|old-value/)
  },
)

test('JUnit has a test case for each object', async () => {
  await using fleet = await openFleet(clusters('eu'))
  const words = ['--all-contexts', '--yes', '-o', 'junit']
  const {stdout} = await fleet.shell.run('apply', '-f', manifests(namespace, configMap('a', {})), ...words)
  expect(stdout).toContain('<testcase classname="eu.parts" name="fleet/ConfigMap/a"/>')
})
