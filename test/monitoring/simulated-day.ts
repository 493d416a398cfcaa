import {lastRunText} from '../../src/metrics/last-run.ts'
import {clusters, countRun, idleService} from './busy-service.ts'
import type {ServiceMetrics} from './service-metrics.ts'

/** Seconds since 1970: the period of the picture. */
export const day = {start: Date.parse('2026-11-02T06:00:00Z') / 1_000, end: Date.parse('2026-11-02T18:00:00Z') / 1_000}

const verb = 'restart'
const minute = 60
const scrapeSeconds = 2 * minute

/** In minutes of the day: a rollout that does not end, a cluster whose watch is broken, a sender with a wrong secret. */
const stuckAt = 290
const stuckMinutes = 42
const cacheBroken = {from: 430, to: 475}
const wrongSecret = {from: 560, to: 600}
/** A run from a laptop holds the lock. */
const lockedAt = 522

interface PlannedRun {
  readonly arrives: number
  readonly minutes: number
  readonly lagSeconds: number
  readonly targets: number
  readonly failed: number
}

/** Always the same: a picture that is drawn again has changed only if something else has. */
function plannedRuns(): readonly PlannedRun[] {
  const random = pseudoRandom()
  const runs: PlannedRun[] = []
  for (let arrives = 8; arrives < 700; arrives += 9 + Math.floor(random() * 18)) {
    const isStuck = arrives >= stuckAt && runs.every(({minutes}) => minutes !== stuckMinutes)
    runs.push({
      arrives,
      minutes: isStuck ? stuckMinutes : 1 + Math.floor(random() * 6),
      lagSeconds: 0.2 + random() * 0.9,
      targets: 9 + Math.floor(random() * 15),
      failed: isStuck ? 4 : Math.floor(random() * 1.15),
    })
  }
  return runs
}

/** Numbers from 0 to 1 (a linear congruential generator). */
function pseudoRandom(): () => number {
  let state = 20_261_102
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** Scrapes of twelve hours of a service and of two one-shot runs, in the OpenMetrics format with timestamps. */
export async function simulatedDay(): Promise<string> {
  const service = idleService()
  const waiting = [...plannedRuns()]
  const queue: PlannedRun[] = []
  const oneShot = await lastRuns()
  const scrapes: string[] = []
  let active: (PlannedRun & {readonly startedAt: number}) | undefined
  for (let now = 0; day.start + now * minute <= day.end; now++) {
    while (waiting[0] !== undefined && waiting[0].arrives <= now) queue.push(waiting.shift() as PlannedRun)
    if (active !== undefined && active.startedAt + active.minutes <= now) {
      end(service, active, now)
      active = undefined
    }
    if (active === undefined && queue[0] !== undefined) active = {...(queue.shift() as PlannedRun), startedAt: now}
    setGauges(service, {now, active, queue})
    countIncidents(service, now)
    if ((now * minute) % scrapeSeconds === 0) scrapes.push(stamped(`${await service.text()}\n${oneShot}`, now))
  }
  return `${scrapes.join('')}# EOF\n`
}

function countIncidents(service: ServiceMetrics, now: number): void {
  if (now >= wrongSecret.from && now < wrongSecret.to)
    service.inc('hubspoke_events_total', {source: 'ci', result: 'unauthorized'}, 3)
  if (now === lockedAt) {
    service.inc('hubspoke_hub_failures_total', {verb, class: 'locked'})
    service.inc('hubspoke_runs_total', {verb, trigger: 'listen', verdict: 'locked'})
  }
}

function end(service: ServiceMetrics, run: PlannedRun & {readonly startedAt: number}, now: number): void {
  const failure = run.minutes === stuckMinutes ? 'rollout' : 'unreachable'
  const targets = Array.from({length: run.targets}, (_, index) => ({
    cluster: index < run.failed ? 'ap-south' : (clusters[index % clusters.length] ?? ''),
    ...(index < run.failed ? {failed: failure} : {}),
  })) satisfies Parameters<typeof countRun>[1]['targets']
  const lagSeconds = run.lagSeconds + (run.startedAt - run.arrives) * minute
  const seconds = (now - run.startedAt) * minute - 20
  countRun(service, {verdict: run.failed === 0 ? 'ok' : 'target-failed', targets, lagSeconds, seconds})
}

interface Moment {
  /** Minutes since the start of the day. */
  readonly now: number
  readonly active: (PlannedRun & {readonly startedAt: number}) | undefined
  readonly queue: readonly PlannedRun[]
}

function setGauges(service: ServiceMetrics, {now, active, queue}: Moment): void {
  const secondsOf = (minutes: number) => day.start + minutes * minute
  const isStuck = active?.minutes === stuckMinutes
  service.set('hubspoke_runs_active', {verb}, active === undefined ? 0 : 1)
  service.set(
    'hubspoke_spoke_oldest_active_start_timestamp_seconds',
    {verb},
    active === undefined ? 0 : secondsOf(active.startedAt),
  )
  service.set('hubspoke_event_queue_length', {}, queue.length)
  service.set('hubspoke_event_oldest_timestamp_seconds', {}, queue[0] === undefined ? 0 : secondsOf(queue[0].arrives))
  for (const [index, cluster] of clusters.entries()) {
    const share = Math.ceil((active?.targets ?? 0) / (index + 3))
    const activeHere = isStuck ? (cluster === 'ap-south' ? 4 : 0) : share
    service.set('hubspoke_spokes_active', {verb, cluster}, active === undefined ? 0 : activeHere)
    const isBroken = cluster === 'ap-south' && now >= cacheBroken.from && now < cacheBroken.to
    service.set('hubspoke_cache_proven_timestamp_seconds', {cluster}, secondsOf(isBroken ? cacheBroken.from : now) - 1)
  }
}

async function lastRuns(): Promise<string> {
  const counts = {total: 24, succeeded: 24, unchanged: 0, failed: 0, skipped: 0, notRun: 0, unverified: 0}
  const none = {failures: new Map(), clustersUnreadable: 0}
  const nightlyEnd = day.start - 3 * 3_600
  const nightly = {name: 'nightly-restart', endedAt: new Date(nightlyEnd * 1_000), exitCode: 0, succeededAt: nightlyEnd}
  const weekly = {
    name: 'weekly-scale',
    endedAt: new Date((day.start - 26 * 3_600) * 1_000),
    exitCode: 1,
    succeededAt: undefined,
  }
  const texts = [
    await lastRunText({...none, ...nightly, durationMs: 184_000, counts}),
    await lastRunText({...none, ...weekly, durationMs: 642_000, counts: {...counts, succeeded: 22, failed: 2}}),
  ]
  return texts.join('\n')
}

/** As Prometheus stores a scrape: with the labels of its target, and its time. */
function stamped(text: string, now: number): string {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      const target = 'instance="listen-0:9464",job="hubspoke"'
      return `${name}{${labels === '' ? '' : `${labels},`}${target}} ${value} ${day.start + now * minute}\n`
    })
    .join('')
}
