import type {Sample, Series, SeriesLabels} from './query-prometheus.ts'

/** What Prometheus returned for each query of a panel: of a time series the points, of any other panel the last values. */
export interface PanelData {
  readonly start: number
  readonly end: number
  readonly step: number
  readonly series: readonly (readonly Series[])[]
  readonly samples: readonly (readonly Sample[])[]
}

/** Of a panel, in pixels. */
export const size = {width: 390, height: 210}

export const colours = {
  page: '#1c2128',
  panel: '#22272e',
  text: '#cdd9e5',
  faint: '#909dab',
  grid: '#373e47',
  alert: '#f47067',
  /** Told apart also without red and green (Okabe and Ito). */
  series: ['#56b4e9', '#e69f00', '#009e73', '#f0e442', '#cc79a7', '#d55e00', '#0072b2', '#999999'],
}

export const colourOf = (index: number): string => colours.series[index % colours.series.length] ?? colours.text

export function element(name: string, attributes: Readonly<Record<string, string | number>>, text?: string): string {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(`${value}`)}"`)
  return text === undefined ? `<${name}${words.join('')}/>` : `<${name}${words.join('')}>${escaped(text)}</${name}>`
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** One decimal is enough for pixels. */
export const px = (value: number): number => Math.round(value * 10) / 10

export function named(legend: string, labels: SeriesLabels): string {
  return legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '')
}

export function inUnit(value: number, unit: string): string {
  if (unit === 'percentunit') return `${rounded(value * 100)} %`
  return unit === 's' ? inSeconds(value) : rounded(value)
}

function inSeconds(value: number): string {
  if (value >= 86_400) return `${rounded(value / 86_400)} d`
  if (value >= 3_600) return `${rounded(value / 3_600)} h`
  return value >= 60 ? `${rounded(value / 60)} min` : `${rounded(value)} s`
}

/** Three digits. */
function rounded(value: number): string {
  return `${Number(value.toPrecision(3))}`
}
