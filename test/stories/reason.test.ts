import {expect, test} from 'vitest'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {type Fleet, openFleet} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport, RunsReport} from '../support/workload-documents.ts'

const image = 'ghcr.io/acme/web'
const web = {namespace: 'shop', name: 'web', image: `${image}:1.0`} as const
const eu: ClusterSpec = {name: 'eu', workloads: [web]}
const restart = ['restart', image, '--all-contexts', '--yes'] as const
const run = '20261124-200000-0000'
const by = 'ada on host.example, Kubernetes user eu'
const env = {USER: 'ada', HUBSPOKE_RUN_ID: run}

const eventsOf = (fleet: Fleet) =>
  fleet
    .cluster('eu')
    .objects('Event')
    .filter(({source}) => JSON.stringify(source).includes('hubspoke'))
const annotationsOf = (fleet: Fleet) => fleet.cluster('eu').objects('Deployment')[0]?.metadata.annotations ?? {}

test('the next person sees on the workload who restarted it, in which run, and why', async () => {
  await using fleet = await openFleet([eu], {env})
  expect(await fleet.shell.run(...restart, '--reason', 'memory leak, INC-42')).toMatchObject({exitCode: 0})
  const told = {
    'hubspoke.dev/run-id': run,
    'hubspoke.dev/by': by,
    'hubspoke.dev/reason': 'memory leak, INC-42',
  }
  expect(annotationsOf(fleet)).toMatchObject(told)
  expect(annotationsOf(fleet)).not.toHaveProperty(['kubernetes.io/change-cause'])
  const sets = fleet.cluster('eu').objects('ReplicaSet')
  expect(sets.map(({metadata}) => metadata.annotations)).toContainEqual(expect.objectContaining(told))
  expect(fleet.writes()).toHaveLength(1)
  expect(eventsOf(fleet)).toMatchObject([
    {
      type: 'Normal',
      reason: 'Restarted',
      message: `Restarted by ${by}, hubspoke run ${run}: memory leak, INC-42`,
      involvedObject: {kind: 'Deployment', namespace: 'shop', name: 'web', uid: expect.any(String)},
    },
  ])
})

test('the change cause is written only where that was asked for', async () => {
  await using fleet = await openFleet([eu], {env})
  await fleet.shell.run(...restart, '--reason', 'memory leak, INC-42', '--change-cause')
  expect(annotationsOf(fleet)).toMatchObject({
    'kubernetes.io/change-cause': `hubspoke restart: memory leak, INC-42 (${by}, run ${run})`,
  })
})

test('a later restart without a reason leaves no reason of an earlier one behind', async () => {
  await using fleet = await openFleet([eu])
  await fleet.shell.run(...restart, '--reason', 'memory leak', '--change-cause')
  await fleet.clock.sleep(5_000)
  expect(await fleet.shell.run(...restart)).toMatchObject({exitCode: 0})
  expect(annotationsOf(fleet)).not.toHaveProperty(['hubspoke.dev/reason'])
  expect(annotationsOf(fleet)).not.toHaveProperty(['kubernetes.io/change-cause'])
  expect(eventsOf(fleet)).toHaveLength(2)
})

test('it is in the plan, the document, the JUnit file, and what past runs tell', async () => {
  await using fleet = await openFleet([eu])
  const ended = await fleet.shell.run(...restart, '--reason', ' memory\n leak ', '-o', 'json')
  expect(ended.stderr).toContain('Reason: memory leak\n')
  const {run: made} = ended.document() as RunReport
  expect(made.reason).toBe('memory leak')
  const {runs} = (await fleet.shell.run('runs', 'list', '-o', 'json')).document() as RunsReport
  expect(runs).toMatchObject([{id: made.id, reason: 'memory leak'}])
  const shown = (await fleet.shell.run('runs', 'show', 'last', '-o', 'json')).document() as LedgerReport
  expect(shown.run.reason).toBe('memory leak')
  expect((await fleet.shell.run('runs', 'show', 'last')).stdout).toContain('Reason: memory leak\n')
  const {stdout} = await fleet.shell.run(...restart, '--reason', 'memory leak', '-o', 'junit')
  expect(stdout).toContain('<property name="reason" value="memory leak"/>')
})

test.each([
  {reason: 'red \u001b[31m', says: 'control characters', because: 'a terminal would obey it'},
  {reason: 'x'.repeat(1_001), says: '1001 characters', because: 'it is too long'},
])('wrong usage where $because', async ({reason, says}) => {
  await using fleet = await openFleet([eu])
  const {stderr, exitCode} = await fleet.shell.run(...restart, '--reason', reason)
  expect(stderr).toContain(says)
  expect(exitCode).toBe(2)
})

