import {describe, expect, test} from 'vitest'
import {nameOf} from '../../test/support/distribution/distribution.ts'
import {testSpoke} from '../../test/support/distribution/spoke.ts'
import {targetOf} from '../../test/support/distribution/target.ts'
import {createVirtualClock} from '../../test/support/virtual-clock.ts'
import {distribute} from '../distribution/distribute.ts'
import type {HubEvent} from '../model/event.ts'
import {type Failure, HubspokeError} from '../model/failure.ts'
import {createStopSwitch} from '../model/stop.ts'
import type {Plan} from '../model/target.ts'
import {labelOf} from '../summary/target-names.ts'
import {reading, scope} from '../summary/testing/facts.ts'
import type {HubDeps, RunRequest} from './contract.ts'
import {runHub} from './run-hub.ts'

interface Scene {
  readonly targets?: Plan
  readonly refused?: Plan
  readonly agrees?: boolean
  readonly deps?: Partial<HubDeps>
  readonly request?: Partial<RunRequest>
}

const may: Failure = {class: 'forbidden', message: 'May not.', suggestions: []}

/** A run of a verb that does nothing, and the order in which its parts were called upon. */
function createScene({targets = [targetOf('web', 'eu')], refused = [], agrees = true, ...scene}: Scene = {}) {
  const steps: string[] = []
  const step = <T>(name: string, value: T) => {
    steps.push(name)
    return value
  }
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const deps: HubDeps = {
    clock,
    random: () => 0,
    stop: createStopSwitch(),
    abort: new AbortController().signal,
    onEvent: () => undefined,
    source: {
      find: async () => step('find', {scope: scope(['eu']), readings: [reading('eu')]}),
      plan: () => ({targets, traits: new Map(), excluded: [], sameCluster: []}),
    },
    preflight: async () => ({
      targets,
      refusals: new Map(refused.map(({key}) => [key, may])),
      withoutLock: [],
      marks: new Map(),
      budgetsNotRead: [],
    }),
    agree: async () => step('agree', {agreed: agrees}),
    lock: async (locked) =>
      step(`lock ${locked.map(nameOf).join(' ')}`, {
        holds: async () => true,
        lost: new Promise(() => undefined),
        entries: () => [{context: 'eu', state: 'held', reason: null}],
        release: async () => step('release', undefined),
      }),
    openLedger: async () =>
      step('ledger', {
        path: '/runs/1.jsonl',
        append: async () => undefined,
        close: async () => step('close', undefined),
        discard: async () => step('discard', undefined),
      }),
    distribute,
    costOf: () => ({connections: 1, requests: 1, bytesRead: 1}),
    ...scene.deps,
  }
  const request: RunRequest = {
    id: '20261124-030412-9f3a',
    verb: 'test',
    args: {},
    options: {},
    unset: {},
    spoke: testSpoke(async ({name}) => step(`act ${name}`, {outcome: 'succeeded', reason: ''})),
    mark: '2026-11-24T03:04:12.000Z',
    pace: {
      concurrency: 1,
      concurrencyPerPlace: 1,
      retry: {retries: 0, baseMs: 1, factor: 1, maxMs: 1},
      maxFailures: undefined,
      waves: undefined,
    },
    dryRun: null,
    waited: true,
    allowEmpty: false,
    ...scene.request,
  }
  return {steps, run: () => runHub(request, deps)}
}

describe('the order of a run', () => {
  test('asks, takes the lock, records the plan, acts, and gives the lock back at the very end', async () => {
    const {steps, run} = createScene()
    const report = await run()
    expect(steps).toEqual(['find', 'agree', 'lock web', 'ledger', 'act web', 'close', 'release'])
    expect(report.run.locks).toEqual([{context: 'eu', state: 'held', reason: null}])
    expect(report.verdict.code).toBe(0)
  })

  test('locks for the targets that will be tried, not for those that preflight refused', async () => {
    const [web, api] = [targetOf('web', 'eu'), targetOf('api', 'us')]
    const {steps, run} = createScene({targets: [web, api], refused: [api]})
    await run()
    expect(steps).toContain('lock web')
  })
})

describe('no lock is taken', () => {
  test.each<Scene & {because: string}>([
    {because: 'it was declined', agrees: false},
    {because: 'nothing matched', targets: []},
    {because: 'preflight refused everything', refused: [targetOf('web', 'eu')]},
    {because: 'the dry run is the client’s', request: {dryRun: 'client'}},
    {because: 'the dry run is the server’s', request: {dryRun: 'server'}},
  ])('$because', async ({because: _, ...scene}) => {
    const {steps, run} = createScene(scene)
    const report = await run()
    expect(steps.filter((step) => /lock|release|ledger/.test(step))).toEqual([])
    expect(report.run.locks).toEqual([])
  })
})

test('somebody else’s lock ends the run before its ledger', async () => {
  const locked = new HubspokeError('locked', 'Another run holds the lock.')
  const {steps, run} = createScene({deps: {lock: () => Promise.reject(locked)}})
  await expect(run()).rejects.toBe(locked)
  expect(steps).toEqual(['find', 'agree'])
})

test('a plan that cannot be recorded gives the lock back', async () => {
  const {steps, run} = createScene({deps: {openLedger: () => Promise.reject(new HubspokeError('usage', 'Disk full.'))}})
  await expect(run()).rejects.toMatchObject({failureClass: 'usage'})
  expect(steps.slice(-2)).toEqual(['lock web', 'release'])
})

