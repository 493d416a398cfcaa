import {readFile, writeFile} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport} from '../support/workload-documents.ts'

const two = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('web')},
] as const
const all = ['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'us/shop/Deployment/web']

async function run(fleet: Fleet, ...words: readonly string[]): Promise<RunReport> {
  const report = (await fleet.shell.run(...words, '-o', 'json')).document() as RunReport
  await fleet.clock.advance(60_000)
  return report
}

const restart = (fleet: Fleet, ...flags: readonly string[]) =>
  run(fleet, 'restart', image, '--all-contexts', '--yes', ...flags)
const undo = (fleet: Fleet, id: string, ...flags: readonly string[]) =>
  run(fleet, 'undo', '--run', id, '--yes', ...flags)
const ends = ({results}: RunReport) =>
  results.map(({context, kind, name, outcome}) => `${context}/shop/${kind}/${name} ${outcome}`).sort()
const resultOf = ({results}: RunReport, context: string, name = 'web') =>
  results.find((result) => result.context === context && result.name === name)

interface Annotated {
  readonly metadata: {readonly generation?: number; readonly annotations?: Record<string, string>}
  readonly spec?: {readonly template: unknown}
}

const templatesOf = (fleet: Fleet) => templatesIn(fleet, all)

const templatesIn = (fleet: Fleet, keys: readonly string[]) =>
  keys.map((key) => {
    const [cluster = '', namespace = '', kind = '', name = ''] = key.split('/')
    const {metadata, spec} = fleet.cluster(cluster).object(kind, namespace, name) as Annotated
    const ours = Object.entries(metadata.annotations ?? {}).filter(([one]) => one.startsWith('hubspoke.dev/'))
    return {key, template: spec?.template, ours: Object.fromEntries(ours)}
  })

const objectsOf = (fleet: Fleet, kind: string) =>
  fleet
    .cluster('eu')
    .objects(kind, 'shop')
    .map(({metadata}) => metadata.name)
    .filter((name) => name.startsWith('web-'))

/** What a process leaves that is killed before it wrote its first record of this type. */
async function cutBefore(ledger: string | null, type: string): Promise<void> {
  const text = await readFile(ledger ?? '', 'utf8')
  const start = text.indexOf(`{"type":"${type}"`)
  expect(start).toBeGreaterThan(0)
  await writeFile(ledger ?? '', text.slice(0, start))
}

async function recordsOf(report: RunReport) {
  const lines = (await readFile(report.run.ledger ?? '', 'utf8')).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as {readonly type: string; readonly [key: string]: unknown})
}

