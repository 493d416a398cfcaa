/** Every metric that hubspoke exports. Alerts and dashboard may use no other. */

export interface MetricShape {
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** In alphabetical order. */
  readonly labels: readonly string[]
}

/** Of the services: `listen` and `cache watch`. */
export const serviceMetrics = {
  hubspoke_build_info: {type: 'gauge', labels: ['version']},
  hubspoke_runs_total: {type: 'counter', labels: ['trigger', 'verb', 'verdict']},
  hubspoke_hub_failures_total: {type: 'counter', labels: ['class', 'verb']},
  hubspoke_runs_active: {type: 'gauge', labels: ['verb']},
  hubspoke_run_duration_seconds: {type: 'histogram', labels: ['verb', 'verdict']},
  hubspoke_spokes_total: {type: 'counter', labels: ['cluster', 'outcome', 'verb']},
  hubspoke_spoke_failures_total: {type: 'counter', labels: ['class', 'verb']},
  hubspoke_spoke_duration_seconds: {type: 'histogram', labels: ['outcome', 'verb']},
  hubspoke_spoke_retries_total: {type: 'counter', labels: ['class', 'verb']},
  hubspoke_spokes_active: {type: 'gauge', labels: ['cluster', 'verb']},
  hubspoke_spoke_oldest_active_start_timestamp_seconds: {type: 'gauge', labels: ['verb']},
  hubspoke_cluster_readable: {type: 'gauge', labels: ['cluster']},
  hubspoke_discovery_duration_seconds: {type: 'histogram', labels: []},
  hubspoke_cache_proven_timestamp_seconds: {type: 'gauge', labels: ['cluster']},
  hubspoke_cache_workloads: {type: 'gauge', labels: ['cluster']},
  hubspoke_cache_writes_total: {type: 'counter', labels: ['cluster', 'result']},
  hubspoke_cache_watch_restarts_total: {type: 'counter', labels: ['cluster', 'reason']},
  hubspoke_events_total: {type: 'counter', labels: ['result', 'source']},
  hubspoke_event_queue_length: {type: 'gauge', labels: []},
  hubspoke_event_oldest_timestamp_seconds: {type: 'gauge', labels: []},
  hubspoke_event_lag_seconds: {type: 'histogram', labels: ['source']},
} as const satisfies Readonly<Record<string, MetricShape>>

/** Of one-shot runs: `--metrics-file` and `--metrics-push`. */
export const lastRunMetrics = {
  hubspoke_last_run_timestamp_seconds: {type: 'gauge', labels: ['name']},
  hubspoke_last_run_success_timestamp_seconds: {type: 'gauge', labels: ['name']},
  hubspoke_last_run_duration_seconds: {type: 'gauge', labels: ['name']},
  hubspoke_last_run_exit_code: {type: 'gauge', labels: ['name']},
  hubspoke_last_run_clusters_unreadable: {type: 'gauge', labels: ['name']},
  hubspoke_last_run_spokes: {type: 'gauge', labels: ['name', 'outcome']},
  hubspoke_last_run_spoke_failures: {type: 'gauge', labels: ['class', 'name']},
} as const satisfies Readonly<Record<string, MetricShape>>
