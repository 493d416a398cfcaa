import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {rulesFile} from '../../alerts/generated-files.ts'
import {panels} from '../../alerts/panels.ts'
import {lastRunText} from '../../src/metrics/last-run.ts'
import {busyService, countRun, idleService} from './busy-service.ts'
import {type MonitoringPrograms, monitoringProgramsOrSkip} from './debian-programs.ts'
import {queryPrometheus} from './query-prometheus.ts'
import {startRecordingReceiver} from './recording-receiver.ts'
import {alertsOf, startAlertmanager, startPrometheus} from './start-alerting.ts'
import {startMetricsServer} from './start-metrics-server.ts'
import {eventually, type Service} from './start-service.ts'

const programs = await monitoringProgramsOrSkip()

/** Each alert takes Prometheus a scrape and some evaluations. */
const timeoutMs = 180_000

const verb = 'restart'
const secondsNow = () => Date.now() / 1_000

/** The rules of the package with windows of seconds: they are made by the same generator. */
const quickRules = rulesFile({
  window: '10s',
  downFor: '2s',
  stuckSeconds: 1_800,
  stuckFor: '2s',
  missingSeconds: 2 * 86_400,
  missingFor: '2s',
  waitingSeconds: 3_600,
  refusedWindow: '4s',
  refusedFor: '3s',
  unwritableFor: '1s',
})

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'hubspoke-monitoring-'))
  return {path, [Symbol.dispose]: () => rmSync(path, {recursive: true, force: true})}
}

/** The metrics that a nightly run left, whose last success was that long ago. */
function nightly(succeededAgo: number): Promise<string> {
  const counts = {total: 9, succeeded: 9, unchanged: 0, failed: 0, skipped: 0, notRun: 0, unverified: 0}
  const totals = {durationMs: 31_000, counts, failures: new Map(), clustersUnreadable: 0}
  const succeededAt = secondsNow() - succeededAgo
  return lastRunText({...totals, name: 'nightly', endedAt: new Date(succeededAt * 1_000), exitCode: 0, succeededAt})
}

interface RuleGroups {
  readonly data: {readonly groups: readonly {readonly lastEvaluation: string}[]}
}

/** Resolves when every rule was evaluated after now. */
async function evaluated(prometheus: Service): Promise<void> {
  const asked = Date.now()
  await eventually('the rules were evaluated', async () => {
    const {data} = JSON.parse(await prometheus.get('/api/v1/rules')) as RuleGroups
    return data.groups.every(({lastEvaluation}) => Date.parse(lastEvaluation) > asked)
  })
}