describe('undo --run', () => {
  test('restores what the run has changed, by one write each; a second undo writes nothing', async () => {
    await using fleet = await openFleet(two)
    const before = templatesOf(fleet)
    const done = await restart(fleet)
    expect(fleet.restarted()).toEqual(all)
    const written = fleet.writes().length
    const undone = await undo(fleet, done.run.id)
    expect(undone.run).toMatchObject({verb: 'undo', retryOf: null, arguments: {run: done.run.id, image}})
    expect(ends(undone)).toEqual(all.map((key) => `${key} succeeded`))
    expect(undone.verdict.code).toBe(0)
    expect(templatesOf(fleet)).toEqual(before)
    expect(objectsOf(fleet, 'ReplicaSet')).toHaveLength(2)
    expect(fleet.writes()).toHaveLength(written + 3)
    const again = await undo(fleet, done.run.id)
    expect(ends(again)).toEqual(all.map((key) => `${key} unchanged`))
    expect(again.results[0]?.reason).toBe(`it is as it was before the run ${done.run.id}`)
    expect(again.verdict.code).toBe(0)
    expect(fleet.writes()).toHaveLength(written + 3)
  })

  test('restores the annotation of an earlier restart, and the record of it on the workload', async () => {
    await using fleet = await openFleet(two)
    await restart(fleet, '--reason', 'a leak')
    const before = templatesOf(fleet)
    const second = await restart(fleet, '--reason', 'another leak')
    expect(templatesOf(fleet)).not.toEqual(before)
    expect((await undo(fleet, 'last')).verdict.code).toBe(0)
    expect(templatesOf(fleet)).toEqual(before)
    expect(second.run.id).not.toBe(before[0]?.ours['hubspoke.dev/run-id'])
  })

  test('records the undo as an Event, with the run that was undone', async () => {
    await using fleet = await openFleet([two[1]])
    const done = await restart(fleet)
    await undo(fleet, 'last', '--reason', 'it was too early')
    const events = fleet.cluster('us').objects('Event', 'shop') as unknown as {reason: string; note?: string}[]
    const [event] = events.filter(({reason}) => reason === 'Undone')
    expect(JSON.stringify(event)).toContain(`The change of the run ${done.run.id} was undone by`)
    expect(JSON.stringify(event)).toContain('it was too early')
  })

  test('leaves alone what another client has changed since: 1, and the others are restored', async () => {
    await using fleet = await openFleet(two)
    const done = await restart(fleet)
    const annotations = {'kubectl.kubernetes.io/restartedAt': '2026-11-24T20:05:00Z'}
    fleet.cluster('eu').patch('Deployment', 'shop', 'cart', {spec: {template: {metadata: {annotations}}}})
    const since = templatesOf(fleet)[0]
    const undone = await undo(fleet, done.run.id)
    expect(ends(undone)).toEqual([`${all[0]} skipped`, `${all[1]} succeeded`, `${all[2]} succeeded`])
    expect(resultOf(undone, 'eu', 'cart')).toMatchObject({
      reason: 'its pod template no longer has the restartedAt annotation of this run',
      failure: {class: 'rollout'},
    })
    expect(undone.verdict.code).toBe(1)
    expect(templatesOf(fleet)[0]).toEqual(since)
  })

  test('takes only targets that the run has written', async () => {
    const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.', times: 1} as const
    await using fleet = await openFleet([{...two[0], trouble: [refusing]}, two[1]])
    await restart(fleet)
    const undone = await undo(fleet, 'last')
    expect(ends(undone)).toEqual([`${all[0]} succeeded`, `${all[2]} succeeded`])
  })
})

describe('of a retry', () => {
  const stopped = async (fleet: Fleet, written: number, ...flags: readonly string[]) => {
    const words = ['set-image', image, ':2.0', '--all-contexts', '--yes', ...flags]
    const running = fleet.shell.run(...words)
    while (fleet.writes().length < written) await new Promise((resolve) => setImmediate(resolve))
    fleet.shell.signal('SIGINT')
    expect((await running).exitCode).toBe(130)
  }

  test.each([
    {because: 'has written the rest', written: 1, flags: ['--concurrency', '1']},
    {because: 'has only watched', written: 3, flags: []},
  ])('that $because: what it has found written is restored, too', async ({written, flags}) => {
    await using fleet = await openFleet(two)
    const before = templatesOf(fleet)
    await stopped(fleet, written, ...flags)
    const retried = await run(fleet, 'runs', 'retry', 'last', '--yes')
    expect(ends(retried)).toEqual(all.map((key) => `${key} succeeded`))
    const ended = await fleet.shell.run('undo', '--run', retried.run.id, '--yes', '-o', 'json')
    expect(ends(ended.document() as RunReport)).toEqual(all.map((key) => `${key} succeeded`))
    expect(ended.stderr).toMatch(
      /^The run \S+ retried the run \S+: the targets that only that run has written are not undone/m,
    )
    expect(templatesOf(fleet)).toEqual(before)
  })
})

