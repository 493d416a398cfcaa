import {describe, expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import type {CheckReport} from '../../src/model/check-report.ts'
import type {StatusReport} from '../../src/model/status-report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import type {Trouble} from '../../src/sandbox/trouble.ts'
import {openShell, type ShellOptions} from '../support/run-command.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {FindReport, RunReport} from '../support/workload-documents.ts'

interface Kubeconfig {
  clusters: {name: string; cluster: {server: string}}[]
  contexts: {name: string; context: {cluster: string; user: string}}[]
}

const lockable = {namespaces: ['hubspoke-system']}
const prod: ClusterSpec = {name: 'prod', ...lockable, workloads: runningWeb('api', 'web')}

/** A second cluster that was made from the data of the first: every UID is the same. */
async function openClones(first: Partial<ClusterSpec> = {}, second: Partial<ClusterSpec> = {}) {
  const fleet = await openFleet([
    {...prod, ...first},
    {...prod, ...second, name: 'dr'},
  ])
  const [one, two] = [fleet.cluster('prod'), fleet.cluster('dr')]
  two.setUid('Namespace', '', 'kube-system', one.uid)
  for (const name of ['api', 'web']) {
    two.setUid('Deployment', 'shop', name, one.object('Deployment', 'shop', name)?.metadata.uid ?? '')
  }
  return fleet
}

/** One cluster with two contexts of different addresses. */
async function openAlias(spec: Partial<ClusterSpec> = {}, trouble: readonly Trouble[] = []) {
  const fleet = await openFleet([{...prod, contexts: [{name: 'other-user'}], ...spec}])
  for (const one of trouble) fleet.cluster('prod').addTrouble(one)
  const file = parse(fleet.sandbox.kubeconfig) as Kubeconfig
  const cluster = file.clusters[0]?.cluster ?? {server: ''}
  file.clusters.push({
    name: 'alias',
    cluster: {...cluster, server: cluster.server.replace('127.0.0.1', 'localhost')},
  })
  file.contexts.push({name: 'alias', context: {cluster: 'alias', user: 'other-user'}})
  file.contexts = file.contexts.filter(({name}) => name !== 'other-user')
  const open = (options: Partial<ShellOptions> = {}) =>
    openShell({kubeconfig: stringify(file), clock: fleet.clock, ...options})
  return {fleet, shell: await open(), [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]()}
}

const restart = ['restart', image, '--all-contexts', '--yes', '-o', 'json'] as const
const patches = (fleet: Fleet) => fleet.writes().filter((write) => write.includes('PATCH'))
const holders = ({sandbox}: Fleet) =>
  sandbox.clusters.flatMap((cluster) =>
    cluster
      .objects('Lease', 'hubspoke-system')
      .map((lease) => (lease as {spec?: {holderIdentity?: string}}).spec?.holderIdentity),
  )

describe('two clusters with the same UID', () => {
  test.each([
    {how: 'the lock shows that they are two', words: [], says: 'is not seen through "dr"'},
    {how: 'with waves', words: ['--waves', '1,100%'], says: 'is not seen through "dr"'},
    {how: 'without a lock it cannot be determined', words: ['--lock', 'off'], says: 'cannot be determined'},
    {how: 'nor without its namespace', first: {namespaces: []}, second: {namespaces: []}, says: 'cannot be determined'},
    {how: 'nor where only one has it', second: {namespaces: []}, words: [], says: 'is not seen through "dr"'},
    {
      how: 'nor where the Lease may not be read',
      second: {trouble: [{type: 'forbidden', resource: 'leases'}]},
      says: 'could not be read through "dr"',
    },
    {
      how: 'nor where it may not be written',
      first: {trouble: [{type: 'forbidden', resource: 'leases'}]},
      says: 'cannot be determined',
    },
  ] as const)(
    '$how: 2, and nothing is written anywhere',
    async ({
      words = [],
      says,
      ...specs
    }: {
      readonly words?: readonly string[]
      readonly says: string
      readonly first?: Partial<ClusterSpec>
      readonly second?: Partial<ClusterSpec>
    }) => {
      await using fleet = await openClones(specs.first, specs.second)
      const {exitCode, stderr, document} = await fleet.shell.run(...restart, ...words)
      expect(patches(fleet)).toEqual([])
      expect(stderr).toContain(says)
      expect(document()).toMatchObject({type: 'ErrorReport', error: {class: 'usage'}})
      expect(exitCode).toBe(2)
      // No lock stays taken.
      expect(holders(fleet).filter((holder) => holder)).toEqual([])
      expect(await fleet.shell.ledgers()).toEqual([])
    },
  )

  test('each of them in a run of its own: both are written', async () => {
    await using fleet = await openClones()
    for (const name of ['prod', 'dr']) {
      const {exitCode} = await fleet.shell.run('restart', image, '-c', name, '--yes')
      expect(exitCode).toBe(0)
    }
    expect(fleet.restarted()).toHaveLength(4)
  })

  test('runs retry: the contexts of its ledger, one run each', async () => {
    await using fleet = await openClones({
      trouble: [{type: 'answer', status: 422, verb: 'patch', message: 'No.', times: 1}],
    })
    expect((await fleet.shell.run('restart', image, '-c', 'prod', '--yes')).exitCode).toBe(1)
    expect((await fleet.shell.run('runs', 'retry', 'last', '--yes')).exitCode).toBe(0)
    expect(fleet.restarted()).toEqual(['prod/shop/Deployment/api', 'prod/shop/Deployment/web'])
  })

  test('find shows the workloads of both, each with its context', async () => {
    await using fleet = await openClones()
    const {exitCode, document, stdout} = await fleet.shell.run('find', image, '-o', 'json')
    const report = document() as FindReport
    expect(report.workloads.map(({context, name}) => `${context}/${name}`).sort()).toEqual([
      ...['dr/api', 'dr/web', 'prod/api', 'prod/web'],
    ])
    expect(report.clusters).toMatchObject([{sameClusterAs: []}, {sameClusterAs: []}])
    expect(report.verdict.sentence).toContain('Found 4 workloads in 2 clusters')
    expect(exitCode, stdout).toBe(0)
  })

  test('status: a stuck rollout in the second one is not hidden by the first', async () => {
    await using fleet = await openClones({}, {trouble: [{type: 'stuck-rollout', namespace: 'shop', name: 'web'}]})
    await fleet.shell.run('restart', image, '-c', 'dr', '--yes', '--no-wait')
    await fleet.clock.advance(120_000)
    const {exitCode, document} = await fleet.shell.run('status', image, '-o', 'json')
    const {workloads} = document() as StatusReport
    expect(workloads.filter(({status}) => status !== 'rolled-out')).toMatchObject([{context: 'dr', name: 'web'}])
    expect(exitCode).toBe(1)
  })

  test('check shows them as two', async () => {
    await using fleet = await openClones()
    const {contexts} = (await fleet.shell.run('check', '-o', 'json')).document() as CheckReport
    expect(contexts).toMatchObject([{sameClusterAs: []}, {sameClusterAs: []}])
    expect(contexts[0]?.uid).toBe(contexts[1]?.uid)
  })

  test('a dry run says that it is not shown yet', async () => {
    await using fleet = await openClones()
    const {stderr, document} = await fleet.shell.run(...restart, '--dry-run', 'client')
    expect(stderr.replace(/\s+/g, ' ')).toContain('"prod", "dr" report the same cluster at different addresses.')
    expect((document() as RunReport).clusters).toMatchObject([{sameClusterAs: ['dr']}, {sameClusterAs: ['prod']}])
  })

  test('a clone of a protected cluster wants its name', async () => {
    await using fleet = await openClones()
    await using shell = await openShell({
      kubeconfig: fleet.sandbox.kubeconfig,
      clock: fleet.clock,
      config: 'protectedContexts: [prod]\n',
    })
    const {exitCode, stderr} = await shell.run('restart', image, '-c', 'dr', '--yes')
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--confirm dr')])
    expect(patches(fleet)).toEqual([])
  })
})

describe('one cluster with two addresses', () => {
  test('the lock shows that it is one: each workload is restarted once', async () => {
    await using stage = await openAlias()
    const {exitCode, document} = await stage.shell.run(...restart)
    expect(exitCode).toBe(0)
    expect((document() as RunReport).counts).toMatchObject({total: 2, succeeded: 2})
    expect(patches(stage.fleet)).toHaveLength(2)
  })

  test('without a lock it cannot be determined: 2', async () => {
    await using stage = await openAlias()
    const {exitCode, stderr} = await stage.shell.run(...restart, '--lock', 'off')
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining('It cannot be determined whether contexts "prod" and "alias"'),
    ])
    expect(patches(stage.fleet)).toEqual([])
    expect((await stage.shell.run(...restart.slice(0, 2), '-c', 'alias', '--yes', '--lock', 'off')).exitCode).toBe(0)
  })

  test('two users of one address need no proof', async () => {
    await using fleet = await openFleet([{...prod, contexts: [{name: 'admin'}]}])
    expect((await fleet.shell.run(...restart, '--lock', 'off')).exitCode).toBe(0)
    expect(patches(fleet)).toHaveLength(2)
  })
})
