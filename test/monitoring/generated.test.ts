import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {parse} from 'yaml'
import {dashboard} from '../../alerts/dashboard.ts'
import {generatedFiles} from '../../alerts/generated-files.ts'
import {panels} from '../../alerts/panels.ts'
import {alertRules} from '../../alerts/rules.ts'
import {eventResults} from '../../src/listen/server/receive.ts'
import {lastRunText} from '../../src/metrics/last-run.ts'
import {exitCodes} from '../../src/model/exit-code.ts'
import {failureClasses} from '../../src/model/failure.ts'
import {outcomes} from '../../src/model/result.ts'
import {busyService} from './busy-service.ts'
import {lastRunMetrics, type MetricShape, serviceMetrics} from './metric-names.ts'
import {metricShapesIn} from './metric-shapes.ts'

const root = join(import.meta.dirname, '..', '..')
const files = generatedFiles()
const metrics: Readonly<Record<string, MetricShape>> = {...serviceMetrics, ...lastRunMetrics}
const queries = panels.flatMap((panel) => panel.queries.map(({expr}) => expr))
const expressions = [...alertRules().map(({expr}) => expr), ...queries]

test.each(Object.entries(files))('%s is what alerts/generate.ts writes', (name, text) => {
  expect(readFileSync(join(root, 'alerts', name), 'utf8')).toBe(text)
})

test('the PrometheusRule has the rules of the file', () => {
  const resource = parse(files['prometheus-rule.yaml'] ?? '')
  expect(resource.spec).toEqual(parse(files['hubspoke.rules.yml'] ?? ''))
  expect(resource.spec.groups[0].rules).toEqual(alertRules())
})

test('every alert has a severity, a command to type, and a runbook', () => {
  const headings = new Set(readFileSync(join(root, 'docs', 'monitoring.md'), 'utf8').match(/^#+ .*$/gm))
  for (const {alert, labels, annotations} of alertRules()) {
    expect(labels.severity).toMatch(/^(critical|warning)$/)
    expect(annotations.summary).toMatch(/\.$/)
    expect(annotations.description).toMatch(/"(hubspoke|systemctl|journalctl) [a-z-]/)
    expect(annotations.runbook).toBe(`docs/monitoring.md#${alert.toLowerCase()}`)
    expect(headings).toContain(`### ${alert}`)
  }
})

/** What an expression asks for: metrics, each without the suffix that a histogram adds. */
function metricsOf(expr: string): readonly string[] {
  return (expr.match(/\bhubspoke_[a-z_]+/g) ?? []).map((name) =>
    name in metrics ? name : name.replace(/_bucket$/, ''),
  )
}

test('alerts and dashboard use exported metrics only', () => {
  for (const name of expressions.flatMap(metricsOf)) expect(Object.keys(metrics)).toContain(name)
})

test('they use only labels that their metrics have, with words that exist', () => {
  const words: Readonly<Record<string, readonly string[]>> = {
    outcome: outcomes,
    class: failureClasses,
    verdict: Object.keys(exitCodes),
    result: eventResults,
    job: ['hubspoke'],
  }
  for (const [, metric = '', selector = ''] of expressions.join('\n').matchAll(/(\w+)\{([^}]*)\}/g)) {
    for (const [, label = '', value = ''] of selector.matchAll(/(\w+)[=!]~?"([^"]*)"/g)) {
      if (metric !== 'up') expect(metrics[metric]?.labels, metric).toContain(label)
      for (const word of value.split('|')) expect(words[label], `${metric} ${label}`).toContain(word)
    }
  }
})

test('the list has the metrics of the last run as they are exported', async () => {
  const counts = {total: 0, succeeded: 0, unchanged: 0, failed: 0, skipped: 0, notRun: 0, unverified: 0}
  const totals = {durationMs: 0, counts, failures: new Map(), clustersUnreadable: 0}
  const text = await lastRunText({...totals, name: 'nightly', endedAt: new Date(0), exitCode: 0, succeededAt: 0})
  expect(metricShapesIn(text)).toEqual(lastRunMetrics)
})

test('the simulated service exports what is in the list, each with a series', async () => {
  expect(metricShapesIn(await busyService().text())).toEqual(serviceMetrics)
})

test('the dashboard belongs to no installation: its data source is a variable', () => {
  const {id, templating, panels: drawn} = dashboard()
  expect(id).toBeNull()
  expect(templating.list).toMatchObject([{name: 'datasource', type: 'datasource', query: 'prometheus'}])
  const sources = drawn.flatMap(({datasource, targets}) => [datasource, ...targets.map((target) => target.datasource)])
  expect(new Set(sources.map(({uid}) => uid))).toEqual(new Set(['$datasource']))
  expect(new Set(drawn.map(({id}) => id)).size).toBe(drawn.length)
})
