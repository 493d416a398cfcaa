import {readFile} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport} from '../support/workload-documents.ts'

const restart = ['restart', image, '--all-contexts', '--yes'] as const
const undoing = [...restart, '--undo-failed'] as const
const stuck = {type: 'stuck-rollout', namespace: 'shop', name: 'web'} as const
const workloads = runningWeb('cart', 'web')
const broken = [{name: 'eu', workloads, trouble: [stuck]}]
const back = {outcome: 'undone', reason: 'back to the revision before'}

async function run(fleet: Fleet, ...words: readonly string[]): Promise<RunReport> {
  const report = (await fleet.shell.run(...words, '-o', 'json')).document() as RunReport
  await fleet.clock.advance(60_000)
  return report
}

const undos = ({results}: RunReport) => results.map(({name, outcome, undo}) => `${name} ${outcome} ${undo?.outcome}`)
const undoOf = ({results}: RunReport) => results.find(({name}) => name === 'web')?.undo

function metadataOf(fleet: Fleet, kind = 'Deployment') {
  const {metadata, spec} = fleet.cluster('eu').object(kind, 'shop', 'web') as Annotated
  return {
    stamp: spec?.template.metadata.annotations?.['kubectl.kubernetes.io/restartedAt'],
    runId: metadata.annotations?.['hubspoke.dev/run-id'],
  }
}

interface Annotated {
  readonly metadata: {readonly name: string; readonly annotations?: Record<string, string>}
  readonly spec?: {readonly template: {readonly metadata: {readonly annotations?: Record<string, string>}}}
}

const objectsOf = (fleet: Fleet, kind: string) =>
  fleet
    .cluster('eu')
    .objects(kind, 'shop')
    .map(({metadata}) => metadata.name)
    .filter((name) => name.startsWith('web-'))

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

const untilRestarted = (fleet: Fleet) => until(() => fleet.restarted().includes('eu/shop/Deployment/web'))

const requestsFor = (fleet: Fleet, verb: string) =>
  fleet
    .cluster('eu')
    .requests()
    .filter(({method, path}) => method === verb && path.includes('/deployments/web')).length

describe('a target whose rollout fails', () => {
  test('returns to the previous revision, with its previous pods; the run has still failed: 1', async () => {
    await using fleet = await openFleet(broken)
    const pods = objectsOf(fleet, 'Pod')
    const report = await run(fleet, ...undoing)
    expect(undos(report)).toEqual(['cart succeeded undefined', 'web failed undone'])
    expect(report.results[1]).toMatchObject({failure: {class: 'rollout', suggestions: []}, undo: back})
    expect(report.verdict).toMatchObject({code: 1, sentence: '1 of 2 targets failed; 1 was undone.'})
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/cart'])
    expect(metadataOf(fleet)).toEqual({stamp: undefined, runId: undefined})
    expect(objectsOf(fleet, 'Pod')).toEqual(pods)
    expect(objectsOf(fleet, 'ReplicaSet')).toHaveLength(2)
  })

  test('gets back the annotation of the previous restart, and its run', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads}])
    const first = await run(fleet, ...restart)
    const before = metadataOf(fleet)
    expect(before.runId).toBe(first.run.id)
    fleet.cluster('eu').addTrouble(stuck)
    const second = await run(fleet, ...undoing)
    expect(undos(second)).toEqual(['cart succeeded undefined', 'web failed undone'])
    expect(metadataOf(fleet)).toEqual(before)
  })

  test('is not undone without the flag', async () => {
    await using fleet = await openFleet(broken)
    const report = await run(fleet, ...restart)
    expect(undoOf(report)).toBeNull()
    expect(report.verdict.sentence).toBe('1 of 2 targets failed.')
    expect(fleet.restarted()).toContain('eu/shop/Deployment/web')
  })

  test('is in the ledger: what it was before its write, and its undo before that is sent', async () => {
    await using fleet = await openFleet(broken)
    const {run: done} = await run(fleet, ...undoing)
    const lines = (await readFile(done.ledger ?? '', 'utf8')).trimEnd().split('\n')
    const records = lines.map((line) => JSON.parse(line)).filter(({target}) => String(target).includes('/web/'))
    expect(records.map(({type}) => type)).toEqual(['writing', 'written', 'result', 'undoing', 'undone', 'result'])
    expect(records[0].snapshot).toEqual({
      restartedAt: null,
      'hubspoke.dev/run-id': null,
      'hubspoke.dev/by': null,
      'hubspoke.dev/reason': null,
      template: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(records[2].result).toMatchObject({outcome: 'failed'})
    expect(records[2].result.undo).toBeUndefined()
    expect(records[5].result).toMatchObject({outcome: 'failed', undo: back})
  })

  test('and a write that was refused: there is nothing to undo', async () => {
    const refused = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.'} as const
    await using fleet = await openFleet([{name: 'eu', workloads, trouble: [refused]}])
    expect(undos(await run(fleet, ...undoing))).toEqual(['cart succeeded undefined', 'web failed undefined'])
  })
})

