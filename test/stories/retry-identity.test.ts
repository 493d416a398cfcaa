import {readFile, rm, writeFile} from 'node:fs/promises'
import {expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import type {ErrorReport} from '../../src/model/error-report.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport} from '../support/workload-documents.ts'

const two = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('cart', 'web')},
] as const
const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.', times: 1} as const
const lost = {type: 'lost-reply', verb: 'patch', name: 'web', times: 1} as const

interface Kubeconfig {
  contexts: {name: string; context: {cluster: string; user: string}}[]
}

async function editKubeconfig({shell}: Fleet, edit: (contexts: Kubeconfig['contexts']) => Kubeconfig['contexts']) {
  const kubeconfig = parse(await readFile(shell.kubeconfigPath, 'utf8')) as Kubeconfig
  await writeFile(shell.kubeconfigPath, stringify({...kubeconfig, contexts: edit(kubeconfig.contexts)}))
}

const run = async (fleet: Fleet, ...words: readonly string[]) =>
  (await fleet.shell.run(...words, '-o', 'json')).document() as RunReport
const restart = (fleet: Fleet, ...flags: readonly string[]) =>
  run(fleet, 'restart', image, '--all-contexts', '--yes', ...flags)
const retry = (fleet: Fleet, ...flags: readonly string[]) => run(fleet, 'runs', 'retry', 'last', '--yes', ...flags)
const resultOf = ({results}: RunReport, context: string, name = 'web') =>
  results.find((result) => result.context === context && result.name === name)
/** One more with every rollout. */
const revision = (fleet: Fleet, cluster: string, name = 'web') =>
  fleet.cluster(cluster).object('Deployment', 'shop', name)?.metadata.annotations?.['deployment.kubernetes.io/revision']

test('a context that leads to another cluster: 2 before any write, both UIDs named, no cluster touched', async () => {
  await using fleet = await openFleet(two.map((cluster) => ({...cluster, trouble: [refusing]})))
  expect((await restart(fleet)).counts).toMatchObject({failed: 2})
  const before = fleet.writes()
  await editKubeconfig(fleet, (contexts) =>
    contexts.map(({name, context}) => ({name, context: name === 'eu' ? {cluster: 'us', user: 'us'} : context})),
  )
  const {stdout, exitCode} = await fleet.shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
  const {error} = JSON.parse(stdout) as ErrorReport
  expect(error.message).toContain('Context "eu" does not lead to the cluster of the run')
  for (const name of ['eu', 'us']) expect(error.message).toContain(`"${fleet.cluster(name).uid}"`)
  expect(error.suggestions[0]).toContain('--kubeconfig PATH')
  expect(exitCode).toBe(2)
  expect(fleet.writes()).toEqual(before)
})

test('a context that was renamed: the other name is taken, and it is said', async () => {
  await using fleet = await openFleet([{...two[0], trouble: [refusing]}, two[1]])
  await restart(fleet)
  await editKubeconfig(fleet, (contexts) =>
    contexts.map(({name, context}) => ({name: name === 'eu' ? 'europe' : name, context})),
  )
  const {stderr, document, exitCode} = await fleet.shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
  expect(stderr).toContain('Context "eu" is not in the kubeconfig any more; "europe" leads to the same cluster')
  expect(resultOf(document() as RunReport, 'europe')).toMatchObject({outcome: 'succeeded'})
  expect(exitCode).toBe(0)
  expect(fleet.stamps()).toHaveLength(1)
})

test('a renamed context of a protected cluster still wants its name', async () => {
  await using fleet = await openFleet([{...two[0], trouble: [refusing]}, two[1]], {
    config: 'protectedContexts: [europe]\n',
  })
  await restart(fleet)
  await editKubeconfig(fleet, (contexts) =>
    contexts.map(({name, context}) => ({name: name === 'eu' ? 'europe' : name, context})),
  )
  const before = fleet.writes()
  const {stderr, exitCode} = await fleet.shell.run('runs', 'retry', 'last', '--yes')
  expect(stderr).toContain('--confirm europe')
  expect(exitCode).toBe(2)
  expect(fleet.writes()).toEqual(before)
})

