import type {Panel} from '../../alerts/panels.ts'
import {drawBars, drawChart, drawStats, drawTable} from './render-panel.ts'
import {colours, element, escaped, type PanelData, size} from './render-parts.ts'

const columns = 3
const gap = 12

/** A picture of the panels, as SVG, of data that Prometheus returned. Times are UTC. */
export function renderDashboard(drawn: readonly (readonly [Panel, PanelData])[]): string {
  const rows = Math.ceil(drawn.length / columns)
  const width = columns * size.width + (columns + 1) * gap
  const height = rows * size.height + (rows + 1) * gap
  const panels = drawn.map(([panel, data], index) => {
    const x = gap + (index % columns) * (size.width + gap)
    const y = gap + Math.floor(index / columns) * (size.height + gap)
    return `<g transform="translate(${x} ${y})">\n${renderPanel(panel, data)}\n</g>`
  })
  const label = `Panels: ${drawn.map(([{title}]) => title).join(', ')}`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">
<rect width="${width}" height="${height}" fill="${colours.page}"/>
<g font-family="system-ui,-apple-system,Segoe UI,Helvetica,Arial,sans-serif" font-size="11" fill="${colours.text}">
${panels.join('\n')}
</g>
</svg>
`
}

function renderPanel(panel: Panel, data: PanelData): string {
  const frame = [
    element('rect', {width: size.width, height: size.height, rx: 4, fill: colours.panel}),
    element('text', {x: 12, y: 20, 'font-size': 13, 'font-weight': 600}, panel.title),
  ]
  return [...frame, ...contentOf(panel, data)].join('\n')
}

function contentOf(panel: Panel, data: PanelData): readonly string[] {
  switch (panel.type) {
    case 'timeseries':
      return drawChart(panel, data)
    case 'stat':
      return drawStats(panel, data)
    case 'bargauge':
      return drawBars(panel, data)
    case 'table':
      return drawTable(panel, data)
  }
}
