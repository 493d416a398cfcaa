import {expect, test} from 'vitest'
import type {CacheEntry} from '../model/cache-entry.ts'
import type {CheckEntry} from '../model/check-report.ts'
import type {FindFacts} from './find-facts.ts'
import {summarizeCaches, summarizeCheck, summarizeFind} from './summarize.ts'
import {checked, permission} from './testing/checked.ts'
import {failure, match, readInPart, reading, scope, unreadable} from './testing/facts.ts'

const bug = failure('internal', 'A bug in hubspoke: RangeError: x')
const eu = reading('eu', {matches: [match('eu/shop/Deployment/web')]})
const us = reading('us', {matches: [match('us/shop/Deployment/web'), match('us/pay/StatefulSet/db')]})
const down = unreadable('ap', failure('unreachable'))

interface FindRow {
  readonly facts: Pick<FindFacts, 'readings'> & Partial<FindFacts>
  readonly code: number
  readonly sentence?: string
  readonly because: string
}

test.each<FindRow>([
  {facts: {readings: [eu, us]}, code: 0, sentence: 'Found 3 workloads in 2 clusters.', because: 'all was read'},
  {
    facts: {readings: [reading('eu')]},
    code: 3,
    sentence: 'Nothing runs "web" among Deployments, StatefulSets and DaemonSets in all namespaces of 1 context.',
    because: 'nothing matched',
  },
  {facts: {readings: [reading('eu')], allowEmpty: true}, code: 0, because: '--allow-empty'},
  {
    facts: {readings: [eu, down]},
    code: 4,
    sentence: 'Cannot reach 1 of 2 contexts; found 1 workload in 1 cluster.',
    because: 'a shorter answer is not a whole one',
  },
  {facts: {readings: [down], allowEmpty: true}, code: 4, because: '--allow-empty never changes 4'},
  {
    facts: {readings: [readInPart('eu', {kind: 'DaemonSet', namespace: 'shop', failure: failure('forbidden')})]},
    code: 4,
    sentence: '1 of 1 context could be read only in part; nothing matched in what was read.',
    because: 'a kind that may not be listed may hide a workload',
  },
  {facts: {readings: [eu, unreadable('ap', bug)]}, code: 70, sentence: bug.message, because: 'a bug is told as one'},
  {facts: {readings: [eu], scope: scope(['eu', 'us'])}, code: 70, because: 'a selected context has no reading'},
  {
    facts: {readings: [], allowEmpty: true},
    code: 3,
    sentence: 'There is no context to search.',
    because: 'no context',
  },
])('find exits $code: $because', ({facts, code, sentence}) => {
  const whole = {
    query: 'web',
    scope: scope(facts.readings.map(({context}) => context.name)),
    allowEmpty: false,
    ...facts,
  }
  const {verdict} = summarizeFind(whole)
  expect(verdict.code).toBe(code)
  // What is not included has tests of its own: omissions.test.ts.
  if (sentence !== undefined) expect(verdict.sentence.split(' Not included: ')[0]).toBe(sentence)
})

function check(context: string, more: Partial<CheckEntry> = {}): CheckEntry {
  return checked(context, {permissions: [may('find', true), may('restart', true)], ...more})
}

function may(purpose: 'find' | 'restart', allowed: boolean, essential = true): CheckEntry['permissions'][number] {
  return permission({purpose, allowed, essential})
}

test.each([
  {contexts: [check('eu'), check('us')], code: 0, sentence: '2 contexts can be read and written.'},
  {
    contexts: [check('eu'), check('us', {permissions: [may('find', true), may('restart', false)]})],
    code: 0,
    sentence: '2 contexts can be read; 1 of them may not be written in full.',
  },
  {
    contexts: [check('eu'), check('us', {permissions: [may('find', true), may('find', false, false)]})],
    code: 0,
    sentence: '2 contexts can be read and written, 1 of them without all optional permissions.',
  },
  {
    contexts: [check('eu'), check('us', {permissions: [may('find', false)]})],
    code: 4,
    sentence: '1 of 2 contexts can be read only in part.',
  },
  {
    contexts: [check('eu'), check('us', {problem: failure('unauthenticated')})],
    code: 4,
    sentence: '1 of 2 contexts cannot be used.',
  },
  {contexts: [check('eu', {problem: bug})], code: 70, sentence: bug.message},
  {contexts: [], code: 3, sentence: 'There is no context to check.'},
])('check exits $code: $sentence', ({contexts, code, sentence}) => {
  expect(summarizeCheck(contexts).verdict).toMatchObject({code, sentence})
})

function cache(state: CacheEntry['state'], problem: CacheEntry['problem'] = null): CacheEntry {
  const unknown = {
    builtAt: null,
    ageMs: null,
    workloads: null,
    images: null,
    shards: null,
    bytes: null,
    provenAt: null,
    watch: null,
  }
  return {context: 'eu', server: 'https://x', uid: 'u', state, reason: '', ...unknown, problem}
}

test.each([
  {caches: [cache('saved'), cache('not-saved')], code: 0, sentence: 'The image cache of 2 contexts is fresh.'},
  {
    caches: [cache('saved'), cache('not-saved', failure('forbidden'))],
    code: 1,
    sentence: 'The image cache of 1 of 2 contexts could not be saved.',
  },
  {
    caches: [cache('saved'), cache('not-read', failure('timeout'))],
    code: 4,
    sentence: 'The image cache of 1 of 2 contexts could not be read.',
  },
  {caches: [cache('present'), cache('missing')], code: 0, sentence: '1 of 2 contexts has an image cache.'},
  {caches: [cache('missing'), cache('missing')], code: 3, sentence: 'There is no image cache in 2 contexts.'},
  {caches: [cache('not-read', bug)], code: 70, sentence: bug.message},
  {caches: [], code: 3, sentence: 'There is no context to search.'},
])('cache exits $code: $sentence', ({caches, code, sentence}) => {
  expect(summarizeCaches(caches).verdict).toMatchObject({code, sentence})
})

test.each([
  {stoppedBy: 'SIGINT', code: 130},
  {stoppedBy: 'SIGTERM', code: 143},
  {stoppedBy: 'SIGHUP', code: 129},
  {stoppedBy: 'deadline', code: 5},
] as const)('what was stopped by $stoppedBy exits $code, whatever had been read', ({stoppedBy, code}) => {
  const facts = {query: 'web', scope: scope(['eu', 'ap']), readings: [eu, down], allowEmpty: true, stoppedBy}
  const reports = [
    summarizeFind(facts),
    summarizeCheck([check('eu')], {stoppedBy}),
    summarizeCaches([cache('saved'), cache('not-read', failure('timeout'))], {stoppedBy}),
  ]
  for (const {verdict} of reports) {
    expect(verdict.code).toBe(code)
    expect(verdict.sentence).toMatch(/^Stopped before all contexts had answered\./)
  }
})
