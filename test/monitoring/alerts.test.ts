import {join} from 'node:path'
import {expect, test} from 'vitest'
import {openRealClockClusters} from '../support/real-clock-clusters.ts'
import {image, runningWeb} from '../support/sandbox-fleet.ts'
import {type MonitoringPrograms, monitoringProgramsOrSkip} from './debian-programs.ts'
import {startRecordingReceiver} from './recording-receiver.ts'
import {lastRun} from './served-metrics.ts'
import {alertsOf, hostOf, startAlertmanager, startPrometheus} from './start-alerting.ts'
import {eventually, startService} from './start-service.ts'

const programs = await monitoringProgramsOrSkip()
const rules = join(import.meta.dirname, '..', '..', 'alerts', 'hubspoke.rules.yml')
const restart = ['restart', image, '--all-contexts', '--yes'] as const

/** Several runs, and each alert takes Prometheus a scrape and an evaluation. */
const timeoutMs = 120_000

test.skipIf(programs === undefined)(
  'runs fire the alerts, a good one resolves them, and the receiver is notified of both',
  async () => {
    await using world = await openRealClockClusters([{name: 'eu', workloads: runningWeb('a', 'b', 'c', 'd', 'e', 'f')}])
    const {home} = world.shell
    await using receiver = await startRecordingReceiver()
    await using gateway = await startService(programs?.pushgateway ?? '', [], {readyPath: '/-/ready'})
    const debian = programs as MonitoringPrograms
    await using alertmanager = await startAlertmanager(debian, home, receiver.url)
    const jobs = {pushgateway: hostOf(gateway)}
    await using server = await startPrometheus(debian, home, {rules, alertmanager, jobs})
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
