import {eventResults} from '../../src/listen/server/receive.ts'
import {exitCodes} from '../../src/model/exit-code.ts'
import {failureClasses} from '../../src/model/failure.ts'
import {outcomes} from '../../src/model/result.ts'
import {createServiceMetrics, type ServiceMetrics} from './service-metrics.ts'

const verb = 'restart'
export const clusters = ['eu-west', 'us-east', 'ap-south'] as const

/** The metrics of a service that has just started, with every series that it can have: counters and histograms start at 0. */
export function idleService(): ServiceMetrics {
  const service = createServiceMetrics()
  service.set('hubspoke_build_info', {version: '0.1.0'}, 1)
  service.set('hubspoke_runs_active', {verb}, 0)
  service.set('hubspoke_spoke_oldest_active_start_timestamp_seconds', {verb}, 0)
  service.set('hubspoke_event_queue_length', {}, 0)
  service.set('hubspoke_event_oldest_timestamp_seconds', {}, 0)
  for (const verdict of Object.keys(exitCodes)) {
    service.inc('hubspoke_runs_total', {verb, trigger: 'listen', verdict}, 0)
    service.zero('hubspoke_run_duration_seconds', {verb, verdict})
  }
  for (const outcome of outcomes) service.zero('hubspoke_spoke_duration_seconds', {verb, outcome})
  for (const one of failureClasses) {
    service.inc('hubspoke_hub_failures_total', {verb, class: one}, 0)
    service.inc('hubspoke_spoke_failures_total', {verb, class: one}, 0)
    service.inc('hubspoke_spoke_retries_total', {verb, class: one}, 0)
  }
  for (const cluster of clusters) {
    for (const outcome of outcomes) service.inc('hubspoke_spokes_total', {verb, cluster, outcome}, 0)
    service.set('hubspoke_spokes_active', {verb, cluster}, 0)
    service.set('hubspoke_cluster_readable', {cluster}, 1)
    service.set('hubspoke_cache_workloads', {cluster}, 312)
    service.inc('hubspoke_cache_writes_total', {cluster, result: 'written'}, 0)
    service.inc('hubspoke_cache_watch_restarts_total', {cluster, reason: 'expired'}, 0)
  }
  for (const source of ['harbor', 'ci']) {
    for (const result of eventResults) service.inc('hubspoke_events_total', {source, result}, 0)
    service.zero('hubspoke_event_lag_seconds', {source})
  }
  return service
}

/** A run of the service: its event, its targets and its verdict. Seconds are those of its parts. */
export interface SimulatedRun {
  readonly verdict: 'ok' | 'target-failed'
  readonly targets: readonly {readonly cluster: string; readonly failed?: 'rollout' | 'unreachable'}[]
  readonly lagSeconds: number
  readonly seconds: number
}

export function countRun(service: ServiceMetrics, {verdict, targets, lagSeconds, seconds}: SimulatedRun): void {
  service.inc('hubspoke_events_total', {source: 'harbor', result: 'accepted'})
  service.observe('hubspoke_event_lag_seconds', {source: 'harbor'}, lagSeconds)
  service.observe('hubspoke_discovery_duration_seconds', {}, lagSeconds / 2)
  service.inc('hubspoke_runs_total', {verb, trigger: 'listen', verdict})
  service.observe('hubspoke_run_duration_seconds', {verb, verdict}, seconds)
  for (const {cluster, failed} of targets) {
    const outcome = failed === undefined ? 'succeeded' : 'failed'
    service.inc('hubspoke_spokes_total', {verb, cluster, outcome})
    service.observe('hubspoke_spoke_duration_seconds', {verb, outcome}, seconds)
    if (failed !== undefined) service.inc('hubspoke_spoke_failures_total', {verb, class: failed})
  }
}

/** Between runs: it has had a run with a failed target, another is active, and an event waits. Every metric has a series. */
export function busyService(now = new Date(0)): ServiceMetrics {
  const service = idleService()
  const seconds = now.getTime() / 1_000
  countRun(service, {
    verdict: 'target-failed',
    targets: [...clusters.map((cluster) => ({cluster})), {cluster: 'eu-west', failed: 'rollout'}],
    lagSeconds: 0.4,
    seconds: 42,
  })
  countRun(service, {verdict: 'ok', targets: clusters.map((cluster) => ({cluster})), lagSeconds: 0.3, seconds: 21})
  service.inc('hubspoke_hub_failures_total', {verb, class: 'locked'})
  service.set('hubspoke_runs_active', {verb}, 1)
  service.set('hubspoke_spokes_active', {verb, cluster: 'eu-west'}, 2)
  service.set('hubspoke_spoke_oldest_active_start_timestamp_seconds', {verb}, seconds - 12)
  service.set('hubspoke_event_queue_length', {}, 1)
  service.set('hubspoke_event_oldest_timestamp_seconds', {}, seconds - 3)
  for (const cluster of clusters) service.set('hubspoke_cache_proven_timestamp_seconds', {cluster}, seconds - 2)
  return service
}
