import {describe, expect, test} from 'vitest'
import {type Exclusion, kubeSystemExclusion, notRetriedExclusion} from '../model/exclusion.ts'
import type {RunFacts} from '../model/run-facts.ts'
import {documentRenderers} from './documents.ts'
import {renderFindTable} from './find-table.ts'
import {renderJunit} from './junit.ts'
import {renderRunTable} from './run-table.ts'
import {summarizeCaches, summarizeCheck, summarizeFind, summarizeRun} from './summarize.ts'
import {checked} from './testing/checked.ts'
import {match, reading, result, runFacts, scope, target} from './testing/facts.ts'

const options = {width: 80, color: false, wide: false, printable: (text: string) => text}
const dns: Exclusion = {target: target('eu/kube-system/Deployment/dns'), ...kubeSystemExclusion}
const open: Exclusion = {target: target('eu/shop/Deployment/cart'), ...notRetriedExclusion('20261123-000000-0001')}
const web = result('eu/shop/Deployment/web')
const gone = result('eu/shop/Deployment/old', 'skipped', {reason: 'it no longer exists'})
const two = [reading('eu'), reading('eu-admin', {identity: {uid: 'uid-of-eu', isFallback: false}})]

interface Cell {
  readonly what: string
  readonly facts: Partial<RunFacts>
  /** In the document. */
  readonly document: RegExp
  /** In the last lines and in the verdict's sentence. */
  readonly verdict: string
  readonly lines: string
}