describe('people see', () => {
  test('that it will be undone, that it is, and how that ended', async () => {
    await using fleet = await openFleet(broken)
    const {stdout, stderr, exitCode} = await fleet.shell.run(...undoing)
    expect(stderr).toContain('If the rollout of a target fails, its previous state is restored (--undo-failed).')
    expect(stderr).toMatch(
      /eu\/shop\/Deployment\/web {2}FAILED after [^\n]*\n[^\n]*web {2}undoing: restoring its state before the run/,
    )
    expect(stderr).toContain('eu/shop/Deployment/web  undone: back to the revision before\n')
    expect(stdout).toMatch(
      /^FAILED {2}eu\/shop\/Deployment\/web {2}\(rollout, [^)]*\)\n[\s\S]*; undone: back to the\s+revision before\n/,
    )
    expect(stdout).toMatch(/\n {2}hubspoke runs retry \S+\n/)
    expect(stdout).toMatch(/Exit 1: 1 of 2 targets failed; 1 was undone\.\n$/)
    expect(exitCode).toBe(1)
  })

  test('it in the ledger of the run, and in JUnit', async () => {
    await using fleet = await openFleet(broken)
    const {stdout: junit} = await fleet.shell.run(...undoing, '-o', 'junit')
    expect(junit).toMatch(/<failure type="rollout" message="[^"]*; undone: back to the revision before"\/>/)
    const {stdout} = await fleet.shell.run('runs', 'show', 'last')
    expect(stdout).toMatch(/FAILED {2}eu\/shop\/Deployment\/web[\s\S]*; undone: back to the\s+revision before/)
    const shown = (await fleet.shell.run('runs', 'show', 'last', '-o', 'json')).document() as LedgerReport
    expect(shown.targets.map(({undo}) => undo)).toEqual([null, back])
    expect(shown.suggestions[0]).toMatch(/^hubspoke runs retry \S+$/)
  })

  test('--no-wait with it is wrong usage, told before a cluster is reached: 2', async () => {
    await using fleet = await openFleet(broken)
    const {stderr, exitCode} = await fleet.shell.run(...undoing, '--no-wait')
    expect(stderr).toContain('--undo-failed and --no-wait exclude each other')
    expect(exitCode).toBe(2)
    expect(fleet.cluster('eu').requests()).toEqual([])
  })

  test('a server dry run writes nothing and undoes nothing', async () => {
    await using fleet = await openFleet(broken, {env: {HUBSPOKE_UNDO_FAILED: 'true'}})
    const report = await run(fleet, ...restart, '--dry-run', 'server')
    expect(report.verdict.code).toBe(0)
    expect(fleet.writes()).toEqual([])
  })
})

describe('in the course of a run', () => {
  test('a canary that failed is undone although its failure has stopped the run: 5', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web', 'x', 'y'), trouble: [stuck]}])
    const {document, exitCode} = await fleet.shell.run(...undoing, '--waves', '1,100%', '-o', 'json')
    const report = document() as RunReport
    expect(undos(report)).toEqual(['web failed undone', 'x not-run undefined', 'y not-run undefined'])
    expect(report.verdict.sentence).toMatch(/: of 3 targets 1 failed and 2 were not run; 1 was undone\.$/)
    expect(fleet.restarted()).toEqual([])
    expect(exitCode).toBe(5)
  })

  test('a target that becomes unhealthy in the pause is undone, too', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web', 'x')}])
    const running = fleet.shell.run(...undoing, '--waves', '1,100%', '--pause', '5m', '-o', 'json')
    await until(() => requestsFor(fleet, 'GET') > 5)
    const fix = fleet.cluster('eu').addTrouble(stuck)
    for (const pod of objectsOf(fleet, 'Pod')) fleet.cluster('eu').remove('Pod', 'shop', pod)
    await until(() => requestsFor(fleet, 'PATCH') > 1)
    fix()
    const report = (await running).document() as RunReport
    expect(undos(report)).toEqual(['web failed undone', 'x not-run undefined'])
    expect(report.results[0]?.reason).toContain('in the pause after wave 1')
    expect(fleet.restarted()).toEqual([])
  })

  test('after a signal nothing is undone: an undo is a write like any other', async () => {
    await using fleet = await openFleet(broken)
    const running = fleet.shell.run(...undoing, '-o', 'json')
    await untilRestarted(fleet)
    fleet.shell.signal('SIGINT')
    const {document, exitCode} = await running
    expect((document() as RunReport).results[1]).toMatchObject({outcome: 'unverified', undo: null})
    expect(fleet.restarted()).toContain('eu/shop/Deployment/web')
    expect(exitCode).toBe(130)
  })

  test('a target that another client has changed since is not undone, and the output says so', async () => {
    await using fleet = await openFleet(broken)
    const running = run(fleet, ...undoing)
    await untilRestarted(fleet)
    const env = [{name: 'A', value: 'b'}]
    const containers = [{name: 'web', image: `${image}:1.0`, env}]
    fleet.cluster('eu').patch('Deployment', 'shop', 'web', {spec: {template: {spec: {containers}}}})
    const report = await running
    expect(undoOf(report)).toEqual({outcome: 'not-undone', reason: 'its pod template has been changed since'})
    expect(report.verdict.sentence).toBe('1 of 2 targets failed; 1 could not be undone.')
    expect(fleet.restarted()).toContain('eu/shop/Deployment/web')
  })

  test('a workload that was scaled in between is still undone', async () => {
    await using fleet = await openFleet(broken)
    const running = run(fleet, ...undoing)
    await untilRestarted(fleet)
    fleet.cluster('eu').patch('Deployment', 'shop', 'web', {spec: {replicas: 2}})
    const report = await running
    expect(report.results[1]?.outcome).toBe('failed')
    expect(metadataOf(fleet).stamp).toBeUndefined()
  })
})