test('a context that is gone, with nothing in its place: 2, by name, no cluster touched', async () => {
  await using fleet = await openFleet(two.map((cluster) => ({...cluster, trouble: [refusing]})))
  await restart(fleet)
  const before = fleet.writes()
  await editKubeconfig(fleet, (contexts) => contexts.filter(({name}) => name !== 'eu'))
  const {stderr, exitCode} = await fleet.shell.run('runs', 'retry', 'last', '--yes')
  expect(stderr).toContain('Context "eu" of the run')
  expect(stderr).toContain(
    `leads to its cluster (UID "${fleet.cluster('eu').uid}", at "${fleet.cluster('eu').server}")`,
  )
  expect(exitCode).toBe(2)
  expect(fleet.writes()).toEqual(before)
})

test('a cluster that is down: its targets are named, the others are done, 4; the next retry does the rest', async () => {
  await using fleet = await openFleet(two)
  const stopped = fleet.shell.run('restart', image, '--all-contexts', '--yes', '--concurrency', '1')
  while (fleet.restarted().length === 0) await new Promise((resolve) => setImmediate(resolve))
  fleet.shell.signal('SIGINT')
  expect(await stopped).toMatchObject({exitCode: 130})
  await fleet.cluster('us').stop()
  const report = await retry(fleet)
  expect(report.verdict).toMatchObject({code: 4})
  const us = report.results.filter(({context}) => context === 'us')
  expect(us.map(({outcome}) => outcome)).toEqual(['not-run', 'not-run'])
  expect(us[0]?.reason).toMatch(/^not started: Cannot reach context "us"/)
  expect(report.results.filter(({context}) => context === 'eu').map(({outcome}) => outcome)).not.toContain('not-run')
  await fleet.cluster('us').start()
  const last = await retry(fleet, '--not-run')
  expect(last.results.map(({context, outcome}) => `${context} ${outcome}`)).toEqual(['us succeeded', 'us succeeded'])
  expect(fleet.restarted()).toHaveLength(4)
  expect(fleet.stamps()).toHaveLength(1)
  for (const cluster of ['eu', 'us'])
    for (const name of ['cart', 'web']) expect(revision(fleet, cluster, name)).toBe('2')
})

test('a target that may have been written, in a cluster that is down: unverified, never not-run: 1', async () => {
  await using fleet = await openFleet([{...two[0], trouble: [lost]}, two[1]])
  expect(resultOf(await restart(fleet, '--retries', '0'), 'eu')).toMatchObject({outcome: 'unverified'})
  await fleet.cluster('eu').stop()
  const report = await retry(fleet)
  expect(resultOf(report, 'eu')).toMatchObject({outcome: 'unverified', failure: {class: 'unreachable'}})
  expect(resultOf(report, 'eu')?.reason).toContain('may have written it, and it could not be looked at')
  expect(report.verdict.code).toBe(1)
})

test('the reply to the write was lost: unverified; the retry looks before it writes: one rollout', async () => {
  await using fleet = await openFleet([{...two[0], trouble: [lost]}, two[1]])
  const first = await restart(fleet, '--retries', '0')
  expect(resultOf(first, 'eu')).toMatchObject({outcome: 'unverified'})
  const before = fleet.writes()
  const report = await retry(fleet)
  expect(report.results).toHaveLength(first.counts.unverified)
  expect(resultOf(report, 'eu')).toMatchObject({outcome: 'succeeded'})
  expect(fleet.writes()).toEqual(before)
  expect(revision(fleet, 'eu')).toBe('2')
})

