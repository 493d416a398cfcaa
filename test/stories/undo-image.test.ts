import {readFile, writeFile} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import type {WorkloadSpec} from '../../src/sandbox/spec.ts'
import {type Fleet, image, openFleet} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const kinds = {web: 'Deployment', db: 'StatefulSet', agent: 'DaemonSet'} as const
type Name = keyof typeof kinds
const names = Object.keys(kinds) as Name[]
const workloads: readonly WorkloadSpec[] = names.map((name) => ({
  ...{namespace: 'shop', name, kind: kinds[name], image: `${image}:1.0`},
  ...(kinds[name] !== 'DaemonSet' && {replicas: 2}),
}))
const eu = {name: 'eu', workloads}

interface Workload {
  readonly metadata: {readonly annotations?: Record<string, string>}
  readonly spec: {
    readonly template: {
      readonly metadata: {readonly annotations?: Record<string, string>}
      readonly spec: {readonly containers: readonly {readonly name: string; readonly image: string}[]}
    }
  }
}

const objectOf = (fleet: Fleet, name: Name) =>
  fleet.cluster('eu').object(kinds[name], 'shop', name) as unknown as Workload
const imageOf = (fleet: Fleet, name: Name) => objectOf(fleet, name).spec.template.spec.containers[0]?.image
const images = (fleet: Fleet) => names.map((name) => imageOf(fleet, name))
const imageOfPods = (fleet: Fleet) =>
  new Set(
    fleet
      .cluster('eu')
      .objects('Pod', 'shop')
      .map((pod) => (pod as unknown as Workload['spec']['template']).spec.containers[0]?.image),
  )

/** A release by another client. */
async function release(fleet: Fleet, tag: string, ...which: readonly Name[]): Promise<void> {
  for (const name of which) {
    const containers = objectOf(fleet, name).spec.template.spec.containers.map((one) => ({
      ...one,
      image: `${image}:${tag}`,
    }))
    fleet.cluster('eu').patch(kinds[name], 'shop', name, {spec: {template: {spec: {containers}}}})
  }
  await fleet.clock.advance(120_000)
}

async function run(fleet: Fleet, ...words: readonly string[]): Promise<RunReport> {
  const report = (await fleet.shell.run(...words, '-o', 'json')).document() as RunReport
  await fleet.clock.advance(60_000)
  return report
}

const undo = (fleet: Fleet, ...words: readonly string[]) => run(fleet, 'undo', image, '-c', 'eu', '--yes', ...words)
const resultOf = ({results}: RunReport, name: Name) => results.find((result) => result.name === name)
const outcomes = ({results}: RunReport) => results.map(({outcome}) => outcome)