const retryOf = {id: '20261123-000000-0001', wasBlind: false}
const cells: readonly Cell[] = [
  {
    what: 'workloads in kube-system',
    facts: {excluded: [dns]},
    document: /"name": "dns"/,
    verdict: '1 workload in kube-system (-n kube-system includes it)',
    lines: 'Excluded, in kube-system (-n kube-system includes it): eu/kube-system/Deployment/dns.',
  },
  {
    what: 'what a retry was not asked for',
    facts: {excluded: [open, {...open, target: target('eu/shop/Deployment/pay')}], retryOf},
    document: /"name": "cart"/,
    verdict:
      '2 workloads left unfinished by the run 20261123-000000-0001 and not asked for ' +
      '(hubspoke runs retry 20261123-000000-0001 includes them)',
    lines: 'eu/shop/Deployment/cart and eu/shop/Deployment/pay',
  },
  {
    what: 'contexts of one cluster',
    facts: {readings: two, sameCluster: [['eu', 'eu-admin']]},
    document: /"sameClusterAs": \[\s+"eu-admin"/,
    verdict: 'context eu-admin, the same cluster as eu',
    lines: 'Same cluster as eu: eu-admin; each workload is counted once.',
  },
  {
    what: 'targets that are gone',
    facts: {results: [web, gone]},
    document: /"reason": "it no longer exists"/,
    verdict: '1 target dropped (it no longer exists)',
    lines: 'it no longer exists',
  },
  {
    what: 'contexts that were not selected',
    facts: {scope: scope(['eu'], {contextsLeftOut: ['lab', 'old']})},
    document: /"contextsLeftOut": \[\s+"lab",\s+"old"/,
    verdict: '2 contexts not selected',
    lines: 'lab and old (not selected)',
  },
  {
    what: 'namespaces',
    facts: {scope: scope(['eu'], {namespaces: ['shop']})},
    document: /"otherNamespaces": true/,
    verdict: 'other namespaces',
    lines: 'Not searched: other namespaces',
  },
  {
    what: 'labels',
    facts: {scope: scope(['eu'], {selector: 'a=b'})},
    document: /"otherLabels": true/,
    verdict: 'workloads with other labels',
    lines: 'Not searched: workloads with other labels',
  },
  {
    what: 'kinds',
    facts: {scope: scope(['eu'], {kinds: ['Deployment']})},
    document: /"kinds": \[\s+"StatefulSet",\s+"DaemonSet"/,
    verdict: 'StatefulSets and DaemonSets',
    lines: 'Not searched: StatefulSets, DaemonSets',
  },
]

/** As one line, however it was wrapped. */
const flat = (text: string) => text.replaceAll(/\s+/g, ' ')

describe.each(cells)('a run: $what', ({facts, document, verdict, lines}) => {
  const report = summarizeRun(runFacts({readings: [reading('eu')], results: [web], scope: scope(['eu']), ...facts}))

  test('are in the document, in JSON and YAML', async () => {
    expect(await documentRenderers.json(report)).toMatch(document)
    expect(JSON.parse(await documentRenderers.json(report)).verdict.sentence).toContain(verdict)
    expect(flat(await documentRenderers.yaml(report))).toContain(verdict)
  })

  test('are in the verdict and in the last 24 lines of the table, at 80 and 60 columns and in wide', () => {
    for (const view of [options, {...options, width: 60}, {...options, wide: true}, {...options, width: undefined}]) {
      const last = flat(renderRunTable(report, view).split('\n').slice(-24).join('\n'))
      expect(last).toContain(verdict)
      expect(last).toContain(lines)
    }
  })

  test('are in JUnit', () => {
    expect(flat(renderJunit(report))).toContain(verdict)
  })
})

const never = ['Jobs', 'CronJobs', 'bare Pods', 'ReplicaSets', 'Argo Rollouts', 'ephemeral containers', 'image volumes']

test('what is never searched is in the documents, in the last lines, and in the verdict of every answer', () => {
  const empty = summarizeRun(runFacts({readings: [reading('eu')]}))
  const found = summarizeFind({query: 'web', scope: scope(['eu']), readings: [reading('eu')], allowEmpty: false})
  for (const report of [empty, found]) {
    for (const name of never) expect(report.scope.notSearched.resources.join(' ')).toContain(name)
    expect(report.verdict.sentence).toContain('Not included: Jobs, CronJobs, bare Pods and other kinds.')
  }
  for (const text of [renderRunTable(empty, options), renderFindTable(found, options)]) {
    for (const name of never) expect(flat(text)).toContain(name)
  }
})

test('nothing is said to run nowhere that runs and is excluded', () => {
  const facts = {readings: [reading('eu')], excluded: [dns], arguments: {image: 'coredns'}}
  const verdict = (more: Partial<RunFacts> = {}) => summarizeRun(runFacts({...facts, ...more})).verdict
  expect(verdict()).toMatchObject({
    code: 3,
    sentence: expect.stringMatching(
      /^1 workload runs "coredns" but is excluded\. Not included: 1 workload in kube-system \(-n kube-system includes it\);/,
    ),
  })
  expect(verdict({excluded: [dns, dns], allowEmpty: true})).toMatchObject({
    code: 0,
    sentence: expect.stringMatching(
      /^2 workloads run "coredns" but are excluded; --allow-empty counts that as success\./,
    ),
  })
  const down = {...reading('us'), problem: {class: 'unreachable' as const, message: 'No.', suggestions: []}}
  expect(verdict({readings: [reading('eu'), down]})).toMatchObject({
    code: 4,
    sentence: expect.stringContaining('1 workload runs "coredns" but is excluded'),
  })
  for (const each of [verdict(), verdict({allowEmpty: true})]) expect(each.sentence).not.toContain('Nothing runs')
})

test('a retry of which nothing is left says what it was not asked for', () => {
  const {verdict} = summarizeRun(runFacts({readings: [], excluded: [open], retryOf}))
  expect(verdict.sentence).toMatch(/1 other target of the run \S+ is open\. Not included: 1 workload left unfinished/)
})

test('find: contexts of one cluster are grouped, and said to be', () => {
  const readings = two.map((each) => ({...each, matches: [match('eu/shop/Deployment/web')]}))
  const report = summarizeFind({query: 'web', scope: scope(['eu', 'eu-admin']), readings, allowEmpty: false})
  expect(report.workloads).toHaveLength(1)
  expect(report.clusters.map(({sameClusterAs}) => sameClusterAs)).toEqual([['eu-admin'], ['eu']])
  expect(report.verdict.sentence).toContain('context eu-admin, the same cluster as eu')
  expect(renderFindTable(report, options)).toContain('Same cluster as eu: eu-admin')
})

test('check and cache: contexts that were not selected are in the document and in the verdict', () => {
  const reports = [
    summarizeCheck([checked('eu')], {contextsLeftOut: ['lab']}),
    summarizeCaches([], {contextsLeftOut: ['lab']}),
  ]
  for (const {contextsLeftOut, verdict} of reports) {
    expect(contextsLeftOut).toEqual(['lab'])
    expect(verdict.sentence).toContain('Not included: 1 context not selected.')
  }
})