test('Ctrl-C between the write and its end: unverified; the retry only watches: one rollout', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web'), rolloutStepMs: 60_000}])
  const stopped = fleet.shell.run('restart', image, '--all-contexts', '--yes', '-o', 'json')
  while (fleet.restarted().length === 0) await new Promise((resolve) => setImmediate(resolve))
  fleet.shell.signal('SIGINT')
  const {document, exitCode} = await stopped
  expect(resultOf(document() as RunReport, 'eu')).toMatchObject({outcome: 'unverified'})
  expect(exitCode).toBe(130)
  const before = fleet.writes()
  expect((await retry(fleet)).counts).toMatchObject({total: 1, succeeded: 1})
  expect(fleet.writes()).toEqual(before)
  expect(revision(fleet, 'eu')).toBe('2')
})

test('--no-wait: accepted is in the desired state, and there is nothing to retry; killed before that, it is only watched', async () => {
  await using fleet = await openFleet(two)
  const {run: accepted} = await restart(fleet, '--no-wait')
  expect((await retry(fleet)).results).toEqual([])
  const text = await readFile(accepted.ledger ?? '', 'utf8')
  await writeFile(accepted.ledger ?? '', text.slice(0, text.indexOf('{"type":"result"')))
  const shown = (await fleet.shell.run('runs', 'show', 'last', '-o', 'json')).document() as LedgerReport
  expect(shown.targets.map(({wrote}) => wrote)).not.toContain('no')
  expect((await retry(fleet)).counts).toMatchObject({total: 4, succeeded: 4})
  expect(fleet.writes()).toHaveLength(4)
})

test('made anew under the same name: skipped, recreated, 1; one that is gone is in the desired state: 0', async () => {
  await using fleet = await openFleet(two.map((cluster) => ({...cluster, trouble: [refusing]})))
  await restart(fleet)
  fleet.cluster('eu').remove('Deployment', 'shop', 'web')
  fleet.cluster('eu').add({namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 1})
  fleet.cluster('us').remove('Deployment', 'shop', 'web')
  await fleet.clock.advance(60_000)
  const report = await retry(fleet)
  expect(resultOf(report, 'eu')).toMatchObject({outcome: 'skipped', failure: {class: 'recreated'}})
  expect(resultOf(report, 'us')).toMatchObject({outcome: 'skipped', failure: null})
  expect(report.verdict.code).toBe(1)
  expect(revision(fleet, 'eu')).toBe('1')
})

test('restarted by another client since: unchanged; another image by now: skipped; nothing written, 0', async () => {
  await using fleet = await openFleet(two.map((cluster) => ({...cluster, trouble: [refusing]})))
  await restart(fleet)
  const template = (patch: object) => ({spec: {template: patch}})
  const later = {metadata: {annotations: {'kubectl.kubernetes.io/restartedAt': '2026-11-24T21:00:00Z'}}}
  fleet.cluster('eu').patch('Deployment', 'shop', 'web', template(later))
  const other = {spec: {containers: [{name: 'app', image: 'ghcr.io/acme/other:1'}]}}
  fleet.cluster('us').patch('Deployment', 'shop', 'web', template(other))
  await fleet.clock.advance(60_000)
  const before = fleet.writes()
  const report = await retry(fleet)
  expect(resultOf(report, 'eu')).toMatchObject({
    outcome: 'unchanged',
    reason: 'restarted since, at 2026-11-24T21:00:00Z',
  })
  expect(resultOf(report, 'us')).toMatchObject({outcome: 'skipped', reason: 'it no longer runs the image'})
  expect(report.verdict.code).toBe(0)
  expect(fleet.writes()).toEqual(before)
})

