import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {parse} from 'yaml'
import {lastRunText} from '../../src/metrics/last-run.ts'
import {createRunTally} from '../../src/metrics/run-tally.ts'
import {metricsIn} from '../support/metrics-text.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (...path: readonly string[]) => readFileSync(join(root, ...path), 'utf8')

interface Rules {
  readonly groups: readonly {readonly rules: readonly {readonly alert: string; readonly expr: string}[]}[]
}

const rules = (parse(read('alerts', 'hubspoke.rules.yml')) as Rules).groups.flatMap((group) => group.rules)
const doc = read('docs', 'monitoring.md')
const run = {...createRunTally().totals(), name: 'x', endedAt: new Date(0), exitCode: 0, succeededAt: 1}
const exported = Object.keys(metricsIn(await lastRunText(run)))
const names = [...new Set(exported.map((series) => series.replace(/\{.*/, '')))]

test('the PrometheusRule has the same groups, as the text that promtool has checked', () => {
  const {apiVersion, kind, spec} = parse(read('alerts', 'prometheus-rule.yaml'))
  expect({apiVersion, kind}).toEqual({apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule'})
  expect(spec).toEqual(parse(read('alerts', 'hubspoke.rules.yml')))
})

test('alerts use only metrics that a run exports', () => {
  const used = rules.flatMap(({expr}) => expr.match(/hubspoke_\w+/g) ?? [])
  expect(used.filter((name) => !names.includes(name))).toEqual([])
})

test('alerts select only values of labels that a run exports', () => {
  const selected = rules.flatMap(({expr}) =>
    [...expr.matchAll(/(\w+)[=!]~?"([^"]*)"/g)].flatMap(([, label, values = '']) =>
      values.split('|').map((value) => `${label}="${value}"`),
    ),
  )
  expect(selected.length).toBeGreaterThan(5)
  expect(selected.filter((label) => !exported.some((series) => series.includes(label)))).toEqual([])
})

test('the page on monitoring has every metric and every alert, and no others', () => {
  const rows = [...doc.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name)
  expect(rows.toSorted()).toEqual([...names, ...rules.map(({alert}) => alert)].toSorted())
  expect(doc).toContain(`at most\n${exported.length} series`)
})