describe('a StatefulSet', () => {
  const db = {...workloads[1]!, kind: 'StatefulSet', replicas: 2} as const

  test('that waits for its stuck pod is listed with the command that unblocks it', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [db]}])
    const fix = fleet.cluster('eu').addTrouble(stuck)
    const report = await run(fleet, ...undoing)
    expect(undoOf(report)).toEqual({
      outcome: 'not-undone',
      reason:
        'its template is as before, and its controller waits for pod web-1 of the failed revision until it is deleted',
    })
    expect(report.results[0]?.failure?.suggestions[0]).toBe('kubectl --context eu -n shop delete pod web-1')
    expect(metadataOf(fleet, 'StatefulSet').stamp).toBeUndefined()
    fix()
    fleet.cluster('eu').remove('Pod', 'shop', 'web-1')
    await fleet.clock.advance(60_000)
    const {status} = fleet.cluster('eu').object('StatefulSet', 'shop', 'web') as {status?: Record<string, unknown>}
    expect(status).toMatchObject({readyReplicas: 2, updatedReplicas: 2})
  })
})

describe('retried', () => {
  test('an undone target is restarted, once its cause is fixed', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads}])
    const fix = fleet.cluster('eu').addTrouble(stuck)
    const first = await run(fleet, ...undoing)
    fix()
    const {stderr} = await fleet.shell.run('runs', 'retry', 'last', '--dry-run', 'client')
    expect(stderr).toContain('1 of its 2 targets is retried: 1 failed and undone.')
    const second = await run(fleet, 'runs', 'retry', first.run.id, '--yes', '--undo-failed')
    expect(undos(second)).toEqual(['web succeeded undefined'])
    expect(fleet.stamps()).toHaveLength(1)
    expect(objectsOf(fleet, 'ReplicaSet')).toHaveLength(2)
  })

  test('a restored annotation from the future does not prevent a restart', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads}])
    const annotations = {'kubectl.kubernetes.io/restartedAt': '2027-01-01T00:00:00Z'}
    fleet.cluster('eu').patch('Deployment', 'shop', 'web', {spec: {template: {metadata: {annotations}}}})
    await fleet.clock.advance(60_000)
    const fix = fleet.cluster('eu').addTrouble(stuck)
    expect(undos(await run(fleet, ...undoing))[1]).toBe('web failed undone')
    expect(metadataOf(fleet).stamp).toBe('2027-01-01T00:00:00Z')
    fix()
    expect(undos(await run(fleet, 'runs', 'retry', 'last', '--yes'))).toEqual(['web succeeded undefined'])
  })

  test('a target that an earlier run has written and left broken returns to the state in its ledger', async () => {
    await using fleet = await openFleet(broken)
    const first = await run(fleet, ...restart)
    const second = await run(fleet, 'runs', 'retry', first.run.id, '--yes')
    expect(undos(second)).toEqual(['web failed undefined'])
    const third = await run(fleet, 'runs', 'retry', second.run.id, '--yes', '--undo-failed')
    expect(undos(third)).toEqual(['web failed undone'])
    expect(metadataOf(fleet)).toEqual({stamp: undefined, runId: undefined})
  })

  test('so does a target that an earlier invocation of the same run has written', async () => {
    await using fleet = await openFleet(broken)
    const id = '20261124-100000-00a1'
    await run(fleet, ...restart, '--run-id', id)
    const second = await run(fleet, ...undoing, '--run-id', id)
    expect(undos(second)[1]).toBe('web failed undone')
    expect(metadataOf(fleet).stamp).toBeUndefined()
  })
})
