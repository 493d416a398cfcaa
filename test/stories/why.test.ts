import {readFile} from 'node:fs/promises'
import {expect, test} from 'vitest'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import {schemaErrors} from '../support/schemas.ts'
import type {RunReport} from '../support/workload-documents.ts'

const restart = ['restart', image, '--all-contexts', '--yes'] as const

const crashing: readonly ClusterSpec[] = [
  {name: 'eu', workloads: runningWeb('cart', 'web'), trouble: [{type: 'crash-loop', namespace: 'shop', name: 'web'}]},
]
const broken = {namespace: 'shop', name: 'web', image: `${image}:broken`, progressDeadlineSeconds: 600}
const unpullable: readonly ClusterSpec[] = [
  {name: 'eu', workloads: [broken], trouble: [{type: 'unpullable-image', image: `${image}:broken`}]},
]

test('with --fail-fast an image that cannot be pulled ends the wait within 20 seconds, not at the deadline', async () => {
  await using fleet = await openFleet(unpullable)
  const {stdout, exitCode} = await fleet.shell.run(...restart, '--fail-fast', '-o', 'json')
  const report: RunReport = JSON.parse(stdout)
  expect(report.results[0]).toMatchObject({outcome: 'failed', failure: {class: 'rollout'}})
  expect(report.results[0]?.reason).toMatch(/^ImagePullBackOff: .*; given up at once \(--fail-fast\)/)
  expect(report.results[0]?.durationMs).toBeLessThan(20_000)
  expect(exitCode).toBe(1)
})

test('without it the reason is told at once, and the rollout is waited for', async () => {
  await using fleet = await openFleet(unpullable)
  const {stdout, stderr} = await fleet.shell.run(...restart, '-o', 'json')
  const report: RunReport = JSON.parse(stdout)
  expect(report.results[0]?.durationMs).toBeGreaterThan(600_000)
  expect(stderr).toMatch(/20:00:(0\d|1[0-5])Z {2}eu\/shop\/Deployment\/web {2}(ErrImagePull|ImagePullBackOff)/)
})

test('at a terminal the log tail of a crashed container is shown, without their secrets', async () => {
  await using fleet = await openFleet(crashing, {screen: {columns: 80, rows: 24}, env: {TERM: 'dumb'}})
  const {stderr, exitCode} = await fleet.shell.run(...restart, '--fail-fast')
  expect(stderr).toContain('LOG TAIL  eu/shop/Deployment/web  pod web-')
  expect(stderr).toContain('cannot open configuration')
  expect(stderr).toContain('database=postgres://[redacted]@db:5432/shop')
  expect(stderr).not.toContain('hunter2')
  expect(exitCode).toBe(1)
})

test('elsewhere they are not requested, and are in no document and no ledger', async () => {
  await using fleet = await openFleet(crashing)
  const {stdout, stderr} = await fleet.shell.run(...restart, '--fail-fast', '-o', 'json')
  const report: RunReport = JSON.parse(stdout)
  expect(report.results.map(({logTail}) => logTail)).toEqual([null, null])
  const ledger = await readFile(report.run.ledger ?? '', 'utf8')
  for (const text of [stdout, stderr, ledger]) expect(text).not.toContain('configuration')
  expect(
    fleet
      .cluster('eu')
      .requests()
      .filter(({path}) => path.includes('/log')),
  ).toEqual([])
})

test('--include-logs puts them into the document, and into nothing else', async () => {
  await using fleet = await openFleet(crashing)
  const {stdout, stderr} = await fleet.shell.run(...restart, '--fail-fast', '--include-logs', '-o', 'json')
  const report: RunReport = JSON.parse(stdout)
  expect(schemaErrors(report)).toEqual([])
  expect(report.results.find(({name}) => name === 'web')?.logTail).toMatchObject({
    container: 'web',
    lines: [
      'level=info msg="starting" database=postgres://[redacted]@db:5432/shop',
      'level=fatal msg="cannot open configuration" error="no such file or directory"',
    ],
  })
  expect(report.results.find(({name}) => name === 'cart')?.logTail).toBeNull()
  const ledger = await readFile(report.run.ledger ?? '', 'utf8')
  for (const text of [stderr, ledger]) expect(text).not.toContain('configuration')
  expect(stdout).not.toContain('hunter2')
})

test('who may not read logs gets the reason all the same', async () => {
  const forbidden = {type: 'forbidden', resource: 'pods/log'} as const
  await using fleet = await openFleet([{...crashing[0]!, trouble: [...(crashing[0]?.trouble ?? []), forbidden]}])
  const {stdout} = await fleet.shell.run(...restart, '--fail-fast', '--include-logs', '-o', 'json')
  const web = (JSON.parse(stdout) as RunReport).results.find(({name}) => name === 'web')
  expect(web?.reason).toContain('CrashLoopBackOff')
  expect(web?.logTail).toBeNull()
})
