import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import type {ErrorReport} from '../../src/model/error-report.ts'
import {openRealClockClusters, type RealClockClusters} from '../support/real-clock-clusters.ts'
import {image, runningWeb} from '../support/sandbox-fleet.ts'
import type {Circumstances, ProcessEnd} from '../support/spawn-command.ts'
import type {FindReport, RunReport} from '../support/workload-documents.ts'

const two = ['eu', 'us'].map((name) => ({name, workloads: runningWeb('cart', 'web')}))
/** CMD: it prints the names of its target, and then all of its stdin. */
const says = [
  ...['--', 'node', '-e'],
  'process.stdout.write(process.argv[1]); process.stdin.pipe(process.stdout)',
  '{context}/{namespace}/{kind}/{name}={image}\n',
] as const

const reportOf = ({stdout}: ProcessEnd) => JSON.parse(stdout) as RunReport
const outcomes = (end: ProcessEnd) =>
  reportOf(end).results.map(({context, name, outcome, failure, reason}) =>
    [`${context}/${name}`, outcome, outcome === 'skipped' ? (failure?.class ?? reason) : ''].join(' ').trim(),
  )

async function found({shell}: RealClockClusters, format = 'json'): Promise<string> {
  return (await shell.run('find', image, '-o', format)).stdout
}

/** The path of a document of `find` with some of the workloads, in their order. */
function save({shell}: RealClockClusters, document: string, keep: (one: FindReport['workloads'][number]) => boolean) {
  const path = join(shell.home, 'targets.json')
  const report = JSON.parse(document) as FindReport
  writeFileSync(path, JSON.stringify({...report, workloads: report.workloads.filter(keep)}))
  return path
}

function foreach({shell}: RealClockClusters, targets: string, circumstances: Circumstances = {}) {
  return shell.runUnder(circumstances, 'foreach', image, '--targets', targets, '--yes', '-o', 'json', ...says)
}

