import {expect, test} from 'vitest'
import type {RunsReport} from '../model/past-runs-report.ts'
import {renderRunsTable} from './runs-table.ts'
import {listedRun, summarizeRuns} from './summarize-ledgers.ts'
import {failure} from './testing/facts.ts'
import {done, open, recordedRun} from './testing/recorded.ts'
import type {ViewOptions} from './view-options.ts'

const terminal: ViewOptions = {width: 100, color: false, wide: false, printable: (text) => text}
const directory = '/state/hubspoke/runs'
const summarize = (runs: RunsReport['runs'], notRead: RunsReport['notRead'] = []) =>
  summarizeRuns({directory, runs, notRead})

const whole = listedRun('20261124-030412-9f3a', recordedRun({targets: [done('eu/shop/Deployment/web')]}))
const killed = listedRun(
  '20261124-101500-0001',
  recordedRun({
    ended: undefined,
    targets: [
      open('eu/shop/Deployment/api', 'planned'),
      open('eu/shop/Deployment/cart', 'writing'),
      open('eu/shop/Deployment/web', 'planned'),
      done('us/shop/Deployment/api', 'failed', {failure: failure('rollout')}),
      done('us/shop/Deployment/web'),
    ],
  }),
)
const empty = listedRun('20261124-101501-0001', recordedRun({run: undefined, ended: undefined, lastAt: undefined}))

test('a row for each run, the newest first, and what to type to see what was left', () => {
  expect(renderRunsTable(summarize([whole, killed, empty]), terminal)).toMatchInlineSnapshot(`
    "RUN                   STATE       BY  TARGETS         IMAGE
    20261124-101501-0001  unfinished  -   none            -
    20261124-101500-0001  unfinished  -   1 writing of 5  ghcr.io/acme/web
    20261124-030412-9f3a  exit 0      -   1 succeeded     ghcr.io/acme/web

    Next:
      hubspoke runs show 20261124-101501-0001
      hubspoke runs show 20261124-101500-0001
    Exit 0: 3 runs, 2 of them unfinished.
    "
  `)
})

test('the verb is shown where runs have several', () => {
  const run = recordedRun().run
  const scaled = listedRun('20261124-101502-0001', recordedRun({run: run && {...run, verb: 'scale'}}))
  expect(
    renderRunsTable(summarize([whole, scaled]), terminal)
      .split('\n')
      .slice(0, 3),
  ).toEqual([
    'RUN                   STATE   BY  TARGETS      VERB     IMAGE',
    '20261124-101502-0001  exit 0  -   none         scale    ghcr.io/acme/web',
    '20261124-030412-9f3a  exit 0  -   1 succeeded  restart  ghcr.io/acme/web',
  ])
})

test('wide: when each began, where its ledger is, and why it was made', () => {
  const text = renderRunsTable(summarize([{...whole, reason: 'memory leak'}]), {...terminal, wide: true})
  expect(text).toMatch(
    /2026-11-24 03:04:12 UTC +2m10s +- +1 succeeded +restart +- +- +\/state\/hubspoke\/runs\/20261124-030412-9f3a\.jsonl +memory leak +ghcr\.io\/acme\/web\n/,
  )
})

test('a ledger that could not be read is said first, and the list is not whole: 2', () => {
  const problem = failure('usage', 'Cannot read the ledger: permission denied (EACCES).')
  const report = summarize([whole], [{id: '20261124-101500-0001', problem}])
  expect(renderRunsTable(report, terminal)).toMatch(/^NOT READ {2}20261124-101500-0001 {2}\(usage\)\n {2}Cannot read/)
  expect(report.verdict).toEqual({
    code: 2,
    name: 'usage',
    sentence: 'The ledgers of 1 of 2 runs could not be read.',
  })
})

test.each([
  {runs: [], sentence: `No run has left a ledger in ${directory}.`},
  {runs: [whole], sentence: '1 run, which ended.'},
  {runs: [killed], sentence: '1 run, which is unfinished.'},
  {runs: [whole, whole], sentence: '2 runs, all of which ended.'},
  {runs: [whole, killed], sentence: '2 runs, 1 of them unfinished.'},
])('$sentence', ({runs, sentence}) => {
  expect(summarize(runs).verdict).toEqual({code: 0, name: 'ok', sentence})
})

test('counts by outcome, and by last state where there is none, add up', () => {
  const {total, ...others} = killed.counts
  expect(others).toMatchObject({planned: 2, writing: 1, failed: 1, succeeded: 1})
  expect(Object.values(others).reduce((sum, each) => sum + each, 0)).toBe(total)
})

test('on a terminal the newest are shown, and how many are older', () => {
  const many = Array.from({length: 30}, (_, index) => ({...whole, id: `20261124-0000${10 + index}-0000`}))
  const text = renderRunsTable(summarize(many), terminal)
  expect(text.match(/^2026/gm)).toHaveLength(12)
  expect(text).toContain('20261124-000039-0000')
  expect(text).toContain('… and 18 older runs; -o wide shows all.')
  expect(renderRunsTable(summarize(many), {...terminal, width: undefined}).match(/^2026/gm)).toHaveLength(30)
})

const long = 'registry.internal.example.com:5000/platform/payments/ledger-service:2026.11.24-build.1234'

const sudo = {name: 'root', uid: 0, sudoUser: 'ada.lovelace', host: 'bastion', kubernetesUsers: []}

test('a terminal of 80 columns and 24 lines shows the newest runs, one line each, whatever they are called', () => {
  const many = Array.from({length: 30}, (_, index) => ({
    ...killed,
    id: `20261124-0000${10 + index}-0000`,
    image: long,
    by: sudo,
  }))
  const text = renderRunsTable(summarize(many), {...terminal, width: 80})
  const lines = text.trimEnd().split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(lines.length).toBeLessThan(24)
  expect(lines[1]).toEqual(
    expect.stringMatching(/^20261124-000039-0000 {2}unfinished {2}root \(sudo by… {2}1 writing of 5 {2}…/),
  )
})

test('a pipe, and -o wide, show images and counts in full', () => {
  for (const options of [
    {...terminal, width: undefined},
    {...terminal, wide: true},
  ]) {
    const text = renderRunsTable(summarize([{...killed, image: long}]), options)
    expect(text).toContain('1 writing, 2 planned, 1 failed, 1 succeeded')
    expect(text).toContain(`  ${long}\n`)
  }
})