test.each([
  {answers: ['eu', '', 'a leak', 'y'], exitCode: 0, because: 'it was said when asked for again'},
  {answers: ['eu', '', ''], exitCode: 7, because: 'it was not said twice'},
  {answers: ['eu', '\u001b[31m', 'a leak', 'y'], exitCode: 0, because: 'one that cannot be kept is asked for again'},
])('a protected cluster is asked for a reason: $exitCode, $because', async ({answers, exitCode}) => {
  await using fleet = await openFleet([eu], {config: 'protectedContexts: [eu]\n', answers})
  const ended = await fleet.shell.run('restart', image, '-c', 'eu', '-o', 'json')
  expect(ended.exitCode).toBe(exitCode)
  expect(ended.stderr).toContain('Reason (recorded on the run and the workloads): ')
  expect((ended.document() as RunReport).run.reason).toBe(exitCode === 0 ? 'a leak' : null)
  expect(annotationsOf(fleet)['hubspoke.dev/reason']).toBe(exitCode === 0 ? 'a leak' : undefined)
})

test('a reason that was given is not asked for; without a terminal the next step is named', async () => {
  const config = 'protectedContexts: [eu]\n'
  await using fleet = await openFleet([eu], {config, answers: ['eu', 'y']})
  const ended = await fleet.shell.run('restart', image, '-c', 'eu', '--reason', 'a leak')
  expect(ended.stderr).not.toContain('Why?')
  expect(ended.exitCode).toBe(0)
  await using cron = await openFleet([eu], {config})
  const refused = await cron.shell.run(...restart, '--confirm', 'eu')
  expect(refused).toMatchObject({exitCode: 2, stderr: expect.stringContaining('--reason TEXT')})
  expect(cron.writes()).toEqual([])
})

test('no Event where that is forbidden: the outcome is the same, and -v says so once', async () => {
  const trouble = [{type: 'forbidden', verb: 'create', resource: 'events'}] as const
  const two = [web, {...web, name: 'web-2'}]
  await using fleet = await openFleet([{name: 'eu', workloads: two, trouble}])
  const ended = await fleet.shell.run(...restart, '-v')
  expect(ended.exitCode).toBe(0)
  expect(ended.stderr.match(/no Event on the workloads/g)).toHaveLength(1)
  expect(eventsOf(fleet)).toEqual([])
  expect((await fleet.shell.run(...restart)).stderr).not.toContain('Event')
})

test('a dry run creates no Event; the same run again, and its retry, create no second one', async () => {
  await using fleet = await openFleet([eu], {env})
  await fleet.shell.run(...restart, '--dry-run', 'server')
  expect(eventsOf(fleet)).toEqual([])
  await fleet.shell.run(...restart)
  await fleet.shell.run(...restart)
  expect(eventsOf(fleet)).toHaveLength(1)
})

test('a run that waits for no rollout has told of its writes when it ends', async () => {
  const trouble = [{type: 'latency', ms: 1_000, verb: 'create', resource: 'events'}] as const
  await using fleet = await openFleet([{...eu, trouble}])
  expect(await fleet.shell.run(...restart, '--no-wait')).toMatchObject({exitCode: 0})
  expect(eventsOf(fleet)).toHaveLength(1)
})

test('an accepted write whose reply was lost is told of, too', async () => {
  const trouble = [{type: 'lost-reply', verb: 'patch', times: 1}] as const
  await using fleet = await openFleet([{...eu, trouble}])
  expect(await fleet.shell.run(...restart)).toMatchObject({exitCode: 0})
  expect(eventsOf(fleet)).toHaveLength(1)
})

test('a retry keeps the reason of its run, unless another one is given', async () => {
  const trouble = [{type: 'answer', status: 422, verb: 'patch', resource: 'deployments'}] as const
  await using fleet = await openFleet([{...eu, trouble}])
  await fleet.shell.run(...restart, '--reason', 'a leak')
  const retried = async (...words: readonly string[]) =>
    ((await fleet.shell.run('runs', 'retry', 'last', '--yes', '-o', 'json', ...words)).document() as RunReport).run
  expect((await retried()).reason).toBe('a leak')
  expect((await retried('--reason', 'it leaks still')).reason).toBe('it leaks still')
})
