import {execFileSync} from 'node:child_process'
import {describe, expect, test} from 'vitest'
import {kubeSystemExclusion} from '../model/exclusion.ts'
import {printable} from '../shared/printable.ts'
import {renderNames} from './documents.ts'
import {
  renderCacheValues,
  renderCheckValues,
  renderFindValues,
  renderLedgerValues,
  renderRunsValues,
  renderRunValues,
} from './separated-values.ts'
import {summarizeCaches, summarizeCheck, summarizeFind, summarizeRun} from './summarize.ts'
import {listedRun, summarizeLedger, summarizeRuns} from './summarize-ledgers.ts'
import {checked} from './testing/checked.ts'
import {failed, failure, match, reading, result, runFacts, scope, target} from './testing/facts.ts'
import {done, open, recordedRun, runId} from './testing/recorded.ts'

const evil = 'a\tb\nc\\d\r\x1b[31m'
const run = summarizeRun(
  runFacts({
    readings: [reading('eu')],
    results: [result('eu/shop/Deployment/web'), failed('eu/shop/Deployment/cart', failure('rollout', evil))],
    excluded: [{target: target('eu/kube-system/Deployment/dns'), ...kubeSystemExclusion}],
  }),
)
const found = summarizeFind({
  query: 'web',
  scope: scope(['eu']),
  readings: [reading('eu', {matches: [match('eu/shop/Deployment/web')]})],
  allowEmpty: false,
})
const ledger = recordedRun({targets: [done('eu/shop/Deployment/web'), open('eu/shop/Deployment/cart', 'writing')]})
const problem = failure('unreachable', evil)

const values = [
  {
    of: 'find',
    text: renderFindValues(found, printable),
    rows: 1,
    columns: 'context clusterUid namespace kind name image containers source',
  },
  {
    of: 'a run',
    text: renderRunValues(run, printable),
    rows: 3,
    columns: 'context clusterUid namespace kind name outcome wave attempts durationMs failure reason undo',
  },
  {
    of: 'runs show',
    text: renderLedgerValues(
      summarizeLedger(runId, ledger, {suggestions: [], retriedBy: [], conflicts: []}),
      printable,
    ),
    rows: 2,
    columns: 'context clusterUid namespace kind name outcome wave attempts durationMs failure reason undo wrote',
  },
  {
    of: 'runs list',
    text: renderRunsValues(
      summarizeRuns({directory: '/s', runs: [listedRun(runId, ledger)], notRead: [{id: 'x', problem}]}),
      printable,
    ),
    rows: 2,
    columns: 'id state exitCode verb image startedAt lastRecordAt targets succeeded failed retryOf reason by',
  },
  {
    of: 'check',
    text: renderCheckValues(summarizeCheck([checked('eu'), checked('us', {problem})]), printable),
    rows: 2,
    columns:
      'context server clusterUid version latencyMs sameClusterAs missingPermissions imageCache imageCacheAgeMs failure reason protected lock lockReason',
  },
  {
    of: 'cache show',
    text: renderCacheValues(summarizeCaches([]), printable),
    rows: 0,
    columns: 'context server clusterUid state builtAt ageMs workloads images shards bytes failure reason',
  },
]

describe.each(values)('tab-separated values of $of', ({text, rows, columns}) => {
  test('have a line with the columns, in an order that stays, and a line per entry', () => {
    const lines = text.slice(0, -1).split('\n')
    expect(lines[0]?.split('\t')).toEqual(columns.split(' '))
    expect(lines).toHaveLength(rows + 1)
    for (const line of lines) expect(line.split('\t')).toHaveLength(columns.split(' ').length)
  })
  test('hold nothing that a terminal obeys, and no tab or line break within a value', () => {
    expect(text.replaceAll(/[\t\n]/g, '')).toBe(printable(text.replaceAll(/[\t\n]/g, '')))
  })
})

test('what was excluded has a row, and a reason is whole', () => {
  const [, , cart = '', dns = ''] = renderRunValues(run, printable).split('\n')
  expect(cart).toContain('\ta\\tb\\nc\\\\d\\r\\x1b[31m\t')
  expect(dns).toMatch(/^eu\tuid-of-eu\tkube-system\tDeployment\tdns\texcluded\t.*in kube-system \(-n kube-system\)/)
})

test.each([
  'prod-eu',
  'arn:aws:eks:eu-west-1:123456789012:cluster/prod-eu',
  'gke_acme_europe-west1-b_prod',
  'with spaces/and:more',
  'größe/日本',
  'x'.repeat(200),
])('-o name: a shell takes the line apart again, with the context %s', (context) => {
  const place = {...target('c/shop/Deployment/web'), context}
  const names = renderNames(
    summarizeRun(runFacts({results: [{...result('c/a/Deployment/b'), target: place}]})),
    printable,
  )
  const script = 'IFS=/ read -r namespace kind name context; printf "%s|" "$namespace" "$kind" "$name" "$context"'
  const parts = execFileSync('bash', ['-c', script], {input: names, encoding: 'utf8'}).split('|')
  expect(parts.slice(0, 4)).toEqual(['shop', 'Deployment', 'web', context])
})
