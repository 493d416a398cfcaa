import {readFile, writeFile} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import type {ClusterSpec, WorkloadSpec} from '../../src/sandbox/spec.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const scale = ['scale', image, '--all-contexts', '--yes'] as const
const web: WorkloadSpec = {namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 3}
const queue: WorkloadSpec = {...web, name: 'queue', kind: 'StatefulSet', replicas: 2}
const agent: WorkloadSpec = {namespace: 'shop', name: 'agent', image: `${image}:1.0`, kind: 'DaemonSet'}
const eu: ClusterSpec = {name: 'eu', workloads: [web, queue]}

/** By name of the workload. */
function replicasOf(fleet: Fleet, cluster = 'eu'): Record<string, number | undefined> {
  const objects = ['Deployment', 'StatefulSet'].flatMap((kind) => fleet.cluster(cluster).objects(kind, 'shop'))
  return Object.fromEntries(objects.map((object) => [object.metadata.name, (object.spec as Sized).replicas ?? 0]))
}

interface Sized {
  readonly replicas?: number
}

/** What another client does: `kubectl scale`. */
function scaledByAnother(fleet: Fleet, name: string, replicas: number): void {
  fleet.cluster('eu').patch('Deployment', 'shop', name, {spec: {replicas}})
}

function addAutoscaler(fleet: Fleet, name: string, kind = 'Deployment'): void {
  fleet.cluster('eu').create({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {namespace: 'shop', name: `${name}-hpa`},
    spec: {scaleTargetRef: {apiVersion: 'apps/v1', kind, name}, minReplicas: 2, maxReplicas: 9},
  })
}

async function reportOf(fleet: Fleet, ...words: readonly string[]): Promise<RunReport> {
  const report = (await fleet.shell.run(...words, '-o', 'json')).document() as RunReport
  await fleet.clock.advance(60_000)
  return report
}

const named = ({results}: RunReport, name: string) => results.find((result) => result.name === name)

const scales = (fleet: Fleet) => fleet.writes().filter((write) => write.includes('/scale'))

