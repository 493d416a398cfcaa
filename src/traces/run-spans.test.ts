import {describe, expect, test} from 'vitest'
import {exitCodes} from '../model/exit-code.ts'
import type {LedgerRecord} from '../model/ledger.ts'
import type {RecordedRun, RecordedTarget} from '../model/recorded-run.ts'
import {outcomes, type SpokeResult} from '../model/result.ts'
import {failure, result as resultOf, target} from '../summary/testing/facts.ts'
import {createRunHistory} from './run-history.ts'
import {runSpans, type TracedRun} from './run-spans.ts'

const second = (seconds: number) => new Date(Date.UTC(2026, 10, 24, 20) + seconds * 1_000).toISOString()
const ms = (seconds: number) => Date.parse(second(seconds))

type RunRecord = NonNullable<RecordedRun['run']>

const invocation: RunRecord = {
  ...{type: 'run', schemaVersion: 2, id: '20261124-200000-abcd', verb: 'restart', mark: second(0)},
  ...{args: {}, options: {}, startedAt: second(0), at: second(2), targets: 1},
}

const traceId = 'a'.repeat(32)
const web = 'eu/shop/Deployment/web'

const recordedTarget = (path: string, more: Partial<RecordedTarget> = {}): RecordedTarget => ({
  ...{target: target(path), wave: undefined, state: 'result', wrote: 'yes', attempts: 1},
  ...{snapshot: undefined, receipt: undefined, retryReason: undefined, result: undefined},
  ...more,
})

const ended = (path: string, outcome: SpokeResult['outcome'], more: Partial<SpokeResult> = {}) =>
  recordedTarget(path, {result: resultOf(path, outcome, {startedAt: second(3), endedAt: second(5), ...more})})

interface Case {
  readonly targets?: readonly RecordedTarget[]
  readonly invocations?: readonly RunRecord[]
  readonly records?: readonly LedgerRecord[]
  readonly more?: Partial<Pick<RecordedRun, 'ended' | 'lastAt'>>
  readonly exitCode?: number
  readonly parentSpanId?: string
}

function spansOf({targets = [], invocations = [invocation], records = [], more, exitCode = 0, parentSpanId}: Case) {
  const history = createRunHistory()
  for (const each of targets) history.add({type: 'planned', at: second(2), target: each.target})
  for (const record of records) history.add(record)
  const recorded: RecordedRun = {
    ...{path: '/runs/x.jsonl', run: invocations[0], invocations, targets, targetsMissing: 0},
    ended: {type: 'ended', at: second(9), exitCode, stoppedBy: null},
    ...{lastAt: second(9), damagedLines: 0, isOfNewerVersion: false},
    ...more,
  }
  const traced: TracedRun = {recorded, history, exitCode, traceId, parentSpanId}
  return runSpans(traced)
}

const spokeOf = (one: Case) => spansOf(one).find(({name}) => name === 'spoke')

test('the run, its plan and its targets; the run ends with its last record', () => {
  const [run, plan, spoke, ...others] = spansOf({targets: [ended(web, 'succeeded')]})
  expect(run).toMatchObject({name: 'hubspoke restart', traceId, startedAt: ms(0), endedAt: ms(9)})
  expect(run).toHaveProperty('parentSpanId', undefined)
  expect(run).toHaveProperty('error', undefined)
  expect(plan).toMatchObject({name: 'plan', startedAt: ms(0), endedAt: ms(2), attributes: {'hubspoke.targets': 1}})
  expect(spoke).toMatchObject({name: 'spoke', startedAt: ms(3), endedAt: ms(5)})
  expect([plan?.parentSpanId, spoke?.parentSpanId]).toEqual([run?.spanId, run?.spanId])
  expect(others).toEqual([])
})

test('the parent is that of the environment', () => {
  const [run, plan] = spansOf({parentSpanId: 'b'.repeat(16)})
  expect(run?.parentSpanId).toBe('b'.repeat(16))
  expect(plan?.parentSpanId).toBe(run?.spanId)
})

test('a ledger without a beginning has no spans', () => {
  expect(spansOf({invocations: []})).toEqual([])
})

test.each(Object.entries(exitCodes))(
  'exit %s: a result of pipelines, and an error unless all is well',
  (name, {code}) => {
    const [run] = spansOf({exitCode: code})
    const {'cicd.pipeline.result': result, 'error.type': type} = run?.attributes ?? {}
    expect(['success', 'failure', 'error', 'cancellation']).toContain(result)
    expect(result === 'success').toBe(name === 'ok')
    expect(type).toBe(name === 'ok' ? undefined : name)
    expect(run?.error === undefined).toBe(name === 'ok')
  },
)

test.each(outcomes)('%s: an error only where a target failed or is unverified', (outcome) => {
  const spoke = spokeOf({targets: [ended(web, outcome, {reason: 'So it was.'})]})
  const isError = outcome === 'failed' || outcome === 'unverified'
  expect(spoke?.attributes).toMatchObject({'hubspoke.outcome': outcome, 'hubspoke.reason': 'So it was.'})
  expect(spoke?.error).toBe(isError ? 'So it was.' : undefined)
  expect(spoke?.attributes['error.type']).toBe(isError ? outcome : undefined)
})

test('the class of a failure is its type, also of a target that was skipped', () => {
  const because = {failure: failure('owned', 'It is owned.')}
  expect(spokeOf({targets: [ended(web, 'failed', because)]})).toMatchObject({
    attributes: {'error.type': 'owned'},
    error: 'It is owned.',
  })
  const skipped = spokeOf({targets: [ended(web, 'skipped', because)]})
  expect(skipped).toMatchObject({attributes: {'error.type': 'owned'}})
  expect(skipped?.error).toBeUndefined()
})