test.skipIf(programs === undefined)(
  'each of the five alerts on a service is silent, fires, is resolved, and reaches the receiver',
  async () => {
    using folder = temporaryFolder()
    const debian = programs as MonitoringPrograms
    const rules = join(folder.path, 'rules.yml')
    writeFileSync(rules, quickRules)
    const service = idleService()
    let succeededAgo = 60
    await using receiver = await startRecordingReceiver()
    await using alertmanager = await startAlertmanager(debian, folder.path, receiver.url)
    await using metrics = await startMetricsServer(() => service.text())
    await using lastRuns = await startMetricsServer(() => nightly(succeededAgo))
    const jobs = {hubspoke: metrics.address, node: lastRuns.address}
    await using prometheus = await startPrometheus(debian, folder.path, {rules, alertmanager, jobs})

    /** Waits until each of these has fired, no other has, and the receiver was notified. */
    const expectFiring = async (...alerts: readonly string[]) => {
      const firing = alerts.map((alert) => `${alert} firing`).sort()
      const seen = new Set<string>()
      await eventually(`alerts: ${firing}`, async () => {
        for (const one of await alertsOf(prometheus)) if (one.endsWith(' firing')) seen.add(one)
        return firing.every((one) => seen.has(one))
      })
      expect([...seen].sort()).toEqual(firing)
      await expectNotified(firing)
    }
    const expectResolved = async (...alerts: readonly string[]) => {
      await eventually('no alert', async () => (await alertsOf(prometheus)).length === 0)
      await expectNotified(alerts.map((alert) => `${alert} resolved`))
    }
    const expectNotified = async (changes: readonly string[]) => {
      if (alertmanager === undefined) return
      await eventually(`notified of ${changes}`, async () => changes.every((one) => receiver.notified.includes(one)))
    }
    const expectSilence = async () => {
      await evaluated(prometheus)
      await evaluated(prometheus)
      expect(await alertsOf(prometheus)).toEqual([])
    }

    const seen = 'hubspoke_build_info and on() hubspoke_last_run_exit_code'
    await eventually('both are scraped', async () => (await queryPrometheus(prometheus, seen)).length > 0)
    await expectSilence()
    expect(receiver.notified).toEqual([])

    // A counter that starts at 0: the first failure fires.
    service.inc('hubspoke_hub_failures_total', {verb, class: 'forbidden'})
    service.set('hubspoke_spoke_oldest_active_start_timestamp_seconds', {verb}, secondsNow() - 1_860)
    service.set('hubspoke_event_oldest_timestamp_seconds', {}, secondsNow() - 3_660)
    succeededAgo = 3 * 86_400
    const ofRuns = [
      'HubspokeHubFailed restart',
      'HubspokeRunMissing hubspoke',
      'HubspokeRunMissing nightly',
      'HubspokeSpokesStuck restart',
    ]
    await expectFiring(...ofRuns)
    service.set('hubspoke_spoke_oldest_active_start_timestamp_seconds', {verb}, secondsNow() - 60)
    service.set('hubspoke_event_oldest_timestamp_seconds', {}, 0)
    succeededAgo = 60
    await expectResolved(...ofRuns)

    const targets = [{cluster: 'eu-west'}, {cluster: 'us-east'}, {cluster: 'us-east'}, {cluster: 'ap-south'}]
    countRun(service, {verdict: 'ok', targets: [...targets, ...targets], lagSeconds: 0.3, seconds: 4})
    await expectSilence()
    const failed = {cluster: 'ap-south', failed: 'unreachable'} as const
    countRun(service, {verdict: 'target-failed', targets: [...targets, failed, failed], lagSeconds: 0.3, seconds: 4})
    const results = ['unauthorized', 'malformed', 'overloaded', 'unwritable']
    const refused = results.map((result) => `HubspokeEventsRefused ${result}`)
    {
      // As a registry does, which sends a refused event again each second.
      using _ = everyHalfSecond(() => {
        for (const result of results) service.inc('hubspoke_events_total', {source: 'harbor', result})
      })
      await expectFiring('HubspokeSpokeFailureRateHigh restart', ...refused)
    }
    await expectResolved('HubspokeSpokeFailureRateHigh restart', ...refused)

    await metrics.stop()
    await expectFiring('HubspokeHubFailed hubspoke')
    await metrics.startAgain()
    await expectResolved('HubspokeHubFailed hubspoke')
  },
  timeoutMs,
)

function everyHalfSecond(act: () => void): Disposable {
  const timer = setInterval(act, 500)
  return {[Symbol.dispose]: () => clearInterval(timer)}
}

test.skipIf(programs === undefined)(
  'every expression of the dashboard returns data from Prometheus, with the labels of its legend',
  async () => {
    using folder = temporaryFolder()
    const rules = join(folder.path, 'rules.yml')
    writeFileSync(rules, quickRules)
    let service = idleService()
    await using metrics = await startMetricsServer(() => service.text())
    await using lastRuns = await startMetricsServer(() => nightly(60))
    const jobs = {hubspoke: metrics.address, node: lastRuns.address}
    const debian = programs as MonitoringPrograms
    await using prometheus = await startPrometheus(debian, folder.path, {rules, alertmanager: undefined, jobs})
    await eventually('it is scraped', async () => (await queryPrometheus(prometheus, 'hubspoke_build_info')).length > 0)
    service = busyService(new Date())
    for (const {title, queries} of panels) {
      for (const {expr, legend} of queries) {
        const labels = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
        await eventually(`${title} has data: ${expr}`, async () =>
          (await queryPrometheus(prometheus, expr)).some(
            (one) => Number.isFinite(one.value) && labels.every((label) => one.labels[label] !== undefined),
          ),
        )
      }
    }
  },
  timeoutMs,
)