describe('of set-image', () => {
  const setImage = (fleet: Fleet) => run(fleet, 'set-image', image, ':2.0', '--all-contexts', '--yes')

  test('restores the images before, which its plan names', async () => {
    await using fleet = await openFleet(two)
    const before = templatesOf(fleet)
    const done = await setImage(fleet)
    expect(done.verdict.code).toBe(0)
    expect(templatesOf(fleet)).not.toEqual(before)
    const {stderr} = await fleet.shell.run('undo', '--run', done.run.id, '--dry-run', 'client')
    expect(stderr).toContain(`  eu/shop/Deployment/web  back to web ${image}:1.0\n`)
    const undone = await undo(fleet, done.run.id)
    expect(ends(undone)).toEqual(all.map((key) => `${key} succeeded`))
    expect(templatesOf(fleet)).toEqual(before)
    expect(ends(await undo(fleet, done.run.id))).toEqual(all.map((key) => `${key} unchanged`))
  })

  test('that was killed between "writing" and "written": what arrived is restored', async () => {
    await using fleet = await openFleet([two[1]])
    const before = templatesIn(fleet, [all[2] ?? ''])
    const done = await setImage(fleet)
    await cutBefore(done.run.ledger, 'written')
    expect(ends(await undo(fleet, done.run.id))).toEqual([`${all[2]} succeeded`])
    expect(templatesIn(fleet, [all[2] ?? ''])).toEqual(before)
  })
})

test('a record of the state before that was changed: what is there afterwards is not the state before, and no success', async () => {
  await using fleet = await openFleet([two[1]])
  const done = await run(fleet, 'set-image', image, ':2.0', '--all-contexts', '--yes')
  const text = await readFile(done.run.ledger ?? '', 'utf8')
  await writeFile(done.run.ledger ?? '', text.replaceAll(`"image/web":"${image}:1.0"`, `"image/web":"${image}:0.1"`))
  const undone = await undo(fleet, done.run.id)
  expect(resultOf(undone, 'us')).toMatchObject({
    outcome: 'failed',
    reason: expect.stringContaining('its template was written, and is not the one before the run'),
    failure: {class: 'reverted'},
  })
  expect(undone.verdict.code).toBe(1)
})

describe('of scale', () => {
  const replicas = (fleet: Fleet) =>
    all.map((key) => {
      const [cluster = '', namespace = '', kind = '', name = ''] = key.split('/')
      const {spec} = fleet.cluster(cluster).object(kind, namespace, name) as {spec?: {replicas?: number}}
      return spec?.replicas
    })
  const scale = (fleet: Fleet) => run(fleet, 'scale', image, '--replicas', '3', '--all-contexts', '--yes')

  test('restores the replicas before, which its plan names; a second undo changes nothing', async () => {
    await using fleet = await openFleet(two)
    const done = await scale(fleet)
    expect(replicas(fleet)).toEqual([3, 3, 3])
    const written = fleet.writes()
    const {stderr} = await fleet.shell.run('undo', '--run', done.run.id, '--dry-run', 'client')
    expect(stderr).toContain('  eu/shop/Deployment/web  back to 1 replica\n')
    await undo(fleet, done.run.id, '--dry-run', 'server')
    expect(fleet.writes()).toEqual(written)
    const undone = await undo(fleet, done.run.id)
    expect(ends(undone)).toEqual(all.map((key) => `${key} succeeded`))
    expect(replicas(fleet)).toEqual([1, 1, 1])
    const again = fleet.writes()
    expect((await undo(fleet, done.run.id)).verdict.code).toBe(0)
    expect(fleet.writes()).toEqual(again)
  })

  test('leaves alone what was scaled again since', async () => {
    await using fleet = await openFleet(two)
    const done = await scale(fleet)
    fleet.cluster('us').patch('Deployment', 'shop', 'web', {spec: {replicas: 5}})
    await fleet.clock.advance(60_000)
    const undone = await undo(fleet, done.run.id)
    expect(resultOf(undone, 'us')).toMatchObject({outcome: 'skipped'})
    expect(replicas(fleet)).toEqual([1, 1, 5])
  })
})

