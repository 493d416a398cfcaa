import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import type {ErrorReport} from '../../src/model/error-report.ts'
import type {Ended} from '../support/run-command.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const two = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('cart', 'web')},
] as const
const inEu = ['eu/shop/Deployment/cart', 'eu/shop/Deployment/web']

type Entry = {name: string; context: {cluster: string; user: string}}

async function editKubeconfig({shell}: Fleet, edit: (contexts: Entry[]) => Entry[]) {
  const kubeconfig = parse(await readFile(shell.kubeconfigPath, 'utf8')) as {contexts: Entry[]}
  await writeFile(shell.kubeconfigPath, stringify({...kubeconfig, contexts: edit(kubeconfig.contexts)}))
}

const toUs = {cluster: 'us', user: 'us'}

/** What `find … > FILE` leaves. */
async function found({shell}: Fleet, format: string, ...flags: readonly string[]): Promise<string> {
  const path = join(shell.home, `targets.${format}`)
  await writeFile(path, (await shell.run('find', image, '-o', format, ...flags)).stdout)
  return path
}

const restart = ({shell}: Fleet, path: string, ...flags: readonly string[]) =>
  shell.run('restart', image, '--targets', path, '--yes', '-o', 'json', ...flags)
const errorOf = ({stdout}: Ended) => (JSON.parse(stdout) as ErrorReport).error
const plain = (text: string) => text.replaceAll(/\s+/g, ' ')
const results = ({document}: Ended) =>
  (document() as RunReport).results.map(({context, name, outcome}) => `${context}/${name} ${outcome}`).sort()

test('a context that leads to another cluster: 2, both UIDs named, nothing written in any cluster', async () => {
  await using fleet = await openFleet(two)
  const path = await found(fleet, 'json')
  await editKubeconfig(fleet, (all) => all.map((one) => (one.name === 'eu' ? {...one, context: toUs} : one)))
  const ended = await restart(fleet, path)
  expect(errorOf(ended).message).toContain('Context "eu" does not lead to the cluster of')
  for (const name of ['eu', 'us']) expect(errorOf(ended).message).toContain(`"${fleet.cluster(name).uid}"`)
  expect(ended.exitCode).toBe(2)
  expect(fleet.writes()).toEqual([])
})

test('the same with lines of -o name is written, and the plan says that it could not be checked', async () => {
  await using fleet = await openFleet(two)
  const path = await found(fleet, 'name', '-c', 'eu')
  await editKubeconfig(fleet, (all) => all.map((one) => (one.name === 'eu' ? {...one, context: toUs} : one)))
  const ended = await restart(fleet, path)
  expect(plain(ended.stderr)).toContain(
    'have names only, no UIDs: whether a context still leads to the same cluster, and a name to the same workload, cannot be checked.',
  )
  expect(fleet.restarted()).toEqual(['us/shop/Deployment/cart', 'us/shop/Deployment/web'])
})

test('a context that was renamed: another one that leads to the same cluster is used, and a notice says so', async () => {
  await using fleet = await openFleet(two)
  const path = await found(fleet, 'json')
  await editKubeconfig(fleet, (all) => all.map((one) => (one.name === 'eu' ? {...one, name: 'europe'} : one)))
  const ended = await restart(fleet, path)
  expect(plain(ended.stderr)).toContain(
    '"eu" is not in the kubeconfig; "europe" leads to the same cluster and is used.',
  )
  expect(results(ended)).toEqual([
    'europe/cart succeeded',
    'europe/web succeeded',
    'us/cart succeeded',
    'us/web succeeded',
  ])
})

test('a context that is not in the kubeconfig, and no other leads there: 2; with -c its targets are excluded', async () => {
  await using fleet = await openFleet(two)
  const path = await found(fleet, 'json')
  await editKubeconfig(fleet, (all) => all.filter(({name}) => name === 'eu'))
  const refused = await restart(fleet, path)
  expect(errorOf(refused).message).toContain('"us" is a context of')
  expect(errorOf(refused).message).toContain('No other context leads to its cluster.')
  expect(errorOf(refused).suggestions[0]).toContain('-c PATTERN')
  expect(refused.exitCode).toBe(2)
  expect(fleet.writes()).toEqual([])
  const ended = await restart(fleet, path, '-c', 'eu')
  expect(fleet.restarted()).toEqual(inEu)
  expect((ended.document() as RunReport).excluded).toHaveLength(2)
  expect(ended.exitCode).toBe(0)
})

test('of -o name, a context that is not in the kubeconfig is refused without asking another one', async () => {
  await using fleet = await openFleet(two)
  const path = await found(fleet, 'name')
  await editKubeconfig(fleet, (all) => all.map((one) => (one.name === 'eu' ? {...one, name: 'europe'} : one)))
  const ended = await restart(fleet, path)
  expect(errorOf(ended).message).toContain('Lines of "-o name" have no cluster UID')
  expect(ended.exitCode).toBe(2)
  expect(fleet.writes()).toEqual([])
})