describe('a ledger that is incomplete', () => {
  const open = {ended: undefined, lastAt: second(7)}

  test.each([
    {wrote: 'no', outcome: 'not-run'},
    {wrote: 'maybe', outcome: 'unverified'},
    {wrote: 'yes', outcome: 'unverified'},
  ] as const)('a target without a result, of which "$wrote" is known to be written: $outcome', ({wrote, outcome}) => {
    const events: readonly LedgerRecord[] = [{type: 'written', at: second(4), target: target(web).key}]
    const spoke = spokeOf({targets: [recordedTarget(web, {wrote})], records: events, more: open, exitCode: 5})
    expect(spoke).toMatchObject({startedAt: ms(4), endedAt: ms(7), attributes: {'hubspoke.outcome': outcome}})
    expect(spoke?.attributes['hubspoke.reason']).toBe('The ledger has no result.')
  })

  test('what is no time is replaced, and no span ends before it starts', () => {
    const times = {startedAt: second(6), endedAt: 'soon'}
    const lost = {...invocation, startedAt: 'yesterday', at: second(8)}
    const spans = spansOf({targets: [ended(web, 'failed', times)], invocations: [lost], more: open})
    for (const {startedAt, endedAt} of spans) expect(endedAt).toBeGreaterThanOrEqual(startedAt)
    expect(spans.map(({startedAt}) => startedAt)).toEqual([ms(8), ms(8), ms(6)])
  })
})

test('a wave holds its targets from its start to its last end; without a start it is no span', () => {
  const at = (path: string, wave: number, end: number) => ({...ended(path, 'succeeded', {endedAt: second(end)}), wave})
  const targets = [at('eu/a/Deployment/x', 1, 5), at('eu/a/Deployment/y', 1, 6), at('eu/a/Deployment/z', 2, 6)]
  const [run, plan, wave, x, y, z] = spansOf({targets, records: [{type: 'wave-started', at: second(3), wave: 1}]})
  expect(wave).toMatchObject({name: 'wave 1', startedAt: ms(3), endedAt: ms(6)})
  expect(wave?.attributes).toEqual({'hubspoke.wave': 1, 'hubspoke.targets': 2})
  expect([plan, wave, x, y, z].map((span) => span?.parentSpanId)).toEqual([
    ...[run?.spanId, run?.spanId],
    ...[wave?.spanId, wave?.spanId],
    run?.spanId,
  ])
})

test('what happened to a target, with its times, and without secrets', () => {
  const {key} = target(web)
  const records: readonly LedgerRecord[] = [
    {type: 'retrying', at: second(3), target: key, attempt: 1, reason: 'password=hunter2 was refused'},
    {type: 'written', at: second(4), target: key},
    {type: 'result', at: second(5), target: key, result: {outcome: 'failed', attempts: 2, durationMs: 1, reason: ''}},
    {type: 'undoing', at: second(6), target: key, attempt: 1},
    {type: 'undone', at: second(7), target: key},
    {type: 'written', at: second(8), target: 'of no plan'},
  ]
  const targets = [ended(web, 'failed', {undo: {outcome: 'undone', reason: ''}})]
  const spoke = spokeOf({targets, records})
  expect(spoke?.events).toEqual([
    {
      name: 'retrying',
      at: ms(3),
      attributes: {'hubspoke.attempt': 1, 'hubspoke.reason': 'password=[redacted] was refused'},
    },
    {name: 'written', at: ms(4), attributes: {}},
    {name: 'undoing', at: ms(6), attributes: {}},
    {name: 'undone', at: ms(7), attributes: {}},
  ])
  expect(spoke?.attributes['hubspoke.undo']).toBe('undone')
})

test('a target of another type has only its label; names stay exact', () => {
  const other = {
    ...recordedTarget(web),
    target: {type: 'repository', key: 'k', label: 'acme/token=x', place: 'p', via: 'v'},
  }
  const {attributes} = spokeOf({targets: [other]}) ?? {}
  expect(attributes).toMatchObject({'hubspoke.target': 'acme/token=x'})
  expect(attributes).not.toHaveProperty('hubspoke.cluster')
})

describe('another invocation under the same id', () => {
  const later = {...invocation, startedAt: second(20), at: second(22)}
  const first = ended('eu/shop/Deployment/gone', 'succeeded')
  const records: readonly LedgerRecord[] = [
    {type: 'wave-started', at: second(3), wave: 1},
    later,
    {type: 'planned', at: second(22), target: target(web)},
  ]

  test('has the spans of what it planned, with other ids', () => {
    const before = spansOf({targets: [ended(web, 'failed'), first]})
    const spans = spansOf({targets: [first, ended(web, 'failed')], invocations: [invocation, later], records})
    expect(spans.map(({name}) => name)).toEqual(['hubspoke restart', 'plan', 'spoke'])
    expect(spans[0]?.startedAt).toBe(ms(20))
    expect(spans[2]?.attributes['hubspoke.target']).toBe(web)
    const ids = new Set(before.map(({spanId}) => spanId))
    expect(spans.filter(({spanId}) => ids.has(spanId))).toEqual([])
  })

  test('on another machine at the same time has other ids', () => {
    const by = {name: null, uid: null, sudoUser: null, host: 'other', kubernetesUsers: []}
    const [here] = spansOf({})
    const [there] = spansOf({invocations: [{...invocation, by}]})
    expect(here?.spanId).not.toBe(there?.spanId)
  })
})
