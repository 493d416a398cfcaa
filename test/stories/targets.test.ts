import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import type {ErrorReport} from '../../src/model/error-report.ts'
import type {StatusReport} from '../../src/model/status-report.ts'
import type {Ended, Shell} from '../support/run-command.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {FindReport, LedgerReport, RunReport} from '../support/workload-documents.ts'

const two = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('cart', 'web')},
] as const
const everyTarget = ['cart', 'web'].flatMap((name) => ['eu', 'us'].map((c) => `${c}/shop/Deployment/${name}`)).sort()

const fileIn = ({home}: Shell, name = 'targets.json') => join(home, name)

/** Writes a file of targets; gives its path. */
async function save({shell}: Fleet, content: unknown, name?: string): Promise<string> {
  const path = fileIn(shell, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  return path
}

async function find({shell}: Fleet, ...flags: readonly string[]): Promise<FindReport> {
  return (await shell.run('find', image, '-o', 'json', ...flags)).document() as FindReport
}

const restart = ({shell}: Fleet, path: string, ...flags: readonly string[]) =>
  shell.run('restart', image, '--targets', path, '--yes', '-o', 'json', ...flags)
const report = ({document}: Ended) => document() as RunReport
const errorOf = ({stdout}: Ended) => (JSON.parse(stdout) as ErrorReport).error
const outcomes = ({results}: RunReport) =>
  results.map(({context, name, outcome}) => `${context}/${name} ${outcome}`).sort()

/** Without the line breaks of the table. */
const plain = (text: string) => text.replaceAll(/\s+/g, ' ')

/** What `jq '.workloads |= map(select(…))'` does. */
const filtered = (found: FindReport, keep: (one: FindReport['workloads'][number]) => boolean): FindReport => ({
  ...found,
  workloads: found.workloads.filter(keep),
})

interface Kubeconfig {
  contexts: {name: string; context: {cluster: string; user: string}}[]
}

async function editKubeconfig({shell}: Fleet, edit: (contexts: Kubeconfig['contexts']) => Kubeconfig['contexts']) {
  const kubeconfig = parse(await readFile(shell.kubeconfigPath, 'utf8')) as Kubeconfig
  await writeFile(shell.kubeconfigPath, stringify({...kubeconfig, contexts: edit(kubeconfig.contexts)}))
}

test('a document of status names targets, too: what is stuck is undone, and nothing else', async () => {
  const missing = {type: 'unpullable-image', image: `${image}:2.0`} as const
  await using fleet = await openFleet([{...two[0], trouble: [missing]}, two[1]])
  await fleet.shell.run('set-image', image, ':2.0', '--all-contexts', '--yes', '--timeout', '1m')
  const status = (await fleet.shell.run('status', image, '-o', 'json')).document() as StatusReport
  const only = {...status, workloads: status.workloads.filter((one) => one.status === 'stuck')}
  const path = await save(fleet, only)
  const undone = report(await fleet.shell.run('undo', image, '--targets', path, '--yes', '-o', 'json'))
  expect(undone.results.map(({context, name}) => `${context}/${name}`)).toEqual(['eu/cart', 'eu/web'])
})

describe('the targets of', () => {
  test('a file keep its order: in the plan, in the results, and its first one is the first wave', async () => {
    await using fleet = await openFleet(two)
    const found = await find(fleet)
    const path = await save(fleet, {...found, workloads: found.workloads.toReversed()})
    const order = found.workloads.toReversed().map(({context, name}) => `${context}/shop/Deployment/${name}`)
    const planned = await fleet.shell.run('restart', image, '--targets', path, '--dry-run', 'client')
    expect(planned.stderr.match(/(?<=^ {2})\w+\/shop\/Deployment\/\w+$/gm)).toEqual(order)
    const ended = report(await restart(fleet, path, '--waves', '1,100%'))
    const {results} = ended
    expect(results.map(({context, name}) => `${context}/shop/Deployment/${name}`)).toEqual(order)
    expect(results.map((result) => result.wave)).toEqual([1, ...order.slice(1).map(() => 2)])
  })

  test('a filtered document of find: only these are restarted, without -c, and no list is read', async () => {
    await using fleet = await openFleet(two)
    const found = filtered(await find(fleet), ({context, name}) => context === 'eu' || name === 'web')
    const before = fleet.sandbox.clusters.map((cluster) => cluster.requests().length)
    const ended = await restart(fleet, await save(fleet, found))
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'us/shop/Deployment/web'])
    expect(report(ended).clusters.map(({context, tier, status}) => [context, tier, status])).toEqual([
      ['eu', 'file', 'read'],
      ['us', 'file', 'read'],
    ])
    expect(ended.exitCode).toBe(0)
    const lists = fleet.sandbox.clusters.flatMap((cluster, index) =>
      cluster
        .requests()
        .slice(before[index])
        .filter(({path}) => /\/apps\/v1\/(deployments|statefulsets|daemonsets)(\?|$)/.test(path))
        .filter(({path}) => !/watch=|limit=1$/.test(path)),
    )
    expect(lists).toEqual([])
  })

  test('the same document as YAML', async () => {
    await using fleet = await openFleet(two)
    const {stdout} = await fleet.shell.run('find', image, '-c', 'us', '-o', 'yaml')
    const ended = await restart(fleet, await save(fleet, stdout, 'targets.yaml'))
    expect(fleet.restarted()).toEqual(['us/shop/Deployment/cart', 'us/shop/Deployment/web'])
    expect(ended.exitCode).toBe(0)
  })

  test('the document of a run, and of runs show: all of them, whatever their outcome was', async () => {
    const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.', times: 1} as const
    await using fleet = await openFleet([{...two[0], trouble: [refusing]}])
    const first = await fleet.shell.run('restart', image, '-c', 'eu', '--yes', '-o', 'json')
    expect(outcomes(report(first))).toEqual(['eu/cart succeeded', 'eu/web failed'])
    const again = await restart(fleet, await save(fleet, first.stdout))
    expect(outcomes(report(again))).toEqual(['eu/cart succeeded', 'eu/web succeeded'])
    const shown = await fleet.shell.run('runs', 'show', report(first).run.id, '-o', 'json')
    const third = await restart(fleet, await save(fleet, shown.stdout))
    expect(outcomes(report(third))).toEqual(['eu/cart succeeded', 'eu/web succeeded'])
  })

  test('lines of -o name: restarted, and the plan says that UIDs could not be checked', async () => {
    await using fleet = await openFleet(two)
    const {stdout} = await fleet.shell.run('find', image, '-o', 'name')
    const lines = `# reviewed by ada\r\n\r\n${stdout
      .split('\n')
      .filter((line) => !line.endsWith('cart/us'))
      .join('\r\n')}`
    const ended = await restart(fleet, await save(fleet, lines, 'targets.txt'))
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'us/shop/Deployment/web'])
    expect(plain(ended.stderr)).toContain('3 targets of "')
    expect(plain(ended.stderr)).toContain('have names only, no UIDs')
    expect(ended.exitCode).toBe(0)
  })

  test('a run are in its ledger, and runs retry acts on what is left of them', async () => {
    const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.', times: 1} as const
    await using fleet = await openFleet([{...two[0], trouble: [refusing]}, two[1]])
    const path = await save(
      fleet,
      filtered(await find(fleet), ({context}) => context === 'eu'),
    )
    const first = await restart(fleet, path)
    expect(first.exitCode).toBe(1)
    const shown = (await fleet.shell.run('runs', 'show', 'last', '-o', 'json')).document() as LedgerReport
    expect(shown.targets.map(({name, outcome}) => [name, outcome])).toEqual([
      ['cart', 'succeeded'],
      ['web', 'failed'],
    ])
    expect(shown.suggestions.join('\n')).toContain(`--targets ${path}`)
    const retried = await fleet.shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
    expect(outcomes(report(retried))).toEqual(['eu/web succeeded'])
    expect(fleet.restarted()).toEqual(everyTarget.filter((one) => one.startsWith('eu/')))
    expect(fleet.stamps()).toHaveLength(1)
  })
})