describe('sets the replicas through the scale subresource, and waits for the pods', () => {
  test.each([
    {replicas: '5', are: {web: 5, queue: 5}, says: 'scaled from 3 to 5: 5 pods available'},
    {replicas: '1', are: {web: 1, queue: 1}, says: 'scaled from 3 to 1: 1 pod left'},
    {replicas: '+2', are: {web: 5, queue: 4}, says: 'scaled from 3 to 5: 5 pods available'},
    {replicas: '-1', are: {web: 2, queue: 1}, says: 'scaled from 3 to 2: 2 pods left'},
    {replicas: 'x1.5', are: {web: 5, queue: 3}, says: 'scaled from 3 to 5: 5 pods available'},
    {replicas: 'x0.1', are: {web: 1, queue: 1}, says: 'scaled from 3 to 1: 1 pod left'},
  ])('--replicas $replicas', async ({replicas, are, says}) => {
    await using fleet = await openFleet([eu])
    const report = await reportOf(fleet, ...scale, '--replicas', replicas)
    expect(replicasOf(fleet)).toEqual(are)
    expect(fleet.writes().toSorted()).toEqual([
      'eu PUT /apis/apps/v1/namespaces/shop/deployments/web/scale',
      'eu PUT /apis/apps/v1/namespaces/shop/statefulsets/queue/scale',
    ])
    expect(named(report, 'web')).toMatchObject({outcome: 'succeeded', reason: says})
    expect(report.verdict.code).toBe(0)
    expect(fleet.cluster('eu').objects('Pod', 'shop')).toHaveLength(are.web + are.queue)
    expect(fleet.restarted()).toEqual([])
  })

  test('a second run finds the number and writes nothing', async () => {
    await using fleet = await openFleet([eu])
    await reportOf(fleet, ...scale, '--replicas', '4')
    const before = fleet.writes()
    const report = await reportOf(fleet, ...scale, '--replicas', '4')
    expect(named(report, 'web')).toMatchObject({outcome: 'unchanged', reason: 'it has 4 replicas already'})
    expect(fleet.writes()).toEqual(before)
    expect(report.verdict.code).toBe(0)
  })

  test('an Event on the workload records it', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [web]}])
    await reportOf(fleet, ...scale, '--replicas', '5', '--reason', 'a sale')
    const events = fleet.cluster('eu').objects('Event', 'shop') as unknown as {
      reason: string
      message?: string
      note?: string
    }[]
    expect(events.filter(({reason}) => reason === 'Scaled').map(({message, note}) => message ?? note)).toEqual([
      expect.stringMatching(/^Scaled from 3 to 5 by .*: a sale$/),
    ])
  })

  test('--no-wait ends when it is accepted', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [web]}])
    const report = await reportOf(fleet, ...scale, '--replicas', '5', '--no-wait')
    expect(named(report, 'web')).toMatchObject({
      outcome: 'succeeded',
      reason: 'scaled from 3 to 5: accepted, not waited for',
    })
  })

  test('the plan says of each workload from which number to which, and which has no pods now', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [web, {...web, name: 'off', replicas: 0}, agent]}])
    const {stderr} = await fleet.shell.run(...scale, '--replicas', '3', '--dry-run', 'client')
    expect(stderr).toMatch(/^ {2}eu\/shop\/Deployment\/off +0 → 3 \(it has no pods now\)$/m)
    expect(stderr).toMatch(/^ {2}eu\/shop\/Deployment\/web$/m)
    expect(stderr).toMatch(/^ {2}eu\/shop\/DaemonSet\/agent\b(?!.*→)/m)
  })

  test.each(['client', 'server'])('--dry-run %s changes nothing', async (how) => {
    await using fleet = await openFleet([{name: 'eu', workloads: [web]}])
    const {stderr, exitCode} = await fleet.shell.run(...scale, '--replicas', '+2', '--dry-run', how)
    expect(stderr).toContain('Replicas: 3 → 5 (1 target).')
    expect(replicasOf(fleet)).toEqual({web: 3})
    const sent = fleet
      .cluster('eu')
      .requests()
      .filter(({method}) => method === 'PUT')
    expect(sent.map(({path}) => path.split('?')[1])).toEqual(
      how === 'client' ? [] : ['fieldManager=hubspoke&dryRun=All'],
    )
    expect(exitCode).toBe(0)
  })

  test('in waves', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('a', 'b', 'c')}])
    const report = await reportOf(fleet, ...scale, '--replicas', '2', '--waves', '1,100%')
    expect(report.verdict.code).toBe(0)
    expect(replicasOf(fleet)).toEqual({a: 2, b: 2, c: 2, other: 1})
  })
})

describe('wrong usage is told before anything is written: 2', () => {
  test.each([
    {replicas: '1.5', says: 'Invalid number of replicas "1.5"'},
    {replicas: 'abc', says: 'Invalid number of replicas "abc"'},
    {replicas: 'x-1', says: 'Invalid number of replicas "x-1"'},
    {replicas: '+0', says: 'changes nothing'},
    {replicas: 'x1.0', says: 'changes nothing'},
    {replicas: 'x0', says: 'needs the number itself'},
    {replicas: '100001', says: 'is out of range: at most 100000 replicas.'},
  ])('--replicas $replicas', async ({replicas, says}) => {
    await using fleet = await openFleet([eu])
    const {stderr, exitCode} = await fleet.shell.run(...scale, '--replicas', replicas)
    expect(stderr).toContain(says)
    expect(exitCode).toBe(2)
    expect(fleet.cluster('eu').requests()).toEqual([])
  })

  test.each([
    {replicas: '-4', says: 'eu/shop/Deployment/web: it has 3 replicas, and -4 would be fewer than none'},
    {
      replicas: '-2',
      says: 'eu/shop/StatefulSet/queue: it has 2 replicas, and -2 would end every pod, which needs --replicas 0',
    },
    {replicas: '+99999', says: 'would be more than 100000'},
  ])('--replicas $replicas, known from discovery', async ({replicas, says}) => {
    await using fleet = await openFleet([eu])
    const {stderr, exitCode} = await fleet.shell.run(...scale, '--replicas', replicas)
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(says)
    expect(exitCode).toBe(2)
    expect(fleet.writes()).toEqual([])
  })

  test('--run-id with a relative value and without its ledger', async () => {
    await using fleet = await openFleet([eu])
    const {stderr, exitCode} = await fleet.shell.run(...scale, '--replicas', '+1', '--run-id', '20261124-030412-9f3a')
    expect(stderr).toContain('--run-id needs a number')
    expect(exitCode).toBe(2)
    expect(fleet.writes()).toEqual([])
  })
})