describe('undo IMAGE', () => {
  test('returns each kind to its previous revision, by one write each with UID and resource version', async () => {
    await using fleet = await openFleet([eu])
    await release(fleet, '2.0', ...names)
    const report = await undo(fleet)
    expect(outcomes(report)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(report.verdict.code).toBe(0)
    expect(images(fleet)).toEqual([`${image}:1.0`, `${image}:1.0`, `${image}:1.0`])
    expect([...imageOfPods(fleet)]).toEqual([`${image}:1.0`])
    expect(fleet.writes()).toHaveLength(3)
    expect(fleet.stamps()).toHaveLength(1)
    const labels = objectOf(fleet, 'web').spec.template.metadata as {labels?: object}
    expect(Object.keys(labels.labels ?? {})).not.toContain('pod-template-hash')
  })

  test('shows the revision and the images in the plan, and writes nothing under a dry run', async () => {
    await using fleet = await openFleet([eu])
    await release(fleet, '2.0', 'web', 'db')
    const {stderr, exitCode} = await fleet.shell.run('undo', image, '-c', 'eu', '--dry-run', 'client')
    expect(stderr).toContain(`Plan: return every workload that runs ${image} to the previous revision\n`)
    expect(stderr).toContain(`  eu/shop/Deployment/web  back to revision 1, web ${image}:1.0\n`)
    expect(stderr).toContain(`  eu/shop/StatefulSet/db  back to revision 1, db ${image}:1.0\n`)
    expect(stderr).toContain('  eu/shop/DaemonSet/agent  not changed: it has no previous revision\n')
    expect(exitCode).toBe(0)
    const tried = await undo(fleet, '--dry-run', 'server')
    expect(resultOf(tried, 'web')).toMatchObject({outcome: 'succeeded', reason: 'the server accepted it (dry run)'})
    expect(fleet.writes()).toEqual([])
  })

  test('without a previous revision: skipped, not-found, 1, with the command that lists revisions', async () => {
    await using fleet = await openFleet([eu])
    await release(fleet, '2.0', 'web', 'db')
    const report = await undo(fleet)
    expect(resultOf(report, 'agent')).toMatchObject({
      outcome: 'skipped',
      failure: {
        class: 'not-found',
        message: 'it has no previous revision',
        suggestions: ['kubectl --context eu -n shop rollout history daemonset/agent'],
      },
    })
    expect(report.verdict.code).toBe(1)
    expect(images(fleet)).toEqual([`${image}:1.0`, `${image}:1.0`, `${image}:1.0`])
  })

  test('where the previous revision has the same images: skipped, 0, nothing is written', async () => {
    await using fleet = await openFleet([eu])
    await run(fleet, 'restart', image, '-c', 'eu', '--yes')
    const written = fleet.writes()
    const report = await undo(fleet)
    expect(report.results.map(({outcome, reason}) => `${outcome}: ${reason}`)).toEqual(
      names.map(() => 'skipped: revision 1 has the same images'),
    )
    expect(report.verdict.code).toBe(0)
    expect(fleet.writes()).toEqual(written)
  })
})

describe('--to-revision', () => {
  test('returns to the revision of that number', async () => {
    await using fleet = await openFleet([eu])
    await release(fleet, '2.0', 'web', 'db')
    await release(fleet, '3.0', 'web', 'db')
    const report = await undo(fleet, '--to-revision', '1', '--kind', 'Deployment,StatefulSet')
    expect(outcomes(report)).toEqual(['succeeded', 'succeeded'])
    expect(images(fleet).slice(0, 2)).toEqual([`${image}:1.0`, `${image}:1.0`])
  })

  test('that a target does not have: skipped with those that it has; the present one: unchanged', async () => {
    await using fleet = await openFleet([eu])
    await release(fleet, '2.0', 'web')
    const report = await undo(fleet, '--to-revision', '2')
    expect(resultOf(report, 'web')).toMatchObject({outcome: 'unchanged', reason: 'revision 2 is the present one'})
    expect(resultOf(report, 'db')).toMatchObject({outcome: 'skipped', reason: 'it has no revision 2, only 1'})
    expect(fleet.writes()).toEqual([])
  })
})

test('a paused Deployment is skipped, with the command that resumes it', async () => {
  await using fleet = await openFleet([eu])
  await release(fleet, '2.0', 'web')
  fleet.cluster('eu').patch('Deployment', 'shop', 'web', {spec: {paused: true}})
  await fleet.clock.advance(10_000)
  const report = await undo(fleet, '--kind', 'Deployment')
  expect(resultOf(report, 'web')).toMatchObject({outcome: 'skipped', failure: {class: 'not-restartable'}})
  expect(fleet.writes()).toEqual([])
})

test('what an owner reconciles is skipped unless --override-owner', async () => {
  const annotations = {'argocd.argoproj.io/tracking-id': 'shop-prod:apps/Deployment:shop/web'}
  const owned = {...workloads[0]!, annotations}
  await using fleet = await openFleet([{name: 'eu', workloads: [owned]}])
  await release(fleet, '2.0', 'web')
  const kept = await undo(fleet)
  expect(resultOf(kept, 'web')).toMatchObject({outcome: 'skipped', failure: {class: 'owned'}})
  expect(resultOf(kept, 'web')?.reason).toContain('Argo CD Application')
  expect(fleet.writes()).toEqual([])
  expect(outcomes(await undo(fleet, '--override-owner'))).toEqual(['succeeded'])
  expect(imageOf(fleet, 'web')).toBe(`${image}:1.0`)
})

test('a lost response causes no second write', async () => {
  const lost = {type: 'lost-reply', verb: 'patch', name: 'web', times: 1} as const
  await using fleet = await openFleet([{...eu, trouble: [lost]}])
  await release(fleet, '2.0', 'web')
  const report = await undo(fleet, '--kind', 'Deployment', '--backoff', '1s')
  expect(resultOf(report, 'web')).toMatchObject({outcome: 'succeeded', attempts: 2})
  expect(fleet.writes()).toHaveLength(1)
  expect(imageOf(fleet, 'web')).toBe(`${image}:1.0`)
})

test('kill -9 between "writing" and "written", then runs retry: each target is undone once', async () => {
  await using fleet = await openFleet([eu])
  await release(fleet, '2.0', ...names)
  const done = await undo(fleet)
  const text = await readFile(done.run.ledger ?? '', 'utf8')
  await writeFile(done.run.ledger ?? '', text.slice(0, text.indexOf('{"type":"written"')))
  const retried = await run(fleet, 'runs', 'retry', done.run.id, '--yes')
  expect(outcomes(retried)).toEqual(['succeeded', 'succeeded', 'succeeded'])
  expect(images(fleet)).toEqual([`${image}:1.0`, `${image}:1.0`, `${image}:1.0`])
  expect(fleet.writes()).toHaveLength(3)
})

describe('is wrong usage, 2, before a cluster is reached:', () => {
  test.each([
    {words: ['undo', '--yes'], message: 'What is to be undone is missing: IMAGE, or --run ID.'},
    {words: ['undo', image, '--run', 'last'], message: 'not together with IMAGE.'},
    {words: ['undo', '--run', 'last', '-c', 'eu'], message: 'not together with --context.'},
    {words: ['undo', '--run', 'last', '--to-revision', '2'], message: 'not together with --to-revision.'},
    {words: ['undo', image, '-c', 'eu', '--to-revision', '0'], message: '--to-revision'},
  ])('$words', async ({words, message}) => {
    await using fleet = await openFleet([eu])
    const {stderr, exitCode} = await fleet.shell.run(...words)
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
    expect(fleet.cluster('eu').requests()).toEqual([])
  })
})