/** What each CMD printed, of all runs. */
function printed({shell}: RealClockClusters): readonly string[] {
  const runs = join(shell.home, '.local', 'state', 'hubspoke', 'runs')
  const files = readdirSync(runs, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.stdout'))
  return files.map((name) => readFileSync(join(runs, name), 'utf8').trim()).sort()
}

const line = (context: string, name: string) => `${context}/shop/Deployment/${name}=${image}:1.0`

test('a filtered document of find: CMD runs for these alone, without -c, and the plan names the file', async () => {
  await using world = await openRealClockClusters(two)
  const path = save(world, await found(world), ({context, name}) => context === 'us' || name === 'web')
  const end = await foreach(world, path)
  expect(printed(world)).toEqual([line('eu', 'web'), line('us', 'cart'), line('us', 'web')])
  expect(outcomes(end).sort()).toEqual(['eu/web succeeded', 'us/cart succeeded', 'us/web succeeded'])
  expect(reportOf(end).clusters.map(({context, tier}) => [context, tier])).toEqual([
    ['eu', 'file'],
    ['us', 'file'],
  ])
  expect(end.stderr).toContain(path)
  expect(end.exitCode).toBe(0)
})

test.each(['json', 'name'])('stdin with -o %s is the list of targets, and no CMD reads from it', async (format) => {
  await using world = await openRealClockClusters(two)
  const end = await foreach(world, '-', {stdin: await found(world, format)})
  expect(printed(world)).toEqual(['eu', 'us'].flatMap((context) => [line(context, 'cart'), line(context, 'web')]))
  expect(end.exitCode).toBe(0)
})

test('without --targets no CMD reads the stdin of hubspoke either', async () => {
  await using world = await openRealClockClusters(two)
  const words = ['foreach', image, '-c', 'eu', '--yes', ...says]
  const end = await world.shell.runUnder({stdin: 'not for CMD\n'}, ...words)
  expect(printed(world)).toEqual([line('eu', 'cart'), line('eu', 'web')])
  expect(end.exitCode).toBe(0)
})

test('what is gone, was recreated, or runs another image is skipped, and CMD is not started for it', async () => {
  await using world = await openRealClockClusters([{name: 'eu', workloads: runningWeb('cart', 'gone', 'moved', 'new')}])
  const path = save(world, await found(world), () => true)
  const eu = world.sandbox.cluster('eu')
  eu.remove('Deployment', 'shop', 'gone')
  eu.remove('Deployment', 'shop', 'new')
  eu.add({namespace: 'shop', name: 'new', image: `${image}:1.0`})
  const template = {metadata: {}, spec: {containers: [{name: 'moved', image: 'nginx'}]}}
  eu.patch('Deployment', 'shop', 'moved', {spec: {template}})
  const end = await foreach(world, path)
  expect(outcomes(end).sort()).toEqual([
    'eu/cart succeeded',
    'eu/gone skipped it no longer exists',
    'eu/moved skipped it no longer runs the image',
    'eu/new skipped recreated',
  ])
  expect(printed(world)).toEqual([line('eu', 'cart')])
  expect(end.exitCode).toBe(1)
})

test('a context that leads to another cluster than the file says: 2, and nothing is started', async () => {
  await using world = await openRealClockClusters(two)
  const path = save(world, await found(world), ({context}) => context === 'us')
  const kubeconfig = join(world.shell.home, '.kube', 'config')
  const text = readFileSync(kubeconfig, 'utf8')
  writeFileSync(kubeconfig, text.replaceAll(/\b(cluster|user): us$/gm, '$1: eu'))
  const end = await foreach(world, path)
  expect((JSON.parse(end.stdout) as ErrorReport).error.message).toContain('does not lead to the cluster of')
  expect(end.exitCode).toBe(2)
})

test('runs retry starts CMD for what is left of the targets in the file', async () => {
  await using world = await openRealClockClusters(two)
  const path = save(world, await found(world), ({name}) => name === 'cart')
  const {shell} = world
  const words = ['foreach', image, '--targets', path, '--yes', '--waves', '1,100%']
  const first = await shell.run(...words, '-o', 'json', '--', 'node', '-e', 'process.exit(1)')
  expect(outcomes(first)).toEqual(['eu/cart failed', 'us/cart not-run'])
  const {stdout} = await shell.run('runs', 'retry', 'last', '--yes', '--not-run', '-o', 'json')
  expect((JSON.parse(stdout) as RunReport).results).toMatchObject([{context: 'us', name: 'cart', attempts: 1}])
})

describe('what is refused ends with 2, and nothing is started', () => {
  test.each([
    {flags: ['--targets', '-'], because: 'without IMAGE', error: '--targets is about workloads'},
    {flags: [image, '--targets', '-', '-l', 'app=web'], because: 'labels', error: '-l cannot be used with --targets'},
    {flags: [image, '--targets', '-', '--fresh', 'cache'], because: 'a search', error: '--fresh cannot be used'},
  ])('$because', async ({flags, error}) => {
    await using world = await openRealClockClusters(two)
    const stdin = await found(world)
    const end = await world.shell.runUnder({stdin}, 'foreach', '--yes', ...flags, ...['--', 'node', '-e', ''])
    expect(end.stderr).toContain(error)
    expect(end.exitCode).toBe(2)
  })

  test('HUBSPOKE_TARGETS without IMAGE: it would be ignored, and CMD would run in every context', async () => {
    await using world = await openRealClockClusters(two)
    const env = {HUBSPOKE_TARGETS: save(world, await found(world), () => false)}
    const end = await world.shell.runUnder({env}, 'foreach', '--all-contexts', '--yes', '--', 'node', '-e', '')
    expect(end.stderr).toContain('HUBSPOKE_TARGETS is about workloads')
    expect(end.exitCode).toBe(2)
  })
})
