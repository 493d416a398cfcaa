import {describe, expect, test} from 'vitest'
import type {CacheEntry} from '../model/cache-entry.ts'
import {shortContextNames} from '../model/context-names.ts'
import {workloadTarget} from '../model/workload-target.ts'
import {restart} from '../verbs/restart/restart.ts'
import {renderCacheTable} from './cache-table.ts'
import {renderCheckTable} from './check-table.ts'
import {renderFindTable} from './find-table.ts'
import {renderLedgerTable} from './ledger-table.ts'
import {renderPlan} from './plan-table.ts'
import {renderRunTable} from './run-table.ts'
import {summarizeCaches, summarizeCheck, summarizeFind, summarizeRun} from './summarize.ts'
import {summarizeLedger} from './summarize-ledgers.ts'
import {checked, permission} from './testing/checked.ts'
import {failed, failure, match, reading, result, runFacts, scope, target} from './testing/facts.ts'
import {done, recordedRun, runId} from './testing/recorded.ts'
import type {ViewOptions} from './view-options.ts'

/** Names as clusters of all sorts have them, two that stand beside each other. */
const names = [
  {
    of: 'EKS',
    pair: ['arn:aws:eks:eu-west-1:123456789012:cluster/prod-eu', 'arn:aws:eks:us-east-1:123456789012:cluster/prod-us'],
  },
  {
    of: 'EKS, one name in two accounts',
    pair: ['arn:aws:eks:eu-west-1:123456789012:cluster/prod', 'arn:aws:eks:eu-west-1:999999999999:cluster/prod'],
  },
  {
    of: 'GKE',
    pair: ['gke_acme-platform-production_europe-west1-b_shop', 'gke_acme-platform-production_us-central1-a_pay'],
  },
  {
    of: 'Rancher',
    pair: ['rancher-downstream-cluster-production-europe', 'rancher-downstream-cluster-production-america'],
  },
  {of: 'kubeadm', pair: ['kubernetes-admin@production.eu.example', 'kubernetes-admin@production.us.example']},
  {of: 'spaces', pair: ['the production cluster in Europe', 'the production cluster in America']},
  {of: 'unicode', pair: ['produktion-größe-übersicht-münchen/eins', 'produktion-größe-übersicht-münchen/zwei']},
  {of: '200 characters', pair: [`a${'x'.repeat(199)}`, `b${'x'.repeat(199)}`]},
  {of: 'short', pair: ['prod-eu', 'prod-us']},
] as const

const why =
  'The rollout is stuck: container "app" of pod "web-5d9c7c9b8-x2x4q" waits: ImagePullBackOff, back-off pulling the image.'
const workloads = ['shop/Deployment/checkout', 'payments/StatefulSet/ledger-store']

type Pair = (typeof names)[number]['pair']

const at = (context: string, workload: string) => {
  const [namespace = '', kind = '', name = ''] = workload.split('/')
  return workloadTarget({...target(`c/${namespace}/${kind}/${name}`), context, clusterUid: `uid-of-${context}`})
}
const readingsOf = (pair: Pair) =>
  pair.map((context) =>
    reading(context, {
      identity: {uid: `uid-of-${context}`, isFallback: false},
      matches: workloads.map((workload) => match(`c/${workload}`, 'ghcr.io/acme/shop-frontend:3.1.4')),
    }),
  )
const resultsOf = (pair: Pair) => [
  ...pair.map((context) => ({
    ...failed('c/a/Deployment/b', failure('rollout', why)),
    target: at(context, workloads[0] ?? ''),
  })),
  ...pair.map((context) => ({
    ...result('c/a/Deployment/b'),
    reason: 'restarted since, at 2026-11-24T20:00:00Z',
    target: at(context, workloads[1] ?? ''),
  })),
]
const cacheOf = (context: string): CacheEntry => ({
  ...{
    context,
    server: 'https://eu.example:6443',
    uid: 'u',
    state: 'not-saved',
    reason: 'a newer one was saved meanwhile by another client of the cluster',
  },
  ...{
    builtAt: '2026-11-24T03:00:00Z',
    ageMs: 12,
    workloads: 3,
    images: 2,
    shards: 0,
    bytes: 900,
    provenAt: null,
    watch: null,
    problem: null,
  },
})

