import {describe, expect, test} from 'vitest'
import {targetOf} from '../../test/support/distribution/target.ts'
import {createVirtualClock} from '../../test/support/virtual-clock.ts'
import {type Failure, HubspokeError} from '../model/failure.ts'
import {createStopSwitch} from '../model/stop.ts'
import {type Plan, targetKey} from '../model/target.ts'
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
    discover: async () => step('discover', {scope: scope(['eu']), readings: [reading('eu')]}),
    planTargets: () => ({targets, traits: new Map(), excluded: [], sameCluster: []}),
    preflight: async () => ({
      targets,
      refusals: new Map(refused.map((target) => [targetKey(target), may])),
      withoutLock: [],
      marks: new Map(),
      budgetsNotRead: [],
    }),
    agree: async () => step('agree', {agreed: agrees}),
    lock: async (locked) =>
      step(`lock ${locked.map(({name}) => name).join(' ')}`, {
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
      }),
    costOf: () => ({connections: 1, requests: 1, bytesRead: 1}),
    ...scene.deps,
  }
  const request: RunRequest = {
    id: '20261124-030412-9f3a',
    spoke: {verb: 'test', act: async ({name}) => step(`act ${name}`, {outcome: 'succeeded', reason: ''})},
    stamp: '2026-11-24T03:04:12.000Z',
    arguments: {},
    fanOut: () => ({
      concurrency: 1,
      concurrencyPerCluster: 1,
      retry: {retries: 0, baseMs: 1, factor: 1, maxMs: 1},
    }),
    waves: () => [],
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
    expect(steps).toEqual(['discover', 'agree', 'lock web', 'ledger', 'act web', 'close', 'release'])
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
  expect(steps).toEqual(['discover', 'agree'])
})

test('a plan that cannot be recorded gives the lock back', async () => {
  const {steps, run} = createScene({deps: {openLedger: () => Promise.reject(new HubspokeError('usage', 'Disk full.'))}})
  await expect(run()).rejects.toMatchObject({failureClass: 'usage'})
  expect(steps.slice(-2)).toEqual(['lock web', 'release'])
})

test('a plan that can be recorded only in part closes the ledger, and the run does not begin', async () => {
  const closed: string[] = []
  const openLedger = async () => ({
    path: '/runs/1.jsonl',
    append: ({type}: {readonly type: string}) =>
      type === 'planned' ? Promise.reject(new HubspokeError('usage', 'Disk full.')) : Promise.resolve(),
    close: async () => void closed.push('close'),
  })
  const {steps, run} = createScene({deps: {openLedger}})
  await expect(run()).rejects.toMatchObject({failureClass: 'usage', message: 'Nothing was written: Disk full.'})
  expect(closed).toEqual(['close'])
  expect(steps.filter((step) => step.startsWith('act'))).toEqual([])
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
      planTargets: () => ({targets: [web], unreached: [unreached], traits: new Map(), excluded: [], sameCluster: []}),
      openLedger: async () => ({
        path: '/runs/1.jsonl',
        append: async (entry) => void records.push(entry),
        close: async () => undefined,
      }),
    },
  })
  const report = await run()
  expect(report.results.map(({name, outcome}) => `${name} ${outcome}`)).toEqual(['web succeeded', 'api not-run'])
  expect(report.run.retryOf).toBe('20261123-000000-0001')
  expect(steps).toContain('lock web')
  expect(steps.filter((step) => step.startsWith('act'))).toEqual(['act web'])
  expect(records.slice(0, 4)).toMatchObject([
    {type: 'run', targets: 2, retryOf: '20261123-000000-0001'},
    {type: 'planned', target: web},
    {type: 'planned', target: api},
    {type: 'result', target: targetKey(api), result: {outcome: 'not-run'}},
  ])
})
