import {Gauge, Registry} from 'prom-client'
import {failureClasses} from '../model/failure.ts'
import {outcomes} from '../model/result.ts'
import {countKey} from '../summary/count-outcomes.ts'
import type {RunTotals} from './run-tally.ts'

/** The last run of a name. */
export interface LastRun extends RunTotals {
  /** Label of every metric. */
  readonly name: string
  readonly endedAt: Date
  readonly exitCode: number
  /** Seconds since 1970; undefined: it is not known that any run has succeeded. */
  readonly succeededAt: number | undefined
}

export const successMetric = 'hubspoke_last_run_success_timestamp_seconds'

/**
 * The metrics of the last run in the text format of Prometheus, without timestamps. The number of series does not depend on
 * the run: one for each outcome and failure class, also where it is 0.
 */
export function lastRunText({name, ...run}: LastRun): Promise<string> {
  const registry = new Registry()
  const add = (metric: string, help: string, value: number) =>
    new Gauge({name: metric, help, labelNames: ['name'], registers: [registry]}).set({name}, value)
  add('hubspoke_last_run_timestamp_seconds', 'When the last run ended.', secondsOf(run.endedAt))
  if (run.succeededAt !== undefined) add(successMetric, 'When the last run with exit code 0 ended.', run.succeededAt)
  add('hubspoke_last_run_duration_seconds', 'Duration of the last run.', run.durationMs / 1_000)
  add('hubspoke_last_run_exit_code', 'Exit code of the last run.', run.exitCode)
  add(
    'hubspoke_last_run_clusters_unreadable',
    'Contexts that the last run could not read in full.',
    run.clustersUnreadable,
  )
  const spokes = new Gauge({
    name: 'hubspoke_last_run_spokes',
    help: 'Targets of the last run by outcome.',
    labelNames: ['name', 'outcome'],
    registers: [registry],
  })
  for (const outcome of outcomes) spokes.set({name, outcome}, run.counts[countKey(outcome)])
  const failures = new Gauge({
    name: 'hubspoke_last_run_spoke_failures',
    help: 'Targets of the last run that need attention, by failure class.',
    labelNames: ['name', 'class'],
    registers: [registry],
  })
  for (const one of failureClasses) failures.set({name, class: one}, run.failures.get(one) ?? 0)
  return registry.metrics()
}

export function secondsOf(date: Date): number {
  return date.getTime() / 1_000
}