test('a plan that can be recorded only in part discards the ledger, and the run does not begin', async () => {
  const ended: string[] = []
  const openLedger = async () => ({
    path: '/runs/1.jsonl',
    append: ({type}: {readonly type: string}) =>
      type === 'planned' ? Promise.reject(new HubspokeError('usage', 'Disk full.')) : Promise.resolve(),
    close: async () => void ended.push('close'),
    discard: async () => void ended.push('discard'),
  })
  const {steps, run} = createScene({deps: {openLedger}})
  await expect(run()).rejects.toMatchObject({failureClass: 'usage', message: 'Nothing was written: Disk full.'})
  expect(ended).toEqual(['discard'])
  expect(steps.filter((step) => step.startsWith('act'))).toEqual([])
})

test.each(['result', 'ended'])('a ledger whose "%s" cannot be written: 5, with every result', async (lost) => {
  const notices: string[] = []
  const openLedger = async () => ({
    path: '/runs/1.jsonl',
    append: async ({type}: {readonly type: string}) => {
      if (type === lost || type === 'ended') throw new HubspokeError('usage', 'Disk full.')
    },
    close: async () => undefined,
    discard: async () => undefined,
  })
  const onEvent = (event: HubEvent) => void (event.type === 'notice' && notices.push(event.message))
  const {verdict, counts} = await createScene({deps: {openLedger, onEvent}}).run()
  expect(notices).toEqual(['The ledger has no end: Disk full.'])
  expect(counts).toMatchObject({succeeded: 1, total: 1})
  expect(verdict).toEqual({
    code: 5,
    name: 'stopped-early',
    sentence: 'The ledger is incomplete: of 1 target 1 succeeded.',
  })
})

test('the ledger has the options that were set and those that were not, the report only the first', async () => {
  const records: unknown[] = []
  const {run} = createScene({
    request: {args: {image: 'web'}, options: {retries: 0}, unset: {waves: null}},
    deps: {
      openLedger: async () => ({
        path: '/runs/1.jsonl',
        append: async (entry) => void records.push(entry),
        close: async () => undefined,
        discard: async () => undefined,
      }),
    },
  })
  const report = await run()
  expect(report.run.arguments).toEqual({image: 'web', retries: 0})
  expect(records[0]).toMatchObject({verb: 'test', args: {image: 'web'}, options: {retries: 0, waves: null}})
})

test('targets in clusters that cannot be reached are recorded and reported with the others, and nobody acts on them', async () => {
  const [web, api] = [targetOf('web', 'eu'), targetOf('api', 'us')]
  const unreached = {
    target: api,
    outcome: 'not-run',
    attempts: 0,
    durationMs: 0,
    reason: 'not started',
    failure: may,
  } as const
  const records: unknown[] = []
  const {steps, run} = createScene({
    targets: [web],
    request: {retryOf: {id: '20261123-000000-0001', wasBlind: false}},
    deps: {
      source: {
        find: async () => ({scope: scope(['eu']), readings: [reading('eu')]}),
        plan: () => ({targets: [web], unreached: [unreached], traits: new Map(), excluded: [], sameCluster: []}),
      },
      openLedger: async () => ({
        path: '/runs/1.jsonl',
        append: async (entry) => void records.push(entry),
        close: async () => undefined,
        discard: async () => undefined,
      }),
    },
  })
  const report = await run()
  expect(report.results.map((entry) => `${labelOf(entry)} ${entry.outcome}`)).toEqual([
    'eu/shop/Deployment/web succeeded',
    'us/shop/Deployment/api not-run',
  ])
  expect(report.run.retryOf).toBe('20261123-000000-0001')
  expect(steps).toContain('lock web')
  expect(steps.filter((step) => step.startsWith('act'))).toEqual(['act web'])
  expect(records.slice(0, 4)).toMatchObject([
    {type: 'run', targets: 2, retryOf: '20261123-000000-0001'},
    {type: 'planned', target: web},
    {type: 'planned', target: api},
    {type: 'result', target: api.key, result: {outcome: 'not-run'}},
  ])
})

describe('the events around a run', () => {
  const around = (events: readonly HubEvent[]) => events.filter(({type}) => type.startsWith('hub-'))

  test('begin it and end it, with the verdict and the counts', async () => {
    const events: HubEvent[] = []
    const report = await createScene({deps: {onEvent: (event) => void events.push(event)}}).run()
    const run = {runId: report.run.id, verb: 'test'}
    const {verdict, counts} = report
    expect(around(events)).toEqual([
      {type: 'hub-started', ...run, dryRun: false},
      {type: 'hub-ended', ...run, durationMs: 0, ended: {verdict, counts}},
    ])
    expect(events.at(-1)?.type).toBe('hub-ended')
  })

  test('end it also when it is refused before the first write', async () => {
    const events: HubEvent[] = []
    const lock = () => Promise.reject(new HubspokeError('locked', 'Another run holds it.'))
    await expect(createScene({deps: {onEvent: (event) => void events.push(event), lock}}).run()).rejects.toThrow()
    expect(around(events)).toMatchObject([{type: 'hub-started'}, {type: 'hub-ended', ended: null}])
  })
})