test('an image that was set since: the plan, the document and the ledger have the one that is restarted', async () => {
  await using fleet = await openFleet(two.map((cluster) => ({...cluster, trouble: [refusing]})))
  await restart(fleet)
  const set = (tag: string) => ({spec: {template: {spec: {containers: [{name: 'app', image: tag}]}}}})
  fleet.cluster('eu').patch('Deployment', 'shop', 'web', set(`${image}:3.1.4`))
  fleet.cluster('us').patch('Deployment', 'shop', 'web', set('ghcr.io/acme/other:1'))
  const {stderr, document} = await fleet.shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
  const report = document() as RunReport
  expect(stderr).toMatch(/^Images that match:\n {2}\S*web:3\.1\.4 {2}in eu\n/m)
  expect(stderr).toMatch(/^Images when run \S+ was planned:\n {2}\S*web:1\.0 {2}in us\n/m)
  expect(resultOf(report, 'eu')).toMatchObject({outcome: 'succeeded', matched: [{image: `${image}:3.1.4`}]})
  expect(resultOf(report, 'us')).toMatchObject({outcome: 'skipped', matched: [{image: `${image}:1.0`}]})
  const shown = (await fleet.shell.run('runs', 'show', report.run.id, '-o', 'json')).document()
  expect(shown).toMatchObject({targets: [{matched: [{image: `${image}:3.1.4`}]}, {context: 'us'}]})
})

test('a rollout that failed is not begun again: it is watched, and healthy once its cause is gone', async () => {
  const shop = {namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 1, progressDeadlineSeconds: 30}
  await using fleet = await openFleet([{name: 'eu', workloads: [shop]}])
  const fix = fleet.cluster('eu').addTrouble({type: 'unpullable-image', image: `${image}:*`})
  expect(resultOf(await restart(fleet), 'eu')).toMatchObject({outcome: 'failed', failure: {class: 'rollout'}})
  fix()
  await fleet.clock.advance(600_000)
  const report = await retry(fleet)
  expect(resultOf(report, 'eu')).toMatchObject({outcome: 'succeeded'})
  expect(revision(fleet, 'eu')).toBe('2')
  expect(fleet.writes()).toHaveLength(1)
})

test('what was rolled back since does not bear the stamp any more, and is written again', async () => {
  const shop = {namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 1, progressDeadlineSeconds: 30}
  await using fleet = await openFleet([{name: 'eu', workloads: [shop]}])
  const fix = fleet.cluster('eu').addTrouble({type: 'unpullable-image', image: `${image}:*`})
  expect((await restart(fleet)).counts.failed).toBe(1)
  const undone = {metadata: {annotations: {'kubectl.kubernetes.io/restartedAt': null}}}
  fleet.cluster('eu').patch('Deployment', 'shop', 'web', {spec: {template: undone}})
  fix()
  await fleet.clock.advance(600_000)
  expect(resultOf(await retry(fleet), 'eu')).toMatchObject({outcome: 'succeeded'})
  expect(fleet.writes()).toHaveLength(2)
  expect(fleet.restarted()).toEqual(['eu/shop/Deployment/web'])
})

test('a run that still goes on holds its lock: 6, and nothing is written', async () => {
  await using fleet = await openFleet([
    {name: 'eu', workloads: runningWeb('web'), namespaces: ['hubspoke-system'], rolloutStepMs: 120_000},
  ])
  const running = fleet.shell.run('restart', image, '--all-contexts', '--yes')
  while (fleet.restarted().length === 0) await new Promise((resolve) => setImmediate(resolve))
  const {stderr, exitCode} = await fleet.shell.run('runs', 'retry', 'last', '--yes')
  expect(stderr).toContain('(restart)')
  expect(exitCode).toBe(6)
  expect(fleet.writes()).toHaveLength(1)
  expect(await running).toMatchObject({exitCode: 0})
})

test.each(['with', 'without'])('--run-id again, %s its ledger: finished targets untouched', async (kept) => {
  await using fleet = await openFleet([{...two[0], trouble: [refusing]}, two[1]])
  const id = ['--run-id', '20261124-200000-00ff'] as const
  const {run: first, counts} = await restart(fleet, ...id)
  expect(counts).toMatchObject({succeeded: 3, failed: 1})
  if (kept === 'without') await rm(first.ledger ?? '')
  const before = fleet.writes().length
  const second = await restart(fleet, ...id)
  expect(second.counts).toMatchObject({total: 4, succeeded: 4})
  expect(fleet.writes()).toHaveLength(before + 1)
  expect(fleet.stamps()).toHaveLength(1)
  for (const cluster of ['eu', 'us']) expect(revision(fleet, cluster)).toBe('2')
})
