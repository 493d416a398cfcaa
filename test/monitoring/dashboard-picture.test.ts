import {execFile} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {expect, test} from 'vitest'
import {type Panel, panels} from '../../alerts/panels.ts'
import {expectGolden} from '../support/golden.ts'
import {type MonitoringPrograms, monitoringProgramsOrSkip} from './debian-programs.ts'
import {queryPrometheus, queryRange} from './query-prometheus.ts'
import {renderDashboard} from './render-dashboard.ts'
import type {PanelData} from './render-parts.ts'
import {day, simulatedDay} from './simulated-day.ts'
import {type Service, startService} from './start-service.ts'

const programs = await monitoringProgramsOrSkip()
const step = 600
const variables = {rateInterval: '10m', range: '12h'}
const timeoutMs = 120_000

/** Prometheus with the day in its storage, as if it had scraped it. */
async function startWithDay(folder: string): Promise<Service> {
  const {prometheus, promtool} = programs as MonitoringPrograms
  const scrapes = join(folder, 'scrapes.txt')
  const storage = join(folder, 'tsdb')
  writeFileSync(scrapes, await simulatedDay())
  await promisify(execFile)(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', scrapes, storage])
  const config = join(folder, 'prometheus.yml')
  writeFileSync(config, '{}')
  const options = [`--config.file=${config}`, `--storage.tsdb.path=${storage}`, '--storage.tsdb.retention.time=100y']
  return startService(prometheus, options, {readyPath: '/-/ready'})
}

async function dataOf({type, queries}: Panel, prometheus: Service): Promise<PanelData> {
  const range = {...day, step, variables}
  const isChart = type === 'timeseries'
  return {
    ...day,
    step,
    series: isChart ? await Promise.all(queries.map(({expr}) => queryRange(prometheus, expr, range))) : [],
    samples: isChart
      ? []
      : await Promise.all(queries.map(({expr}) => queryPrometheus(prometheus, expr, {time: day.end, variables}))),
  }
}

test.skipIf(programs === undefined)(
  'docs/dashboard.svg shows what Prometheus returns for the panels',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hubspoke-dashboard-'))
    try {
      await using prometheus = await startWithDay(folder)
      const drawn = await Promise.all(panels.map(async (panel) => [panel, await dataOf(panel, prometheus)] as const))
      for (const [{title}, {series, samples}] of drawn)
        for (const one of [...series, ...samples]) expect(one.length, title).toBeGreaterThan(0)
      expectGolden('../../docs/dashboard.svg', renderDashboard(drawn))
    } finally {
      rmSync(folder, {recursive: true, force: true})
    }
  },
  timeoutMs,
)