/** Every table in which contexts stand. */
const tables: Readonly<Record<string, (pair: Pair, options: ViewOptions) => string>> = {
  find: (pair, options) =>
    renderFindTable(
      summarizeFind({query: 'shop', scope: scope([...pair]), readings: readingsOf(pair), allowEmpty: false}),
      options,
    ),
  run: (pair, options) =>
    renderRunTable(
      summarizeRun(runFacts({readings: readingsOf(pair), scope: scope([...pair]), results: resultsOf(pair)})),
      options,
    ),
  ledger: (pair, options) => {
    const targets = resultsOf(pair).map((each) => ({...done('c/a/Deployment/b'), target: each.target, result: each}))
    return renderLedgerTable(
      summarizeLedger(runId, recordedRun({targets}), {suggestions: [], retriedBy: [], conflicts: []}),
      options,
    )
  },
  check: (pair, options) => {
    const permissions = [permission(), permission({purpose: 'restart', verb: 'patch', allowed: false})]
    return renderCheckTable(summarizeCheck(pair.map((context) => checked(context, {permissions}))), options)
  },
  cache: (pair, options) => renderCacheTable(summarizeCaches(pair.map(cacheOf)), options),
  plan: (pair, options) =>
    renderPlan(
      {
        ...{
          text: restart.text({image: 'ghcr.io/acme/shop-frontend'}),
          waves: undefined,
          refused: [],
          excluded: [],
          notRead: [],
        },
        ...{cachedOnly: [], withoutLock: [], marked: [], budgetsNotRead: [], protected: [], notes: []},
        clusters: pair.map((context) => ({
          ...{
            contexts: [context],
            server: 'https://0123456789abcdef.gr7.eu-west-1.eks.amazonaws.com',
            uid: context,
            uidIsFallback: false,
          },
          ...{tier: 'scan' as const, targets: 2, byKind: {Deployment: 2}, images: ['ghcr.io/acme/shop-frontend:3.1.4']},
        })),
        targets: pair.flatMap((context) => workloads.map((workload) => at(context, workload))),
        scope: scope([...pair]),
      },
      options,
    ),
}

const terminal = {color: false, wide: false, printable: (text: string) => text}
const isName = (line: string) => /^(FAILED|NOT |SKIPPED|Failed:| {2,4}(kubectl|.*\/\w+\/))/.test(line)

describe.each(names)('contexts of $of', ({pair}) => {
  describe.each(Object.entries(tables))('%s', (_, render) => {
    test.each([80, 60])(
      'at %i columns: no line is broken by the terminal, and no column has one word a line',
      (width) => {
        const lines = render(pair, {...terminal, width}).split('\n')
        const tooWide = lines.filter(
          (line) => [...line].length > width && !isName(line) && /\S {2,}\S/.test(line.trim()),
        )
        expect(tooWide).toEqual([])
        const narrow = lines.map((line) => /^ {20,}\S/.test(line) && line.trim().length < 10)
        expect(narrow.some((each, index) => each && narrow[index + 1] && narrow[index + 2])).toBe(false)
      },
    )

    test('wide, and in a pipe: every name is whole', () => {
      for (const options of [
        {...terminal, width: undefined},
        {...terminal, width: 80, wide: true},
      ]) {
        for (const context of pair) expect(render(pair, options)).toContain(context)
      }
    })

    test('at 80 columns: the two are told apart', () => {
      const short = shortContextNames(pair)
      const text = render(pair, {...terminal, width: 80})
      for (const context of pair) expect(text).toContain(short.get(context) ?? context)
    })
  })
})
