import type {Panel} from '../../alerts/panels.ts'
import type {Series} from './query-prometheus.ts'
import {colourOf, colours, element, inUnit, named, type PanelData, px, size} from './render-parts.ts'

/** Of a chart, in the panel. */
const plot = {left: 52, right: size.width - 12, top: 34, bottom: 152}
const legendTop = 182

interface Named extends Series {
  readonly name: string
}

interface Axes {
  x(seconds: number): number
  y(value: number): number
  readonly ticks: readonly number[]
}

/** Lines, or bars upon each other, with a legend. */
export function drawChart(panel: Panel, data: PanelData): readonly string[] {
  const all: readonly Named[] = panel.queries.flatMap(({legend}, nth) =>
    (data.series[nth] ?? []).map((series) => ({...series, name: named(legend, series.labels)})),
  )
  const axes = axesOf(panel, data, all)
  const drawn = panel.bars ? bars(all, axes, data.step) : all.map((series, index) => line(series, axes, index))
  return [...grid(panel, data, axes), ...drawn, ...threshold(panel, axes), ...legend(all.map(({name}) => name))]
}

function axesOf({bars: isStacked = false, unit}: Panel, {start, end}: PanelData, all: readonly Named[]): Axes {
  const highest = isStacked
    ? Math.max(...sums(all).values(), 0)
    : Math.max(...all.flatMap(({points}) => points.map(([, value]) => value)).filter(Number.isFinite), 0)
  const step = niceStep(highest / 3 || 1, unit)
  const ticks = Array.from({length: Math.ceil(highest / step) + 1}, (_, index) => index * step)
  const top = ticks.at(-1) || step
  return {
    x: (seconds) => px(plot.left + ((seconds - start) / (end - start)) * (plot.right - plot.left)),
    y: (value) => px(plot.bottom - (value / top) * (plot.bottom - plot.top)),
    ticks,
  }
}

function sums(all: readonly Named[]): ReadonlyMap<number, number> {
  const total = new Map<number, number>()
  for (const [time, value] of all.flatMap(({points}) => points)) total.set(time, (total.get(time) ?? 0) + value)
  return total
}

function niceStep(atLeast: number, unit: string): number {
  const steps =
    unit === 's'
      ? [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600]
      : [1, 2, 5, 10, 20, 50, 100]
  return steps.find((step) => step >= atLeast) ?? Math.ceil(atLeast)
}

function grid({unit}: Panel, {start, end}: PanelData, {x, y, ticks}: Axes): readonly string[] {
  const hours = Array.from({length: Math.floor((end - start) / 10_800) + 1}, (_, index) => start + index * 10_800)
  return [
    ...ticks.flatMap((tick) => [
      element('path', {d: `M${plot.left} ${y(tick)}H${plot.right}`, stroke: colours.grid}),
      element(
        'text',
        {x: plot.left - 6, y: y(tick) + 4, 'text-anchor': 'end', fill: colours.faint},
        inUnit(tick, unit),
      ),
    ]),
    ...hours.map((hour, index) =>
      element(
        'text',
        {
          x: x(hour),
          y: plot.bottom + 16,
          'text-anchor': index === 0 ? 'start' : index === hours.length - 1 ? 'end' : 'middle',
          fill: colours.faint,
        },
        new Date(hour * 1_000).toISOString().slice(11, 16),
      ),
    ),
  ]
}

function bars(all: readonly Named[], {x, y}: Axes, step: number): readonly string[] {
  const below = new Map<number, number>()
  return all.map(({points}, index) => {
    const path = points.map(([time, value]) => {
      const from = below.get(time) ?? 0
      below.set(time, from + value)
      const left = Math.max(x(time - step) + 0.5, plot.left)
      return `M${px(left)} ${y(from)}V${y(from + value)}H${px(x(time) - 0.5)}V${y(from)}z`
    })
    return element('path', {d: path.join(''), fill: colourOf(index)})
  })
}

/** Broken where there is no value. */
function line({points}: Named, {x, y}: Axes, index: number): string {
  let isDrawing = false
  const path = points.map(([time, value]) => {
    const move = isDrawing ? 'L' : 'M'
    isDrawing = Number.isFinite(value)
    return isDrawing ? `${move}${x(time)} ${y(value)}` : ''
  })
  return element('path', {d: path.join(''), fill: 'none', stroke: colourOf(index), 'stroke-width': 1.5})
}

function threshold({threshold: value, unit}: Panel, {y, ticks}: Axes): readonly string[] {
  if (value === undefined || value > (ticks.at(-1) ?? 0)) return []
  return [
    element('path', {d: `M${plot.left} ${y(value)}H${plot.right}`, stroke: colours.alert, 'stroke-dasharray': '4 3'}),
    element('text', {x: plot.left + 4, y: y(value) - 4, fill: colours.alert}, `alert above ${inUnit(value, unit)}`),
  ]
}

function legend(names: readonly string[]): readonly string[] {
  let left = 12
  let top = legendTop
  return names.flatMap((name, index) => {
    const width = 22 + name.length * 6
    if (left + width > size.width) {
      left = 12
      top += 16
    }
    const drawn = [
      element('rect', {x: left, y: top, width: 9, height: 9, fill: colourOf(index)}),
      element('text', {x: left + 14, y: top + 9}, name),
    ]
    left += width
    return drawn
  })
}

export function drawStats({queries, unit}: Panel, {samples}: PanelData): readonly string[] {
  const width = size.width / queries.length
  return queries.flatMap(({legend: name}, nth) => {
    const x = px(width * (nth + 0.5))
    const value = inUnit(samples[nth]?.[0]?.value ?? Number.NaN, unit)
    return [
      element('text', {x, y: 118, 'font-size': 34, 'text-anchor': 'middle', fill: colourOf(0)}, value),
      element('text', {x, y: 144, 'text-anchor': 'middle', fill: colours.faint}, name),
    ]
  })
}

export function drawBars({queries, unit}: Panel, {samples}: PanelData): readonly string[] {
  const rows = queries.flatMap(({legend: name}, nth) =>
    (samples[nth] ?? []).map(({labels, value}) => ({name: named(name, labels), value})),
  )
  const highest = Math.max(...rows.map(({value}) => value), 1)
  const height = Math.min(26, (size.height - 44) / rows.length)
  return rows.flatMap(({name, value}, index) => {
    const y = px(36 + index * height)
    const width = px((value / highest) * (size.width - 210))
    return [
      element('text', {x: 12, y: y + 12}, name),
      element('rect', {x: 150, y, width: Math.max(width, 1), height: px(height - 8), fill: colourOf(0)}),
      element('text', {x: 156 + width, y: y + 12}, inUnit(Math.round(value), unit)),
    ]
  })
}

export function drawTable({queries}: Panel, {samples}: PanelData): readonly string[] {
  const lefts = [12, 142, 212, 268, 334]
  const head = ['Name', ...queries.map(({legend: title}) => title)]
  const names = (samples[0] ?? []).map(({labels}) => labels.name ?? '')
  const cells = names.map((name) => [
    name,
    ...queries.map(({unit = 'none'}, nth) =>
      inUnit(samples[nth]?.find(({labels}) => labels.name === name)?.value ?? Number.NaN, unit),
    ),
  ])
  return [
    ...head.map((title, nth) => element('text', {x: lefts[nth] ?? 0, y: 48, fill: colours.faint}, title)),
    ...cells.flatMap((row, index) =>
      row.map((text, nth) => element('text', {x: lefts[nth] ?? 0, y: 72 + index * 22}, text)),
    ),
  ]
}
