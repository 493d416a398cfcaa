import {Counter, Gauge, Histogram, Registry} from 'prom-client'
import {type MetricShape, serviceMetrics} from './metric-names.ts'

type ServiceMetric = keyof typeof serviceMetrics
type OfType<T extends MetricShape['type']> = {
  [Name in ServiceMetric]: (typeof serviceMetrics)[Name]['type'] extends T ? Name : never
}[ServiceMetric]
type Labels<Name extends ServiceMetric> = Readonly<Record<(typeof serviceMetrics)[Name]['labels'][number], string>>

/** The metrics of a simulated service: those of the list, with the values that a test gives them. */
export interface ServiceMetrics {
  /** By 0, it makes the series exist. */
  inc<Name extends OfType<'counter'>>(name: Name, labels: Labels<Name>, by?: number): void
  set<Name extends OfType<'gauge'>>(name: Name, labels: Labels<Name>, value: number): void
  /** Makes the series of a histogram exist. */
  zero<Name extends OfType<'histogram'>>(name: Name, labels: Labels<Name>): void
  observe<Name extends OfType<'histogram'>>(name: Name, labels: Labels<Name>, seconds: number): void
  /** In the text format of Prometheus. */
  text(): Promise<string>
}

const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600]

export function createServiceMetrics(): ServiceMetrics {
  const registry = new Registry()
  const counters = new Map<string, Counter>()
  const gauges = new Map<string, Gauge>()
  const histograms = new Map<string, Histogram>()
  for (const [name, {type, labels}] of Object.entries<MetricShape>(serviceMetrics)) {
    const config = {name, help: name, labelNames: labels, registers: [registry]}
    if (type === 'counter') counters.set(name, new Counter(config))
    if (type === 'gauge') gauges.set(name, new Gauge(config))
    if (type === 'histogram') histograms.set(name, new Histogram({...config, buckets}))
  }
  return {
    inc: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
    set: (name, labels, value) => gauges.get(name)?.set(labels, value),
    zero: (name, labels) => histograms.get(name)?.zero(labels),
    observe: (name, labels, seconds) => histograms.get(name)?.observe(labels, seconds),
    text: () => registry.metrics(),
  }
}
