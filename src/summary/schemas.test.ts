import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js'
import {describe, expect, test} from 'vitest'
import type {CacheEntry} from '../model/cache-entry.ts'
import type {ErrorReport} from '../model/error-report.ts'
import {exitCodes} from '../model/exit-code.ts'
import {failureClasses} from '../model/failure.ts'
import {permittedVerbs} from '../model/permission.ts'
import {writeStates} from '../model/recorded-run.ts'
import {outcomes} from '../model/result.ts'
import {rolloutStates} from '../model/status-report.ts'
import {waveStates} from '../model/wave.ts'
import {workloadKinds} from '../model/workload.ts'
import {documentRenderers} from './documents.ts'
import {openStates} from './ledger-words.ts'
import {summarizeCaches, summarizeCheck, summarizeFind, summarizeRun} from './summarize.ts'
import {listedRun, summarizeLedger, summarizePrune, summarizeRuns} from './summarize-ledgers.ts'
import {summarizeStatus} from './summarize-status.ts'
import {checked, permission} from './testing/checked.ts'
import {failed, failure, match, readInPart, reading, result, runFacts, scope, unreadable} from './testing/facts.ts'
import {done, open, recordedRun, runId} from './testing/recorded.ts'

const folder = join(import.meta.dirname, '..', '..', 'schemas')
const readSchema = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8'))