test.each([
  ['json', ['us/cart succeeded', 'us/web succeeded']],
  ['name', []],
])('a cluster that could not be reached, with -o %s: exit 4, and runs retry acts on %j', async (format, retried) => {
  await using fleet = await openFleet(two)
  const path = await found(fleet, format)
  const before = await readFile(fleet.shell.kubeconfigPath, 'utf8')
  await editKubeconfig(fleet, (all) =>
    all.map((one) => (one.name === 'us' ? {...one, context: {...toUs, user: 'eu'}} : one)),
  )
  const ended = await restart(fleet, path)
  const {results: ofRun, excluded} = ended.document() as RunReport
  expect([...ofRun, ...excluded]).toHaveLength(4)
  expect(fleet.restarted()).toEqual(inEu)
  expect(ended.exitCode).toBe(4)
  await writeFile(fleet.shell.kubeconfigPath, before)
  const retry = await fleet.shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
  expect(results(retry)).toEqual(retried)
  expect(retry.exitCode).toBe(0)
})

test('lines that name one workload through two contexts of its cluster: it is restarted once', async () => {
  await using fleet = await openFleet(two)
  await editKubeconfig(fleet, (all) => [...all, {name: 'alias', context: {cluster: 'eu', user: 'eu'}}])
  const path = join(fleet.shell.home, 'targets.txt')
  await writeFile(path, 'shop/Deployment/web/eu\nshop/Deployment/web/alias\n')
  const ended = await restart(fleet, path)
  expect(results(ended)).toEqual(['eu/web succeeded'])
  expect(fleet.writes().filter((one) => one.includes('PATCH'))).toHaveLength(1)
})

test('-c with another context of the same cluster selects none of the targets: contexts are compared by name', async () => {
  await using fleet = await openFleet(two)
  const path = await found(fleet, 'json', '-c', 'eu')
  await editKubeconfig(fleet, (all) => [...all, {name: 'alias', context: {cluster: 'eu', user: 'eu'}}])
  const ended = await restart(fleet, path, '-c', 'alias')
  expect((ended.document() as RunReport).excluded).toHaveLength(2)
  expect((ended.document() as RunReport).verdict.sentence).toMatch(/^No target of ".*" matches: 2 are excluded\./)
  expect(fleet.writes()).toEqual([])
  expect(ended.exitCode).toBe(3)
})

test('a protected context of the file has to be confirmed by name', async () => {
  await using fleet = await openFleet(two, {config: 'protectedContexts: [us]\n'})
  const path = await found(fleet, 'json')
  const refused = await restart(fleet, path)
  expect(refused.exitCode).toBe(2)
  expect(fleet.writes()).toEqual([])
  const ended = await restart(fleet, path, '--confirm', 'us', '--reason', 'INC-42')
  expect(ended.exitCode).toBe(0)
})

test('--run-id belongs to one targets file', async () => {
  await using fleet = await openFleet(two)
  const path = await found(fleet, 'json', '-c', 'eu')
  const id = ['--run-id', '20261124-200000-abcd']
  expect((await restart(fleet, path, ...id)).exitCode).toBe(0)
  const again = await restart(fleet, path, ...id)
  expect(results(again)).toEqual(['eu/cart succeeded', 'eu/web succeeded'])
  expect(fleet.writes().filter((one) => one.includes('PATCH'))).toHaveLength(2)
  const other = await restart(fleet, await found(fleet, 'name'), ...id)
  expect(errorOf(other).message).toContain('targets "')
  expect(other.exitCode).toBe(2)
})

test('--run-id belongs to one content of its targets file: 2, what it has begun is named, nothing more is written', async () => {
  await using fleet = await openFleet(two)
  const path = await found(fleet, 'name', '-c', 'eu')
  const id = ['--run-id', '20261124-200000-abcd']
  expect((await restart(fleet, path, ...id)).exitCode).toBe(0)
  const before = fleet.writes()
  await writeFile(path, 'shop/Deployment/cart/us\nshop/Deployment/web/us\n')
  const other = await restart(fleet, path, ...id)
  expect(other.exitCode).toBe(2)
  expect(errorOf(other).message).toContain('it has planned eu/shop/Deployment/cart and 1 other target, which ')
  expect(fleet.writes()).toEqual(before)
  const more = ['cart/us', 'web/us', 'cart/eu', 'web/eu'].map((one) => `shop/Deployment/${one}`)
  await writeFile(path, `${more.join('\n')}\n`)
  expect(results(await restart(fleet, path, ...id))).toHaveLength(4)
  expect(fleet.writes().filter((one) => one.includes('PATCH'))).toHaveLength(4)
})
