import {execFileSync} from 'node:child_process'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {openRealClockClusters} from '../support/real-clock-clusters.ts'
import {image, runningWeb} from '../support/sandbox-fleet.ts'
import {busyService} from './busy-service.ts'
import {monitoringProgramsOrSkip} from './debian-programs.ts'
import {lastRun, servedValue} from './served-metrics.ts'
import {startService} from './start-service.ts'

const programs = await monitoringProgramsOrSkip()
const {promtool = '', pushgateway = '', nodeExporter = ''} = programs ?? {}

const restart = ['restart', image, '--all-contexts', '--yes'] as const
const rules = join(import.meta.dirname, '..', '..', 'alerts', 'hubspoke.rules.yml')

const check = (words: readonly string[], input = '') =>
  execFileSync(promtool, words, {cwd: import.meta.dirname, encoding: 'utf8', input, stdio: 'pipe'})

const startPushgateway = () => startService(pushgateway, [], {readyPath: '/-/ready'})

describe.skipIf(programs === undefined)('promtool', () => {
  test('has nothing to say against the metrics', async () => {
    await using world = await openRealClockClusters([{name: 'eu', workloads: runningWeb('web')}])
    const file = join(world.shell.home, 'hubspoke.prom')
    await world.shell.run(...restart, '--metrics-file', file)
    expect(check(['check', 'metrics'], readFileSync(file, 'utf8'))).toBe('')
  })

  test('has nothing to say against the metrics of services', async () => {
    expect(check(['check', 'metrics'], await busyService().text())).toBe('')
  })

  test('accepts the alerts', () => {
    expect(check(['check', 'rules', rules])).toContain('SUCCESS: 13 rules found')
  })

  test('each alert is silent before, fires, and is resolved', () => {
    expect(check(['test', 'rules', 'hubspoke.rules.test.yml'])).toContain('SUCCESS')
  })
})

test.skipIf(programs === undefined)('node-exporter serves what a run has left, also a failed one', async () => {
  await using world = await openRealClockClusters([{name: 'eu', workloads: runningWeb('web')}])
  const folder = join(world.shell.home, 'textfile')
  mkdirSync(folder)
  const file = join(folder, 'restart.prom')
  const options = ['--collector.disable-defaults', '--collector.textfile', `--collector.textfile.directory=${folder}`]
  await using exporter = await startService(nodeExporter, options, {readyPath: '/metrics'})
  expect((await world.shell.run(...restart, '--metrics-file', file)).exitCode).toBe(0)
  const good = await exporter.get('/metrics')
  expect(lastRun(good, 'exit_code')).toBe(0)
  expect(lastRun(good, 'spokes', 'outcome="succeeded"')).toBe(1)
  expect(lastRun(good, 'success_timestamp_seconds')).toBe(lastRun(good, 'timestamp_seconds'))

  // What a run that was killed while it wrote has left beside the file is not read.
  writeFileSync(join(folder, '.restart.prom.1a2b'), 'hubspoke_last_run_exit_code{na')
  world.sandbox.cluster('eu').addTrouble({type: 'answer', status: 422, verb: 'patch'})
  expect((await world.shell.run(...restart, '--metrics-file', file)).exitCode).toBe(1)
  const bad = await exporter.get('/metrics')
  expect(bad).toContain('\nnode_textfile_scrape_error 0\n')
  expect(lastRun(bad, 'exit_code')).toBe(1)
  expect(lastRun(bad, 'spoke_failures', 'class="rejected"')).toBe(1)
  expect(lastRun(bad, 'success_timestamp_seconds')).toBe(lastRun(good, 'success_timestamp_seconds'))
  expect(lastRun(bad, 'timestamp_seconds')).toBeGreaterThan(lastRun(good, 'timestamp_seconds') ?? 0)
})

describe.skipIf(programs === undefined)('a Pushgateway', () => {
  test('has the last run of each name; a failed one leaves when one succeeded', async () => {
    await using world = await openRealClockClusters([{name: 'eu', workloads: runningWeb('web')}])
    await using gateway = await startPushgateway()
    const push = [...restart, '--metrics-push', gateway.url]
    const pushed = await world.shell.run(...push)
    expect(pushed.stderr).not.toContain('metrics')
    const good = await gateway.get('/metrics')
    expect(lastRun(good, 'spokes', 'job="hubspoke"', 'outcome="succeeded"')).toBe(1)
    world.sandbox.cluster('eu').addTrouble({type: 'answer', status: 422, verb: 'patch'})
    expect((await world.shell.run(...push)).exitCode).toBe(1)
    expect((await world.shell.run(...push, '--metrics-name', 'nightly')).exitCode).toBe(1)
    const bad = await gateway.get('/metrics')
    expect(lastRun(bad, 'exit_code')).toBe(1)
    expect(lastRun(bad, 'spokes', 'outcome="succeeded"')).toBe(0)
    expect(lastRun(bad, 'success_timestamp_seconds')).toBe(lastRun(good, 'success_timestamp_seconds'))
    expect(servedValue(bad, 'hubspoke_last_run_exit_code', 'name="nightly"')).toBe(1)
    expect(servedValue(bad, 'hubspoke_last_run_success_timestamp_seconds', 'name="nightly"')).toBeUndefined()
    expect(servedValue(bad, 'push_failure_time_seconds', 'name="restart"')).toBe(0)
  })

  test('that refuses the metrics is a warning with its reason', async () => {
    await using world = await openRealClockClusters([{name: 'eu', workloads: runningWeb('web')}])
    await using gateway = await startPushgateway()
    const clash = '# TYPE hubspoke_last_run_exit_code counter\nhubspoke_last_run_exit_code 1\n'
    await fetch(`${gateway.url}/metrics/job/other`, {method: 'PUT', body: clash})
    const {exitCode, stderr} = await world.shell.run(...restart, '--metrics-push', gateway.url)
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(
      /\nThe metrics were not pushed to http:\S+: it answered HTTP 400: pushed metrics are invalid .*\n$/,
    )
  })
})