function validatorOf(name: string): ValidateFunction {
  // Strict: a misspelled keyword in a schema checks nothing.
  const formats = {'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/}
  const ajv = new Ajv2020({allErrors: true, strict: true, allowUnionTypes: true, formats})
  return ajv.compile(readSchema(name))
}

const readings = [
  reading('eu', {tier: 'cache+changes', cacheAgeMs: 1234.5, matches: [match('eu/shop/Deployment/web')]}),
  {
    ...readInPart(
      'us',
      {kind: 'DaemonSet', failure: failure('forbidden'), readInstead: ['shop']},
      {kind: 'StatefulSet', namespace: 'pay', failure: failure('forbidden')},
    ),
    cachedOnly: {ageMs: 1234.5, matches: [match('us/pay/StatefulSet/db'), match('us/pay/DaemonSet/log')]},
  },
  unreadable('ap', failure('unreachable', 'Cannot reach it.', 'kubectl get --raw /readyz')),
]
const everyOutcome = runFacts({
  readings,
  arguments: {image: 'web', context: ['eu', 'us'], concurrency: 50, 'all-contexts': true, deadline: null},
  results: [
    ...outcomes.map((outcome) => result(`eu/shop/Deployment/${outcome}`, outcome, {reason: `It is ${outcome}.`})),
    ...failureClasses.map((name) => failed(`eu/shop/Deployment/${name}`, failure(name, 'No.', 'kubectl get pods'))),
  ],
})
const inWave = result('eu/a/Deployment/b')
const check = checked('eu', {
  latencyMs: 12.3,
  clockSkewMs: -4000,
  credentials: {expiresAt: '2026-11-25T03:00:00.000Z', leftMs: 1234, renewed: false},
  permissions: permittedVerbs.map((purpose) => permission({purpose, name: 'kube-system'})),
})
const cache: CacheEntry = {
  context: 'eu',
  server: 'https://eu:6443',
  uid: 'u',
  state: 'saved',
  reason: '',
  builtAt: '2026-11-24T03:00:00Z',
  ageMs: 12,
  workloads: 3,
  images: 2,
  shards: 0,
  bytes: 900,
  provenAt: '2026-11-24T03:00:00.000Z',
  watch: {changes: 1, writes: 2, reconnects: 0},
  problem: null,
}
const unknown = {
  uidIsFallback: null,
  version: null,
  latencyMs: null,
  clockSkewMs: null,
  credentials: null,
  permissions: [],
  imageCache: null,
  problem: failure('timeout'),
}
const noCache = {
  builtAt: null,
  ageMs: null,
  workloads: null,
  images: null,
  shards: null,
  bytes: null,
  problem: failure('timeout'),
}
const error: ErrorReport = {
  schemaVersion: 1,
  type: 'ErrorReport',
  error: failure('usage', 'Unknown flag.'),
  verdict: {code: 2, name: 'usage', sentence: 'Unknown flag.'},
}

const ledgers = [
  recordedRun({
    targets: outcomes.map((outcome) => done(`eu/shop/Deployment/${outcome}`, outcome, {failure: failure('rollout')})),
    ended: {type: 'ended', at: '2026-11-24T03:06:23.000Z', exitCode: 5, stoppedBy: 'deadline'},
  }),
  recordedRun({
    targets: openStates.map((state) => open(`eu/shop/Deployment/${state}`, state, {wave: 2})),
    ended: undefined,
    damagedLines: 1,
  }),
  recordedRun({run: undefined, ended: undefined, lastAt: undefined}),
]

const {kind, matched} = match('eu/shop/Deployment/web')
const statuses = rolloutStates.map((status, index) => ({
  ...{clusterUid: 'u', context: 'eu', kind, namespace: 'shop', name: status, uid: status},
  ...{matched, status, lasting: status === 'stuck', message: '1 of 3 pods updated'},
  pods: index === 0 ? null : {wanted: 3, current: 4, updated: 1, ready: 3, available: 3},
  cause: index === 0 ? null : {reason: 'FailedCreate', message: 'FailedCreate: no', pod: index === 1 ? null : 'web-1'},
  causeUnknown: index === 0 ? 'reason unknown: may not read pods' : null,
  failure: index === 0 ? failure('rollout') : null,
  suggestions: ['kubectl describe'],
}))

const documents = [
  {
    name: 'run-report',
    reports: [
      summarizeRun(everyOutcome),
      summarizeRun(runFacts()),
      summarizeRun(
        runFacts({results: [inWave], waves: waveStates.map((state) => ({targets: [inWave.target], state}))}),
      ),
      summarizeRun(runFacts({results: [result('eu/a/Deployment/b')], dryRun: 'server', waited: false, ledger: null})),
      summarizeRun(
        runFacts({results: [result('eu/a/Deployment/b', 'not-run')], stoppedBy: 'SIGINT', dryRun: 'client'}),
      ),
    ],
  },
  {
    name: 'find-report',
    reports: [true, false].map((allowEmpty) => {
      const found = allowEmpty ? readings : [reading('eu')]
      return summarizeFind({query: 'web', scope: scope(['eu'], {selector: 'a=b'}), readings: found, allowEmpty})
    }),
  },
  {
    name: 'status-report',
    reports: [true, false].map((watched) => {
      const found = watched ? readings : [reading('eu')]
      return summarizeStatus({
        ...{query: 'web', scope: scope(['eu'], {selector: 'a=b'}), readings: found, allowEmpty: false, watched},
        statuses: watched ? statuses : [],
      })
    }),
  },
  {name: 'check-report', reports: [summarizeCheck([check, {...check, ...unknown, uid: null}]), summarizeCheck([])]},
  {name: 'cache-report', reports: [summarizeCaches([cache, {...cache, ...noCache, state: 'not-read', uid: null}])]},
  {
    name: 'runs-report',
    reports: [
      summarizeRuns({
        directory: '/state',
        runs: ledgers.map((ledger) => listedRun(runId, ledger)),
        notRead: [{id: runId, problem: failure('usage')}],
      }),
      summarizeRuns({directory: '/state', runs: [], notRead: []}),
    ],
  },
  {
    name: 'ledger-report',
    reports: ledgers.map((ledger) =>
      summarizeLedger(runId, ledger, {suggestions: ['hubspoke runs retry last'], retriedBy: []}),
    ),
  },
  {
    name: 'prune-report',
    reports: [
      summarizePrune(
        {
          directory: '/state',
          removed: ledgers.map((ledger) => listedRun(runId, ledger)),
          kept: [{id: runId, reason: 'unfinished'}],
          notRemoved: [{id: runId, problem: failure('usage')}],
        },
        'yes',
      ),
      summarizePrune({directory: '/state', removed: [], kept: [], notRemoved: []}, 'no'),
    ],
  },
  {name: 'error-report', reports: [error]},
]

describe.each(documents)('$name', ({name, reports}) => {
  const validate = validatorOf(name)

  test('every document that is built has the shape of its schema', async () => {
    for (const report of reports) {
      validate(JSON.parse(await documentRenderers.json(report)))
      expect(validate.errors).toBeNull()
    }
  })

  test('a document that lacks any key of its first two levels is refused', () => {
    const whole: Record<string, unknown> = {...reports[0]}
    for (const key of Object.keys(whole)) {
      const {[key]: part, ...rest} = whole
      expect(validate(rest), key).toBe(false)
      if (part === null || typeof part !== 'object' || Array.isArray(part) || key === 'arguments') continue
      for (const inner of Object.keys(part)) {
        const broken = {...whole, [key]: Object.fromEntries(Object.entries(part).filter(([one]) => one !== inner))}
        expect(validate(broken), `${key}.${inner}`).toBe(false)
      }
    }
  })

  test('keys may be added', () => {
    const whole = structuredClone(reports[0])
    expect(validate({...whole, verdict: {...whole?.verdict, later: 1}, later: {}})).toBe(true)
  })

  test('wrong values are refused', () => {
    const whole = structuredClone(reports[0])
    expect(validate({...whole, schemaVersion: 2})).toBe(false)
    expect(validate({...whole, type: 'OtherReport'})).toBe(false)
    expect(validate({...whole, verdict: {...whole?.verdict, code: 99}})).toBe(false)
  })
})

test('the lists of words in the schemas are those of the model', () => {
  const {$defs} = readSchema('run-report')
  expect($defs.failure.properties.class.enum).toEqual([...failureClasses])
  expect($defs.kind.enum).toEqual([...workloadKinds])
  expect($defs.result.properties.outcome.enum).toEqual([...outcomes])
  expect($defs.wave.properties.state.enum).toEqual([...waveStates])
  expect($defs.verdict.properties.name.enum).toEqual(Object.keys(exitCodes))
  expect($defs.verdict.properties.code.enum).toEqual(Object.values(exitCodes).map(({code}) => code))
  expect(readSchema('check-report').$defs.permission.properties.purpose.enum).toEqual([...permittedVerbs])
  expect(readSchema('status-report').$defs.status.properties.status.enum).toEqual([...rolloutStates])
  const {recordedTarget} = readSchema('ledger-report').$defs
  expect(recordedTarget.properties.outcome.enum).toEqual([...outcomes, null])
  expect(recordedTarget.properties.state.enum.toSorted()).toEqual([...openStates, 'result'].sort())
  expect(recordedTarget.properties.wrote.enum).toEqual([...writeStates])
})

test('what two schemas share is the same in both', () => {
  const shared = new Map<string, unknown>()
  for (const {name} of documents) {
    for (const [key, part] of Object.entries<unknown>(readSchema(name).$defs)) {
      expect(part, `${name} ${key}`).toEqual(shared.get(key) ?? part)
      shared.set(key, part)
    }
  }
})