describe('of the targets in a file', () => {
  test('-c keeps those of these contexts, and the others are reported as excluded', async () => {
    await using fleet = await openFleet(two)
    const path = await save(fleet, await find(fleet))
    const ended = await restart(fleet, path, '-c', 'us')
    expect(fleet.restarted()).toEqual(['us/shop/Deployment/cart', 'us/shop/Deployment/web'])
    expect(
      report(ended)
        .excluded.map(({context, name}) => `${context}/${name}`)
        .sort(),
    ).toEqual(['eu/cart', 'eu/web'])
    expect(report(ended).verdict.sentence).toContain('2 workloads in contexts that -c or -g does not select')
    expect(ended.exitCode).toBe(0)
    expect(
      fleet
        .cluster('eu')
        .requests()
        .filter(({method}) => method !== 'GET'),
    ).toEqual([])
  })

  test("-c '!PATTERN' alone leaves out its contexts", async () => {
    await using fleet = await openFleet(two)
    await restart(fleet, await save(fleet, await find(fleet)), '-c', '!us')
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/cart', 'eu/shop/Deployment/web'])
  })

  test('-n and --kind keep a part, and a pattern without a target is refused', async () => {
    const workloads = [
      ...runningWeb('web'),
      {namespace: 'pay', name: 'web', image: `${image}:1.0`},
      {namespace: 'pay', name: 'store', kind: 'StatefulSet', image: `${image}:1.0`},
    ] as const
    await using fleet = await openFleet([{name: 'eu', workloads}])
    const path = await save(fleet, await find(fleet))
    const none = await restart(fleet, path, '-n', 'stop')
    expect(errorOf(none).message).toContain('is in a namespace that matches "stop"')
    expect(none.exitCode).toBe(2)
    expect(fleet.writes()).toEqual([])
    const ended = await restart(fleet, path, '-n', 'pa*', '--kind', 'deploy')
    expect(fleet.restarted()).toEqual(['eu/pay/Deployment/web'])
    expect(
      report(ended)
        .excluded.map(({reason}) => reason)
        .sort(),
    ).toEqual(['in namespaces that -n does not select', 'of kinds that --kind does not select'])
  })

  test('those in kube-system are excluded, unless -n names it', async () => {
    const workloads = [...runningWeb('web'), {namespace: 'kube-system', name: 'proxy', image: `${image}:1.0`}]
    await using fleet = await openFleet([{name: 'eu', workloads}])
    const path = await save(fleet, await find(fleet))
    const ended = await restart(fleet, path)
    expect(report(ended).excluded).toMatchObject([{name: 'proxy', reason: 'in kube-system'}])
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/web'])
    await restart(fleet, path, '-n', 'kube-system')
    expect(fleet.restarted()).toEqual(['eu/kube-system/Deployment/proxy', 'eu/shop/Deployment/web'])
  })

  test('-l and --fresh are refused: they describe a search', async () => {
    await using fleet = await openFleet(two)
    const path = await save(fleet, await find(fleet))
    const labels = await restart(fleet, path, '-l', 'app=web')
    expect(errorOf(labels).message).toContain('-l cannot be used with --targets')
    const fresh = await restart(fleet, path, '--fresh', 'cache')
    expect(errorOf(fresh).message).toContain('--fresh cannot be used with --targets')
    expect([labels.exitCode, fresh.exitCode]).toEqual([2, 2])
    expect(fleet.writes()).toEqual([])
  })

  test('what is gone, was recreated, or runs another image is not written, and each has its result', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('cart', 'gone', 'moved', 'new')}])
    const path = await save(fleet, await find(fleet))
    const eu = fleet.cluster('eu')
    for (const name of ['gone', 'moved', 'new']) eu.remove('Deployment', 'shop', name)
    eu.add({namespace: 'shop', name: 'new', image: `${image}:1.0`})
    const found = await find(fleet)
    eu.add({namespace: 'shop', name: 'moved', image: 'nginx'})
    const before = JSON.parse(await readFile(path, 'utf8')) as FindReport
    const uid = eu.object('Deployment', 'shop', 'moved')?.metadata.uid ?? ''
    const workloads = before.workloads.map((one) => (one.name === 'moved' ? {...one, uid} : one))
    const ended = await restart(fleet, await save(fleet, {...found, workloads}))
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/cart'])
    const results = report(ended).results.map(({name, outcome, reason, failure}) => [
      name,
      outcome,
      failure?.class ?? reason,
    ])
    expect(results.sort()).toEqual([
      ['cart', 'succeeded', '1 new pod available'],
      ['gone', 'skipped', 'it no longer exists'],
      ['moved', 'skipped', 'it no longer runs the image'],
      ['new', 'skipped', 'recreated'],
    ])
    expect(plain(ended.stderr)).toContain(
      'will not be written (it no longer runs the image): eu/shop/Deployment/moved.',
    )
    expect(plain(ended.stderr)).toContain('Total 1 target in 1 cluster.')
    expect(ended.exitCode).toBe(1)
  })

  test('none of them runs the image: 3, without a question; 0 with --allow-empty', async () => {
    await using fleet = await openFleet([two[0]], {answers: []})
    const path = await save(fleet, await find(fleet))
    fleet.cluster('eu').remove('Deployment', 'shop', 'cart')
    const other = `${image.slice(0, -1)}p`
    for (const query of [other, image]) {
      if (query === image) fleet.cluster('eu').remove('Deployment', 'shop', 'web')
      const ended = await fleet.shell.run('restart', query, '--targets', path)
      expect(plain(ended.stdout)).toContain(`are gone or do not run "${query}".`)
      expect(ended.exitCode).toBe(3)
      const allowed = await fleet.shell.run('restart', query, '--targets', path, '--allow-empty')
      expect(plain(allowed.stdout)).toContain('--allow-empty counts that as success.')
      expect(allowed.exitCode).toBe(0)
    }
    expect(fleet.writes()).toEqual([])
  })

  test('the same run again, after its image was replaced: 0', async () => {
    await using fleet = await openFleet([two[0]])
    const path = await save(fleet, await find(fleet))
    const run = () =>
      fleet.shell.run('set-image', `${image}:1.0`, ':1.1', '--targets', path, '-y', '--run-id', '20261124-200000-abcd')
    expect(await run()).toMatchObject({exitCode: 0})
    const again = await run()
    expect(plain(again.stdout)).toContain('An earlier invocation of this run has written to its targets.')
    expect(again.exitCode).toBe(0)
  })

  test('an empty list of targets: 3, also with --allow-empty, as no cluster was asked', async () => {
    await using fleet = await openFleet(two)
    const path = await save(
      fleet,
      filtered(await find(fleet), () => false),
    )
    for (const flags of [[], ['--allow-empty']]) {
      const ended = await restart(fleet, path, ...flags)
      expect(report(ended).verdict.sentence).toMatch(/^There are no targets in ".*targets\.json"\.$/)
      expect(ended.exitCode).toBe(3)
    }
    expect(fleet.writes()).toEqual([])
  })

  test('a target that may not be read, and a cluster that cannot be reached: the others are restarted, exit 4', async () => {
    const denied = {type: 'answer', status: 403, verb: 'get', name: 'web', message: 'No.'} as const
    await using fleet = await openFleet([{...two[0], trouble: [denied]}, two[1]])
    const path = await save(fleet, await find(fleet))
    await editKubeconfig(fleet, (contexts) =>
      contexts.map(({name, context}) => ({name, context: name === 'us' ? {cluster: 'us', user: 'eu'} : context})),
    )
    const ended = await restart(fleet, path)
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/cart'])
    expect(outcomes(report(ended))).toEqual([
      'eu/cart succeeded',
      'eu/web not-run',
      'us/cart not-run',
      'us/web not-run',
    ])
    expect(ended.exitCode).toBe(4)
  })
})
