import {execFile} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {expect, test} from 'vitest'
import {openRealClockClusters} from '../support/real-clock-clusters.ts'
import {image, runningWeb} from '../support/sandbox-fleet.ts'
import {type MonitoringPrograms, monitoringProgramsOrSkip} from './debian-programs.ts'
import {startRecordingReceiver} from './recording-receiver.ts'
import {lastRun} from './served-metrics.ts'
import {eventually, type Service, startService} from './start-service.ts'

const programs = await monitoringProgramsOrSkip()
const rules = join(import.meta.dirname, '..', '..', 'alerts', 'hubspoke.rules.yml')
const restart = ['restart', image, '--all-contexts', '--yes'] as const

/** Several runs, and each alert takes Prometheus a scrape and an evaluation. */
const timeoutMs = 120_000

const hostOf = ({url}: {readonly url: string}) => new URL(url).host

/** Writes a configuration as JSON, which is YAML, and returns its path. */
function writeConfig(folder: string, name: string, config: object): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(config))
  return path
}

/**
 * Its templates have a fixed place in `/usr/share`, where it gets those of its package by an overlay, in a namespace of
 * its own. Undefined, after it said why, where that is not permitted.
 */
async function startAlertmanager(folder: string, receiver: string): Promise<Service | undefined> {
  const {alertmanager, root} = programs as MonitoringPrograms
  const unshare = ['--mount', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])]
  const overlay = 'mount -t overlay overlay -o lowerdir="$0/usr/share:/usr/share" /usr/share && exec "$@"'
  const inOverlay = [...unshare, 'sh', '-c', overlay, root]
  try {
    await promisify(execFile)('unshare', [...inOverlay, 'true'])
  } catch (error) {
    console.error(`Without Alertmanager, no file system can be mounted here: ${error}`)
    return undefined
  }
  const config = writeConfig(folder, 'alertmanager.yml', {
    route: {receiver: 'test', group_by: ['...'], group_wait: '1s', group_interval: '1s'},
    receivers: [{name: 'test', webhook_configs: [{url: receiver, send_resolved: true}]}],
  })
  const storage = join(folder, 'alertmanager')
  mkdirSync(storage)
  const options = [`--config.file=${config}`, `--storage.path=${storage}`, '--cluster.listen-address=']
  return startService('unshare', [...inOverlay, alertmanager, ...options], {readyPath: '/-/ready'})
}

function startPrometheus(folder: string, gateway: Service, alertmanager: Service | undefined): Promise<Service> {
  const {prometheus} = programs as MonitoringPrograms
  const alertmanagers = alertmanager === undefined ? [] : [{static_configs: [{targets: [hostOf(alertmanager)]}]}]
  const config = writeConfig(folder, 'prometheus.yml', {
    global: {scrape_interval: '1s', evaluation_interval: '1s'},
    rule_files: [rules],
    alerting: {alertmanagers},
    scrape_configs: [{job_name: 'pushgateway', honor_labels: true, static_configs: [{targets: [hostOf(gateway)]}]}],
  })
  const options = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`]
  return startService(prometheus, options, {readyPath: '/-/ready'})
}

interface Alert {
  readonly labels: {readonly alertname: string; readonly name: string}
  readonly state: string
}

async function alertsOf(server: Service): Promise<readonly string[]> {
  const {data} = JSON.parse(await server.get('/api/v1/alerts')) as {data: {alerts: readonly Alert[]}}
  return data.alerts.map(({labels, state}) => `${labels.alertname} ${labels.name} ${state}`).sort()
}

test.skipIf(programs === undefined)(
  'runs fire the alerts, a good one resolves them, and the receiver is notified of both',
  async () => {
    await using world = await openRealClockClusters([{name: 'eu', workloads: runningWeb('a', 'b', 'c', 'd', 'e', 'f')}])
    const {home} = world.shell
    await using receiver = await startRecordingReceiver()
    await using gateway = await startService(programs?.pushgateway ?? '', [], {readyPath: '/-/ready'})
    await using alertmanager = await startAlertmanager(home, receiver.url)
    await using server = await startPrometheus(home, gateway, alertmanager)
    /** Runs the command, and waits until exactly these alerts are there after Prometheus has seen the run. */
    const expectAlerts = async (words: readonly string[], exitCode: number, alerts: readonly string[]) => {
      expect((await world.shell.run(...restart, '--metrics-push', gateway.url, ...words)).exitCode).toBe(exitCode)
      const ended = lastRun(await gateway.get('/metrics'), 'timestamp_seconds')
      const query = encodeURIComponent(`hubspoke_last_run_timestamp_seconds{name="restart"} == ${ended}`)
      await eventually(`exit code ${exitCode}: ${alerts}`, async () => {
        const seen = (await server.get(`/api/v1/query?query=${query}`)).includes('hubspoke_last_run_timestamp_seconds')
        return seen && (await alertsOf(server)).join() === alerts.join()
      })
    }
    const expectNotified = async (...changes: readonly string[]) => {
      if (alertmanager === undefined) return
      await eventually(`notified of ${changes}`, async () => changes.every((one) => receiver.notified.includes(one)))
    }
    await expectAlerts([], 0, [])
    expect(receiver.notified).toEqual([])

    const recover = world.sandbox.cluster('eu').addTrouble({type: 'stuck-rollout', namespace: 'shop', name: 'a'})
    await expectAlerts(['--timeout', '1s'], 1, [
      'HubspokeSpokeFailureRateHigh restart firing',
      'HubspokeSpokesStuck restart firing',
    ])
    await expectNotified('HubspokeSpokeFailureRateHigh restart firing', 'HubspokeSpokesStuck restart firing')

    await expectAlerts(['--targets', '/absent'], 2, ['HubspokeHubFailed restart firing'])
    await expectNotified(
      'HubspokeSpokeFailureRateHigh restart resolved',
      'HubspokeSpokesStuck restart resolved',
      'HubspokeHubFailed restart firing',
    )

    recover()
    await expectAlerts([], 0, [])
    await expectNotified('HubspokeHubFailed restart resolved')

    // It fires after an hour, which the cases of promtool cover.
    await expectAlerts(['--targets', '/absent', '--metrics-name', 'new'], 2, [
      'HubspokeHubFailed new firing',
      'HubspokeRunMissing new pending',
    ])
  },
  timeoutMs,
)
