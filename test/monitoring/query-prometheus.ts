import type {Service} from './start-service.ts'

export type SeriesLabels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: SeriesLabels
  readonly value: number
}

export interface Series {
  readonly labels: SeriesLabels
  /** Seconds since 1970 and value. */
  readonly points: readonly (readonly [number, number])[]
}

/** What Grafana puts in the place of its variables. */
export interface Variables {
  readonly rateInterval: string
  readonly range: string
}

const short: Variables = {rateInterval: '1m', range: '5m'}

/** An instant query, now or at a time in seconds since 1970. */
export async function queryPrometheus(
  prometheus: Service,
  expr: string,
  {time, variables = short}: {readonly time?: number; readonly variables?: Variables} = {},
): Promise<readonly Sample[]> {
  const result = await ask<{value: [number, string]}>(prometheus, 'query', {
    query: filled(expr, variables),
    ...(time === undefined ? {} : {time: `${time}`}),
  })
  return result.map(({metric, value}) => ({labels: metric, value: Number(value[1])}))
}

/** A range query, in seconds since 1970. */
export async function queryRange(
  prometheus: Service,
  expr: string,
  {start, end, step, variables}: {start: number; end: number; step: number; variables: Variables},
): Promise<readonly Series[]> {
  const parameters = {query: filled(expr, variables), start: `${start}`, end: `${end}`, step: `${step}`}
  const result = await ask<{values: [number, string][]}>(prometheus, 'query_range', parameters)
  return result.map(({metric, values}) => ({
    labels: metric,
    points: values.map(([time, value]) => [time, Number(value)] as const),
  }))
}

function filled(expr: string, {rateInterval, range}: Variables): string {
  return expr.replaceAll('$__rate_interval', rateInterval).replaceAll('$__range', range)
}

async function ask<T>(
  prometheus: Service,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<readonly (T & {metric: SeriesLabels})[]> {
  const answer = await prometheus.get(`/api/v1/${path}?${new URLSearchParams(parameters)}`)
  return (JSON.parse(answer) as {data: {result: readonly (T & {metric: SeriesLabels})[]}}).data.result
}