describe('scaling to 0', () => {
  const zero = ['scale', image, '--all-contexts', '--replicas', '0'] as const

  test('needs --confirm-zero beside --yes: 2, and no server is asked anything', async () => {
    await using fleet = await openFleet([eu])
    const {stderr, exitCode} = await fleet.shell.run(...zero, '--yes')
    expect(stderr).toContain('Scaling to 0 ends every pod of these workloads.')
    expect(stderr).toContain('--confirm-zero')
    expect(exitCode).toBe(2)
    expect(fleet.cluster('eu').requests()).toEqual([])
  })

  test('with both: every pod ends', async () => {
    await using fleet = await openFleet([eu])
    const report = await reportOf(fleet, ...zero, '--yes', '--confirm-zero')
    expect(named(report, 'web')).toMatchObject({outcome: 'succeeded', reason: 'scaled from 3 to 0: no pods are left'})
    expect(fleet.cluster('eu').objects('Pod', 'shop')).toEqual([])
    expect(report.verdict.code).toBe(0)
  })

  test.each([
    {answers: ['scale to 0', 'y'], extra: [], code: 0, are: {web: 0, queue: 0}},
    {answers: ['scale to 0', 'n'], extra: [], code: 7, are: {web: 3, queue: 2}},
    {answers: ['y', 'y'], extra: [], code: 7, are: {web: 3, queue: 2}},
    {answers: ['scale to 0'], extra: ['--yes'], code: 0, are: {web: 0, queue: 0}},
    {answers: ['y'], extra: ['--confirm-zero'], code: 0, are: {web: 0, queue: 0}},
  ])('at a terminal, $answers and $extra: $code', async ({answers, extra, code, are}) => {
    await using fleet = await openFleet([eu], {answers})
    const {exitCode} = await fleet.shell.run(...zero, ...extra)
    expect(replicasOf(fleet)).toEqual(are)
    expect(exitCode).toBe(code)
  })
})

