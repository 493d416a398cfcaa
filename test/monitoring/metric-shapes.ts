import type {MetricShape} from './metric-names.ts'

/**
 * What a text in the format of Prometheus exports, to be held against the lists of `metric-names.ts`. A metric without a
 * series has no labels here.
 */
export function metricShapesIn(text: string): Readonly<Record<string, MetricShape>> {
  const shapes = [...text.matchAll(/^# TYPE (\S+) (counter|gauge|histogram)$/gm)].map(([, name = '', type]) => {
    const series = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'm').exec(text)?.[1] ?? ''
    const labels = [...series.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le')
    return [name, {type, labels: labels.sort()}]
  })
  return Object.fromEntries(shapes)
}
