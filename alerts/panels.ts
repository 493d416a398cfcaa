import {alertTimes} from './rules.ts'

export interface Query {
  /** PromQL, in which Grafana replaces `$__rate_interval` and `$__range`. */
  readonly expr: string
  /** Name of each series, with its labels in `{{…}}`; of a table: the title of the column. */
  readonly legend: string
  /** Of a column: a unit of Grafana. */
  readonly unit?: string
}

export interface Panel {
  readonly title: string
  readonly description: string
  readonly type: 'timeseries' | 'stat' | 'bargauge' | 'table'
  /** A unit of Grafana. */
  readonly unit: string
  /** Of a time series: bars upon each other, for numbers of an interval. */
  readonly bars?: boolean
  /** What is above it is alerted on. */
  readonly threshold?: number
  readonly queries: readonly Query[]
}

/** What happened in the interval of a point, and nothing where nothing happened: a bar of 0 is no bar. */
const numberOf = (metric: string, by: string) => `sum by (${by}) (increase(${metric}[$__rate_interval])) > 0`

/** Runs are rare, so that quantiles are those of an hour. */
const quantile = (of: number, histogram: string) =>
  `histogram_quantile(${of}, sum by (le) (increase(${histogram}_bucket[1h])))`

const quantiles = (histogram: string): readonly Query[] => [
  {expr: quantile(0.5, histogram), legend: 'p50'},
  {expr: quantile(0.95, histogram), legend: 'p95'},
]

const share = (metric: string, part: string, whole: string) =>
  `sum(increase(${metric}{${part}}[$__range])) / sum(increase(${metric}{${whole}}[$__range]))`

/** Every panel, three a row. */
export const panels: readonly Panel[] = [
  {
    title: 'Runs by verdict',
    description: 'Runs of services that ended in the interval, by the name of their exit code.',
    type: 'timeseries',
    unit: 'short',
    bars: true,
    queries: [{expr: numberOf('hubspoke_runs_total', 'verdict'), legend: '{{verdict}}'}],
  },
  {
    title: 'Success rate',
    description: 'Within the shown period: runs that ended with exit code 0, and targets in the desired state.',
    type: 'stat',
    unit: 'percentunit',
    queries: [
      {expr: share('hubspoke_runs_total', 'verdict="ok"', ''), legend: 'runs'},
      {
        expr: share('hubspoke_spokes_total', 'outcome=~"succeeded|unchanged"', 'outcome!~"skipped|not-run"'),
        legend: 'targets',
      },
    ],
  },
  {
    title: 'Run duration',
    description: 'Of the runs of the last hour.',
    type: 'timeseries',
    unit: 's',
    queries: quantiles('hubspoke_run_duration_seconds'),
  },
  {
    title: 'Active spokes',
    description: 'Targets that are acted on now.',
    type: 'timeseries',
    unit: 'short',
    queries: [{expr: 'sum by (cluster) (hubspoke_spokes_active)', legend: '{{cluster}}'}],
  },
  {
    title: 'Oldest active spoke',
    description: 'For how long the oldest active target has been acted on; 0: none is active.',
    type: 'timeseries',
    unit: 's',
    threshold: alertTimes.stuckSeconds,
    queries: [
      {
        expr: `max by (verb) (
  time() - (hubspoke_spoke_oldest_active_start_timestamp_seconds > 0)
    or
  0 * hubspoke_spoke_oldest_active_start_timestamp_seconds
)`,
        legend: '{{verb}}',
      },
    ],
  },
  {
    title: 'Failure classes',
    description: 'Targets that failed in the interval, and runs that ended before any target was started ("hub").',
    type: 'timeseries',
    unit: 'short',
    bars: true,
    queries: [
      {expr: numberOf('hubspoke_spoke_failures_total', 'class'), legend: '{{class}}'},
      {expr: numberOf('hubspoke_hub_failures_total', 'class'), legend: 'hub: {{class}}'},
    ],
  },
  {
    title: 'Spokes by cluster',
    description: 'Targets within the shown period, by cluster and outcome.',
    type: 'bargauge',
    unit: 'short',
    queries: [
      {
        expr: 'sum by (cluster, outcome) (increase(hubspoke_spokes_total[$__range])) > 0',
        legend: '{{cluster}} {{outcome}}',
      },
    ],
  },
  {
    title: 'Cache age',
    description: 'Since the image cache of each cluster was last proved complete.',
    type: 'timeseries',
    unit: 's',
    queries: [
      {
        expr: 'max by (cluster) (time() - (hubspoke_cache_proven_timestamp_seconds > 0))',
        legend: '{{cluster}}',
      },
    ],
  },
  {
    title: 'Events by result',
    description: 'Push events that were answered in the interval.',
    type: 'timeseries',
    unit: 'short',
    bars: true,
    queries: [{expr: numberOf('hubspoke_events_total', 'result'), legend: '{{result}}'}],
  },
  {
    title: 'Queue length',
    description: 'Accepted events whose run has not ended.',
    type: 'timeseries',
    unit: 'short',
    queries: [{expr: 'sum by (instance) (hubspoke_event_queue_length)', legend: '{{instance}}'}],
  },
  {
    title: 'Event lag',
    description: 'From the receipt of an event to the first write, of the events of the last hour.',
    type: 'timeseries',
    unit: 's',
    queries: quantiles('hubspoke_event_lag_seconds'),
  },
  {
    title: 'Last one-shot runs',
    description: 'The last run of each name that exports metrics.',
    type: 'table',
    unit: 'none',
    queries: [
      {expr: 'max by (name) (hubspoke_last_run_exit_code)', legend: 'Exit code'},
      {expr: 'time() - max by (name) (hubspoke_last_run_timestamp_seconds)', legend: 'Age', unit: 's'},
      {expr: 'max by (name) (hubspoke_last_run_duration_seconds)', legend: 'Duration', unit: 's'},
      {
        expr: 'sum by (name) (hubspoke_last_run_spokes{outcome=~"failed|unverified"})',
        legend: 'Failed',
      },
    ],
  },
]
