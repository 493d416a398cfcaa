import {type Panel, panels} from './panels.ts'

const datasource = {type: 'prometheus', uid: '$datasource'}

/** A dashboard of Grafana, for its import. It belongs to no installation: its data source is a variable. */
export function dashboard() {
  return {
    id: null,
    uid: 'hubspoke',
    title: 'hubspoke',
    description: 'Services (listen, cache watch) and one-shot runs of hubspoke. Made by alerts/generate.ts.',
    tags: ['hubspoke', 'kubernetes'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    time: {from: 'now-12h', to: 'now'},
    refresh: '30s',
    templating: {
      list: [{name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {}, hide: 0}],
    },
    annotations: {list: []},
    links: [],
    panels: panels.map(grafanaPanel),
  }
}

/** Three panels a row; a row has 24 columns. */
function grafanaPanel(panel: Panel, index: number) {
  return {
    id: index + 1,
    title: panel.title,
    description: panel.description,
    type: panel.type,
    datasource,
    gridPos: {x: (index % 3) * 8, y: Math.floor(index / 3) * 8, w: 8, h: 8},
    targets: panel.queries.map(({expr, legend}, nth) => ({
      refId: refId(nth),
      datasource,
      expr,
      legendFormat: legend,
      ...(panel.type === 'timeseries' ? {range: true} : {instant: true, range: false}),
      ...(panel.type === 'table' ? {format: 'table'} : {}),
    })),
    ...appearance(panel),
  }
}

const refId = (nth: number) => String.fromCharCode('A'.charCodeAt(0) + nth)

function appearance(panel: Panel) {
  const {type, unit, bars = false, threshold, queries} = panel
  const steps = [{color: 'green', value: null}, ...(threshold === undefined ? [] : [{color: 'red', value: threshold}])]
  const defaults = {unit, min: 0, thresholds: {mode: 'absolute', steps}}
  switch (type) {
    case 'timeseries':
      return {
        fieldConfig: {
          defaults: {
            ...defaults,
            custom: {
              drawStyle: bars ? 'bars' : 'line',
              fillOpacity: bars ? 80 : 10,
              stacking: {mode: bars ? 'normal' : 'none', group: 'A'},
              thresholdsStyle: {mode: threshold === undefined ? 'off' : 'line'},
            },
          },
          overrides: [],
        },
        options: {legend: {displayMode: 'list', placement: 'bottom'}, tooltip: {mode: 'multi', sort: 'desc'}},
      }
    case 'table':
      return {fieldConfig: {defaults: {custom: {}}, overrides: queries.map(column)}, transformations: asOneTable(panel)}
    default:
      return {
        fieldConfig: {defaults: {...defaults, thresholds: {mode: 'absolute', steps: [steps[0]]}}, overrides: []},
        options: {reduceOptions: {calcs: ['lastNotNull'], fields: '', values: false}, orientation: 'horizontal'},
      }
  }
}

function column({legend, unit = 'none'}: Panel['queries'][number]) {
  return {matcher: {id: 'byName', options: legend}, properties: [{id: 'unit', value: unit}]}
}

/** A row for each run, with a column for each query. */
function asOneTable({queries}: Panel) {
  return [
    {id: 'merge', options: {}},
    {
      id: 'organize',
      options: {
        excludeByName: {Time: true},
        renameByName: Object.fromEntries(queries.map(({legend}, nth) => [`Value #${refId(nth)}`, legend])),
      },
    },
  ]
}
