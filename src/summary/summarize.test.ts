import {expect, test} from 'vitest'
import {summarizeFind, summarizeRun} from './summarize.ts'
import {namesOf} from './target-names.ts'
import {failed, failure, match, readInPart, reading, result, runFacts, scope, unreadable} from './testing/facts.ts'

test('the counts of a run add up, and no target is lost', () => {
  const outcomes = ['succeeded', 'unchanged', 'skipped', 'not-run', 'unverified', 'succeeded'] as const
  const results = [
    failed('eu/shop/Deployment/x', failure('rollout')),
    ...outcomes.map((outcome, index) => result(`eu/shop/Deployment/w${index}`, outcome)),
  ]
  const report = summarizeRun(runFacts({results}))
  expect(report.counts).toEqual({
    total: 7,
    succeeded: 2,
    unchanged: 1,
    failed: 1,
    skipped: 1,
    notRun: 1,
    unverified: 1,
  })
  expect(report.results.map((entry) => namesOf(entry).name)).toEqual(['x', 'w0', 'w1', 'w2', 'w3', 'w4', 'w5'])
})

test('a context that could not be read stays in the report, and so does a part of one', () => {
  const problem = failure('unreachable', 'Cannot reach it.')
  const forbidden = {kind: 'DaemonSet', failure: failure('forbidden')} as const
  const {clusters} = summarizeRun(
    runFacts({readings: [reading('eu'), unreadable('us', problem), readInPart('ap', forbidden)]}),
  )
  expect(clusters.map(({context, status, uid}) => [context, status, uid])).toEqual([
    ['eu', 'read', 'uid-of-eu'],
    ['us', 'not-read', null],
    ['ap', 'partial', 'uid-of-ap'],
  ])
  expect(clusters[1]).toMatchObject({problem, tier: null, version: null})
  expect(clusters[2]?.unread).toEqual([{...forbidden, namespace: null}])
})

test('numbers of the clock are whole milliseconds, times are RFC 3339', () => {
  const report = summarizeRun(
    runFacts({durationMs: 12.7, results: [result('eu/a/Deployment/b', 'succeeded', {durationMs: 3.2})]}),
  )
  expect(report.run).toMatchObject({durationMs: 13, startedAt: '2026-11-24T03:04:12.000Z'})
  expect(report.results[0]?.durationMs).toBe(3)
})

test('a workload that two contexts of one cluster lead to is found once', () => {
  const identity = {uid: 'one-cluster', isFallback: false}
  const web = match('eu/shop/Deployment/web')
  const readings = [
    reading('eu', {identity, matches: [web]}),
    reading('eu-admin', {identity, matches: [web, match('eu/pay/StatefulSet/db', 'ghcr.io/acme/web:1.3')]}),
  ]
  const report = summarizeFind({query: 'web', scope: scope(['eu', 'eu-admin']), readings, allowEmpty: false})
  expect(report.workloads.map(({context, name}) => `${context}/${name}`)).toEqual(['eu/web', 'eu-admin/db'])
  expect(report.images).toEqual(['ghcr.io/acme/web:1.3', 'ghcr.io/acme/web:1.4.2'])
})

test.each([
  {first: '', second: 'uid-1', expected: 'uid-1', context: 'eu-admin', because: 'a list knows more than a cache'},
  {first: 'uid-1', second: '', expected: 'uid-1', context: 'eu', because: 'in whatever order they come'},
  {first: '', second: '', expected: '', context: 'eu', because: 'two caches know the same'},
])('a workload that an image cache knows without its UID is found once: $because', (row) => {
  const identity = {uid: 'one-cluster', isFallback: false}
  const web = match('eu/shop/Deployment/web')
  const readings = [
    reading('eu', {identity, matches: [{...web, uid: row.first}]}),
    reading('eu-admin', {identity, matches: [{...web, uid: row.second}]}),
  ]
  const {workloads} = summarizeFind({query: 'web', scope: scope(['eu', 'eu-admin']), readings, allowEmpty: false})
  expect(workloads.map(({uid, context}) => ({uid, context}))).toEqual([{uid: row.expected, context: row.context}])
})

test('a cache that was copied from another cluster hides nothing of either', () => {
  const identity = {uid: 'one-cluster', isFallback: false, fromCache: true}
  const matches = [{...match('eu/shop/Deployment/web'), uid: ''}]
  const readings = [reading('eu', {identity, matches}), reading('us', {identity, matches})]
  const {workloads} = summarizeFind({query: 'web', scope: scope(['eu', 'us']), readings, allowEmpty: false})
  expect(workloads.map(({context}) => context)).toEqual(['eu', 'us'])
})

test('workloads of one name in two clusters are two', () => {
  const readings = ['eu', 'us'].map((context) => reading(context, {matches: [match('eu/shop/Deployment/web')]}))
  const report = summarizeFind({query: 'web', scope: scope(['eu', 'us']), readings, allowEmpty: false})
  expect(report.workloads.map(({clusterUid}) => clusterUid)).toEqual(['uid-of-eu', 'uid-of-us'])
})