describe('a dry run', () => {
  test('of the client shows what each target returns to', async () => {
    await using fleet = await openFleet(two)
    const first = await run(fleet, 'restart', image, '-c', 'us', '--yes')
    const done = await restart(fleet)
    const written = fleet.writes()
    const {stderr, exitCode} = await fleet.shell.run('undo', '--run', done.run.id, '--dry-run', 'client')
    expect(stderr).toContain(`Plan: undo the run ${done.run.id}: restore what it has changed\n`)
    expect(stderr).toContain('  eu/shop/Deployment/web  back to restartedAt not set\n')
    const {stamp} = ((await fleet.shell.run('runs', 'show', first.run.id, '-o', 'json')).document() as LedgerReport).run
    expect(stderr).toContain(`  us/shop/Deployment/web  back to restartedAt ${stamp}\n`)
    expect(exitCode).toBe(0)
    expect(fleet.writes()).toEqual(written)
  })

  test('of the server writes nothing and leaves no ledger', async () => {
    await using fleet = await openFleet(two)
    const done = await restart(fleet)
    const [written, stamps] = [fleet.writes(), fleet.stamps()]
    const tried = await undo(fleet, done.run.id, '--dry-run', 'server')
    expect(ends(tried)).toEqual(all.map((key) => `${key} succeeded`))
    expect(tried.run.ledger).toBeNull()
    expect([fleet.writes(), fleet.stamps()]).toEqual([written, stamps])
  })
})

describe('is refused with 2, and nothing is written', () => {
  test('where a context leads to another cluster', async () => {
    await using fleet = await openFleet(two)
    await restart(fleet)
    const written = fleet.writes()
    const path = fleet.shell.kubeconfigPath
    const kubeconfig = parse(await readFile(path, 'utf8')) as {contexts: {name: string; context: object}[]}
    const contexts = kubeconfig.contexts.map(({name, context}) => ({
      name,
      context: name === 'eu' ? {cluster: 'us', user: 'us'} : context,
    }))
    await writeFile(path, stringify({...kubeconfig, contexts}))
    const {stderr, exitCode} = await fleet.shell.run('undo', '--run', 'last', '--yes')
    expect(stderr).toContain('Context "eu" does not lead to the cluster of the run')
    expect(exitCode).toBe(2)
    expect(fleet.writes()).toEqual(written)
  })

  test('for a run that is not known, with the ids that may be meant', async () => {
    await using fleet = await openFleet(two)
    const done = await restart(fleet)
    const {stderr, exitCode} = await fleet.shell.run('undo', '--run', '1999', '--yes')
    expect(stderr).toContain('There is no run "1999".')
    expect(stderr).toContain(`hubspoke undo --run ${done.run.id}`)
    expect(exitCode).toBe(2)
  })

  test('for a run that has written nothing', async () => {
    const refusing = {type: 'answer', status: 422, verb: 'patch', message: 'No.'} as const
    await using fleet = await openFleet([{...two[1], trouble: [refusing]}])
    const done = await restart(fleet)
    const {stderr, exitCode} = await fleet.shell.run('undo', '--run', 'last', '--yes')
    expect(stderr).toContain(`The run ${done.run.id} cannot be undone: it has written nothing.`)
    expect(exitCode).toBe(2)
  })

  test('for the run of an undo', async () => {
    await using fleet = await openFleet(two)
    await restart(fleet)
    const undone = await undo(fleet, 'last')
    const {stderr, exitCode} = await fleet.shell.run('undo', '--run', 'last', '--yes')
    expect(stderr).toContain(`The run ${undone.run.id} cannot be undone: what "undo" has written cannot be undone.`)
    expect(exitCode).toBe(2)
  })
})

test('a workload that was recreated under its name is skipped', async () => {
  await using fleet = await openFleet([two[1]])
  await restart(fleet)
  fleet.cluster('us').remove('Deployment', 'shop', 'web')
  fleet.cluster('us').add({namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 1})
  const undone = await undo(fleet, 'last')
  expect(resultOf(undone, 'us')).toMatchObject({outcome: 'skipped', reason: 'it was deleted and created again'})
})