describe('is left alone', () => {
  test('what has no replicas: a DaemonSet, 1', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [web, agent]}])
    const report = await reportOf(fleet, ...scale, '--replicas', '4')
    expect(named(report, 'agent')).toMatchObject({
      outcome: 'skipped',
      failure: {class: 'not-scalable', message: 'a DaemonSet runs one pod on each of its nodes and has no replicas'},
    })
    expect(scales(fleet)).toHaveLength(1)
    expect(report.verdict.code).toBe(1)
  })

  test('what an autoscaler scales; the plan says so before it is agreed to', async () => {
    await using fleet = await openFleet([eu])
    addAutoscaler(fleet, 'web')
    addAutoscaler(fleet, 'queue', 'Deployment') // of another kind
    const {stderr, stdout, exitCode} = await fleet.shell.run(...scale, '--replicas', '4', '-o', 'json')
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      '1 target: a HorizontalPodAutoscaler sets the replicas: skipped; --override-owner scales them: eu/shop/Deployment/web.',
    )
    expect(named(JSON.parse(stdout), 'web')).toMatchObject({
      outcome: 'skipped',
      reason: 'HorizontalPodAutoscaler shop/web-hpa sets its replicas (2 to 9): it was left alone',
      failure: {class: 'owned'},
    })
    expect(replicasOf(fleet)).toEqual({web: 3, queue: 4})
    expect(exitCode).toBe(1)
  })

  test('it does not stop a relative value that is possible for the others', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [web, {...web, name: 'small', replicas: 1}]}])
    addAutoscaler(fleet, 'small')
    const report = await reportOf(fleet, ...scale, '--replicas', '-2')
    expect(replicasOf(fleet)).toEqual({web: 1, small: 1})
    expect(report.verdict.code).toBe(1)
  })

  test('unless --override-owner is given', async () => {
    await using fleet = await openFleet([eu])
    addAutoscaler(fleet, 'web')
    const report = await reportOf(fleet, ...scale, '--replicas', '4', '--override-owner')
    expect(named(report, 'web')).toMatchObject({
      outcome: 'succeeded',
      reason: 'scaled from 3 to 4: 4 pods available; HorizontalPodAutoscaler shop/web-hpa may set its replicas again',
    })
    expect(report.verdict.code).toBe(0)
  })

  test('autoscalers that may not be listed are named in the plan and in the result', async () => {
    const denied = {type: 'forbidden', verb: 'list', resource: 'horizontalpodautoscalers'} as const
    await using fleet = await openFleet([{...eu, trouble: [denied]}])
    const {stderr, stdout, exitCode} = await fleet.shell.run(...scale, '--replicas', '4', '-o', 'json')
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'eu, namespace shop: HorizontalPodAutoscalers could not be listed, targets may have one:',
    )
    expect(named(JSON.parse(stdout), 'web')?.reason).toContain(
      'it could not be read whether a HorizontalPodAutoscaler sets its replicas',
    )
    expect(exitCode).toBe(0)
  })

  test('what a GitOps controller reconciles', async () => {
    const flux = {...web, labels: {'kustomize.toolkit.fluxcd.io/name': 'apps'}}
    await using fleet = await openFleet([{name: 'eu', workloads: [flux]}])
    const report = await reportOf(fleet, ...scale, '--replicas', '4')
    expect(named(report, 'web')).toMatchObject({outcome: 'skipped', failure: {class: 'owned'}})
    expect(scales(fleet)).toEqual([])
    expect((await reportOf(fleet, ...scale, '--replicas', '4', '--override-owner')).verdict.code).toBe(0)
    expect(replicasOf(fleet)).toEqual({web: 4})
  })

  test('what may not be scaled: failed, never attempted', async () => {
    const denied = {type: 'forbidden', verb: 'update', resource: 'deployments/scale'} as const
    await using fleet = await openFleet([{...eu, trouble: [denied]}])
    const report = await reportOf(fleet, ...scale, '--replicas', '4')
    expect(named(report, 'web')).toMatchObject({
      outcome: 'failed',
      attempts: 0,
      failure: {
        class: 'forbidden',
        message: 'Context "eu" may not update deployments.apps/scale in namespace "shop".',
        suggestions: ['kubectl --context eu auth can-i update deployments.apps --subresource scale -n shop'],
      },
    })
    expect(replicasOf(fleet)).toEqual({web: 3, queue: 4})
  })
})

/** What a run leaves that is killed right after its first record of this type. */
async function killAfter(ledger: string | null, type: string): Promise<void> {
  const text = await readFile(ledger ?? '', 'utf8')
  const end = text.indexOf('\n', text.indexOf(`{"type":"${type}"`)) + 1
  expect(end).toBeGreaterThan(1)
  await writeFile(ledger ?? '', text.slice(0, end))
}