describe('after kill -9', () => {
  test('of the run between "writing" and "written": what arrived is restored, without its receipt', async () => {
    await using fleet = await openFleet(two)
    const before = templatesOf(fleet)
    const done = await restart(fleet, '--concurrency', '1')
    await cutBefore(done.run.ledger, 'written')
    const undone = await undo(fleet, done.run.id)
    expect(undone.results.map(({outcome}) => outcome)).toEqual(['succeeded'])
    const {context, name} = undone.results[0] ?? {}
    const key = `${context}/shop/Deployment/${name}`
    const now = templatesOf(fleet).find((one) => one.key === key)
    expect(now).toEqual(before.find((one) => one.key === key))
  })

  test('of the run before the write was sent: unchanged, and nothing is written', async () => {
    const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.', times: 1} as const
    await using fleet = await openFleet([{...two[1], trouble: [refusing]}])
    const done = await restart(fleet)
    await cutBefore(done.run.ledger, 'result')
    const written = fleet.writes()
    const undone = await undo(fleet, done.run.id)
    expect(resultOf(undone, 'us')).toMatchObject({outcome: 'unchanged'})
    expect(fleet.writes()).toEqual(written)
  })

  test('of the undo between "writing" and "written": its retry watches what arrived, and writes the rest once', async () => {
    await using fleet = await openFleet(two)
    const before = templatesOf(fleet)
    const done = await restart(fleet)
    const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'cart', message: 'No.', times: 1} as const
    fleet.cluster('eu').addTrouble(refusing)
    const undone = await undo(fleet, done.run.id, '--concurrency', '3')
    expect(ends(undone)).toEqual([`${all[0]} failed`, `${all[1]} succeeded`, `${all[2]} succeeded`])
    await cutBefore(undone.run.ledger, 'written')
    const written = fleet.writes().length
    const retried = await run(fleet, 'runs', 'retry', undone.run.id, '--yes')
    expect(ends(retried)).toEqual(all.map((key) => `${key} succeeded`))
    expect(retried.run).toMatchObject({verb: 'undo', retryOf: undone.run.id})
    expect(templatesOf(fleet)).toEqual(before)
    expect(fleet.writes()).toHaveLength(written + 1)
    const {results} = retried
    expect(results.filter(({reason}) => reason.endsWith('nothing was written now'))).toHaveLength(2)
  })
})

test('its ledger says before each write what is undone, and the receipt of the undo', async () => {
  await using fleet = await openFleet([two[1]])
  await restart(fleet)
  const records = await recordsOf(await undo(fleet, 'last'))
  const types = records.map(({type}) => type)
  expect(types.filter((type) => !['run', 'planned', 'ended'].includes(type))).toEqual(['writing', 'written', 'result'])
  expect(records.find(({type}) => type === 'writing')).toMatchObject({snapshot: {receipt: expect.any(String)}})
  expect(records.find(({type}) => type === 'written')).toMatchObject({receipt: {wrote: 'now'}})
})

test('the stuck pods of a StatefulSet are listed with the command to run', async () => {
  const db = {namespace: 'shop', name: 'web', kind: 'StatefulSet', image: `${image}:1.0`, replicas: 2} as const
  const stuck = {type: 'stuck-rollout', namespace: 'shop', name: 'web'} as const
  await using fleet = await openFleet([{name: 'eu', workloads: [db], trouble: [stuck]}])
  expect((await restart(fleet, '--fail-fast')).verdict.code).toBe(1)
  const undone = await undo(fleet, 'last')
  const result = resultOf(undone, 'eu')
  expect(result).toMatchObject({outcome: 'failed'})
  expect(result?.failure?.suggestions.at(0)).toMatch(/^kubectl --context eu -n shop delete pod web-1$/)
})

test('without a terminal and without --yes: 2, before any cluster is reached', async () => {
  await using fleet = await openFleet(two)
  await restart(fleet)
  const asked = fleet.cluster('eu').requests().length
  expect(await fleet.shell.run('undo', '--run', 'last')).toMatchObject({exitCode: 2})
  expect(fleet.cluster('eu').requests()).toHaveLength(asked)
})