describe('exactly once', () => {
  const only: ClusterSpec = {name: 'eu', workloads: [web]}

  test('a lost reply is found by its number, and +2 is not added twice', async () => {
    const lost = {type: 'lost-reply', verb: 'update', name: 'web', times: 1} as const
    await using fleet = await openFleet([{...only, trouble: [lost]}])
    const report = await reportOf(fleet, ...scale, '--replicas', '+2')
    expect(named(report, 'web')).toMatchObject({outcome: 'succeeded', attempts: 2})
    expect(replicasOf(fleet)).toEqual({web: 5})
    expect(scales(fleet)).toHaveLength(1)
  })

  test.each(['writing', 'written'])('killed after "%s": runs retry does not add again', async (type) => {
    await using fleet = await openFleet([only])
    const first = await reportOf(fleet, ...scale, '--replicas', '+2')
    await killAfter(first.run.ledger, type)
    const retried = await reportOf(fleet, 'runs', 'retry', 'last', '--yes')
    expect(named(retried, 'web')).toMatchObject({outcome: 'succeeded'})
    expect(named(retried, 'web')?.reason).toContain('it was written before, nothing was written now')
    expect(replicasOf(fleet)).toEqual({web: 5})
    expect(scales(fleet)).toHaveLength(1)
    expect(retried.verdict.code).toBe(0)
  })

  test('killed after "writing", and the write never arrived: runs retry writes the recorded number', async () => {
    await using fleet = await openFleet([only])
    const first = await reportOf(fleet, ...scale, '--replicas', 'x2')
    await killAfter(first.run.ledger, 'writing')
    scaledByAnother(fleet, 'web', 3) // as if it had not arrived
    const retried = await reportOf(fleet, 'runs', 'retry', 'last', '--yes')
    expect(named(retried, 'web')).toMatchObject({outcome: 'succeeded', reason: 'scaled from 3 to 6: 6 pods available'})
    expect(replicasOf(fleet)).toEqual({web: 6})
  })

  test('killed after "writing", and another client has scaled since: conflict, nothing is written', async () => {
    await using fleet = await openFleet([only])
    const first = await reportOf(fleet, ...scale, '--replicas', '+2')
    await killAfter(first.run.ledger, 'writing')
    scaledByAnother(fleet, 'web', 8)
    const retried = await reportOf(fleet, 'runs', 'retry', 'last', '--yes')
    expect(named(retried, 'web')).toMatchObject({
      outcome: 'failed',
      failure: {
        class: 'conflict',
        message: 'another client has scaled it to 8 since this run read 3 and was about to write 5: it was left alone',
      },
    })
    expect(replicasOf(fleet)).toEqual({web: 8})
    expect(scales(fleet)).toHaveLength(1)
  })

  test('a retry to 0 needs its own confirmation, too', async () => {
    await using fleet = await openFleet([only])
    const first = await reportOf(fleet, ...scale, '--replicas', '0', '--confirm-zero')
    await killAfter(first.run.ledger, 'writing')
    expect((await fleet.shell.run('runs', 'retry', 'last', '--yes')).exitCode).toBe(2)
    expect((await fleet.shell.run('runs', 'retry', 'last', '--yes', '--confirm-zero')).exitCode).toBe(0)
  })
})

describe('pods that do not become available', () => {
  const stuck = {type: 'stuck-rollout', namespace: 'shop', name: 'web'} as const
  const cluster: ClusterSpec = {name: 'eu', workloads: [web], trouble: [stuck]}

  test('fail the target after a time without progress', async () => {
    await using fleet = await openFleet([cluster])
    const report = await reportOf(fleet, ...scale, '--replicas', '5', '--timeout', '2m')
    expect(named(report, 'web')).toMatchObject({outcome: 'failed', failure: {class: 'timeout'}})
    expect(named(report, 'web')?.reason).toContain('no progress for 2m')
    expect(replicasOf(fleet)).toEqual({web: 5})
    expect(report.verdict.code).toBe(1)
  })

  test('--undo-failed restores the number before', async () => {
    await using fleet = await openFleet([cluster])
    const report = await reportOf(fleet, ...scale, '--replicas', '5', '--timeout', '2m', '--undo-failed')
    expect(named(report, 'web')).toMatchObject({
      outcome: 'failed',
      undo: {outcome: 'undone', reason: 'back to 3 replicas'},
    })
    expect(replicasOf(fleet)).toEqual({web: 3})
    expect(scales(fleet)).toHaveLength(2)
  })
})

describe('undo --run', () => {
  test('restores the number before, once; a number of another client is kept', async () => {
    await using fleet = await openFleet([eu])
    await reportOf(fleet, ...scale, '--replicas', '+2')
    const {run} = await reportOf(fleet, 'runs', 'show', 'last')
    scaledByAnother(fleet, 'web', 9)
    const {stderr} = await fleet.shell.run('undo', '--run', run.id, '--dry-run', 'client')
    expect(stderr).toContain('2 replicas')
    const undone = await reportOf(fleet, 'undo', '--run', run.id, '--yes')
    expect(named(undone, 'queue')).toMatchObject({outcome: 'succeeded', reason: 'back to 2 replicas'})
    expect(named(undone, 'web')).toMatchObject({
      outcome: 'skipped',
      reason: 'another client has scaled it to 9 since',
    })
    expect(replicasOf(fleet)).toEqual({web: 9, queue: 2})
    const again = await reportOf(fleet, 'undo', '--run', run.id, '--yes')
    expect(named(again, 'queue')).toMatchObject({outcome: 'unchanged'})
    expect(scales(fleet)).toHaveLength(3)
  })
})
