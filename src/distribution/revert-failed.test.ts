import {describe, expect, test} from 'vitest'
import {createStage} from '../../test/support/distribution/distribution.ts'
import {type TestWritten, testSpoke} from '../../test/support/distribution/spoke.ts'
import {targetOf} from '../../test/support/distribution/target.ts'
import {type Failure, HubspokeError} from '../model/failure.ts'
import type {LedgerEntry} from '../model/ledger.ts'
import type {Attempt, Settled} from '../model/spoke.ts'
import type {Clock} from '../shared/clock.ts'

const broke: Failure = {class: 'rollout', message: 'it stuck', suggestions: ['look']}
const failed: Settled = {outcome: 'failed', reason: 'it stuck', failure: broke}
const restored: Settled = {outcome: 'succeeded', reason: 'as it was'}
const cut = new HubspokeError('unreachable', 'Cut.')

/** Writes at once and is seen to fail after a second; `undo` reverts it. */
function actOf(clock: Clock, undo?: TestWritten['undo'], end: Settled = failed) {
  return async (_target: unknown, attempt: Attempt): Promise<TestWritten> => {
    await attempt.writing({was: 'this'})
    return {outcome: 'written', settle: (watch) => later(clock, end, watch.signal), ...(undo && {undo})}
  }
}

const spokeOf = (...given: Parameters<typeof actOf>) => testSpoke(actOf(...given))

async function later(clock: Clock, end: Settled, signal: AbortSignal): Promise<Settled | undefined> {
  await clock.sleep(1_000, signal)
  return signal.aborted ? undefined : end
}

/** One write, and a second until `end` is seen. */
const undoOf =
  (clock: Clock, end: Settled = restored) =>
  async (attempt: Attempt): Promise<TestWritten> => {
    await attempt.writing()
    return {outcome: 'written', settle: (watch) => later(clock, end, watch.signal)}
  }

const plan = [targetOf('web')]
const key = targetOf('web').key
const undoFailed = {fanOut: {undoFailed: true}}

describe('the undo of a target that failed', () => {
  test('is recorded before it is sent, after the result that made it necessary', async () => {
    const {clock, run} = createStage()
    const {results, records, events} = await run({plan, spoke: spokeOf(clock, undoOf(clock)), ...undoFailed})
    expect(results).toMatchObject([
      {outcome: 'failed', durationMs: 1_000, attempts: 1, undo: {outcome: 'undone', reason: 'as it was'}},
    ])
    expect(records).toMatchObject([
      {type: 'writing', target: key, attempt: 1, snapshot: {was: 'this'}},
      {type: 'written', target: key},
      {type: 'result', result: {outcome: 'failed'}},
      {type: 'undoing', target: key, attempt: 1},
      {type: 'undone', target: key},
      {type: 'result', result: {outcome: 'failed', undo: {outcome: 'undone'}}},
    ])
    expect(events.map(({type}) => type)).toEqual([
      ...['target-started', 'target-written', 'target-finished', 'target-undoing', 'target-undone'],
    ])
  })

  test('counts once, and is done although the run has stopped because of it', async () => {
    const {clock, run} = createStage()
    const {ends, stoppedBy, results} = await run({
      plan: [...plan, targetOf('other')],
      spoke: spokeOf(clock, undoOf(clock)),
      fanOut: {undoFailed: true, maxFailures: 0, concurrency: 1},
    })
    expect(ends).toEqual(['web: failed, rollout', 'other: not-run'])
    expect(results[0]?.undo?.outcome).toBe('undone')
    expect(stoppedBy).toBe('max-failures')
    const two = await createStage().run({
      plan: [...plan, targetOf('other')],
      spoke: spokeOf(clock, undoOf(clock)),
      fanOut: {undoFailed: true, maxFailures: 1, concurrency: 1},
    })
    expect(two.ends).toEqual(['web: failed, rollout', 'other: failed, rollout'])
  })

  test('holds the slot until it has ended', async () => {
    const {clock, run} = createStage()
    const {events} = await run({
      plan: [...plan, targetOf('other')],
      spoke: spokeOf(clock, undoOf(clock)),
      fanOut: {undoFailed: true, concurrency: 1},
    })
    const types = events.map(({type}) => type)
    expect(types.indexOf('target-undone')).toBeLessThan(types.lastIndexOf('target-started'))
  })

  test('is tried again like any other write, and the ledger does not take its tries for the verb’s', async () => {
    const {clock, run} = createStage()
    let tries = 0
    const undo: TestWritten['undo'] = async (attempt) => {
      tries += 1
      await attempt.writing()
      if (tries < 3) throw cut
      return undoOf(clock)(attempt)
    }
    const {results, records} = await run({plan, spoke: spokeOf(clock, undo), ...undoFailed})
    expect(results[0]).toMatchObject({attempts: 1, undo: {outcome: 'undone'}})
    expect(records.some(({type}) => type === 'retrying')).toBe(false)
    expect(records.filter(({type}) => type === 'undoing')).toMatchObject([{attempt: 1}, {attempt: 2}, {attempt: 3}, {}])
  })

  test('takes away what there was to look at, unless it did not come off', async () => {
    const {clock, run} = createStage()
    const done = await run({plan, spoke: spokeOf(clock, undoOf(clock)), ...undoFailed})
    expect(done.results[0]?.failure?.suggestions).toEqual([])
    const stuck = {...failed, failure: {...broke, suggestions: ['delete', 'look']}}
    const not = await createStage().run({plan, spoke: spokeOf(clock, undoOf(clock, stuck)), ...undoFailed})
    expect(not.results[0]?.failure?.suggestions).toEqual(['delete', 'look'])
  })
})

describe('nothing is undone', () => {
  const never: TestWritten['undo'] = () => Promise.reject(new Error('it was undone'))

  test.each([
    {of: 'that was changed back by somebody', end: {...failed, failure: {...broke, class: 'reverted'}} as Settled},
    {of: 'that succeeded', end: restored},
  ])('of a target $of', async ({end}) => {
    const {clock, run} = createStage()
    const {results} = await run({plan, spoke: spokeOf(clock, never, end), ...undoFailed})
    expect(results[0]?.undo).toBeUndefined()
  })

  test('of a target whose write was refused, or whose end was not seen', async () => {
    const {clock, run, stop} = createStage()
    const spoke = testSpoke(async (target, attempt) => {
      await attempt.writing()
      if (target.name === 'web') throw new HubspokeError('forbidden', 'May not.', {refused: true})
      void clock.sleep(500).then(() => stop.stop('SIGINT'))
      return actOf(clock, never)(target, attempt)
    })
    const {ends, results} = await run({plan: [...plan, targetOf('late')], spoke, ...undoFailed})
    expect(ends).toEqual(['web: failed, forbidden', 'late: unverified, rollout'])
    expect(results.map(({undo}) => undo)).toEqual([undefined, undefined])
  })

  test('where nobody asked for it', async () => {
    const {clock, run} = createStage()
    const {results} = await run({plan, spoke: spokeOf(clock, never)})
    expect(results[0]?.undo).toBeUndefined()
  })

  test('where the verb cannot, and it is said', async () => {
    const {clock, run} = createStage()
    const {results} = await run({plan, spoke: spokeOf(clock), ...undoFailed})
    expect(results[0]?.undo).toEqual({outcome: 'not-undone', reason: 'it cannot be undone'})
  })
})

describe('an undo that is not allowed', () => {
  test('by the ledger is not sent', async () => {
    const {clock, run} = createStage()
    const records: LedgerEntry[] = []
    const ledger = {
      async append(entry: LedgerEntry) {
        if (entry.type === 'undoing') throw new HubspokeError('usage', 'The disk is full.')
        records.push(entry)
      },
    }
    const {results, stoppedBy} = await run({
      ...{plan, spoke: spokeOf(clock, undoOf(clock)), deps: {ledger}},
      fanOut: {undoFailed: true, maxFailures: 0},
    })
    expect(results[0]?.undo).toEqual({
      outcome: 'not-undone',
      reason: 'nothing was written: the ledger could not be written',
    })
    expect(records.some(({type}) => type === 'undone')).toBe(false)
    expect(stoppedBy).toBeUndefined() // nothing was left to stop
  })

  test('by the lock is not sent, and names the lock also where too many failures have stopped the run', async () => {
    const {clock, run} = createStage()
    const lost = Promise.withResolvers<string>()
    let asked = 0
    const holds = async () => {
      asked += 1
      if (asked > 1) lost.resolve('The lock is lost.')
      return asked === 1
    }
    const {results} = await run({
      ...{plan, spoke: spokeOf(clock, undoOf(clock)), deps: {lock: {holds, lost: lost.promise}}},
      fanOut: {undoFailed: true, maxFailures: 0},
    })
    expect(results[0]?.undo).toEqual({
      outcome: 'not-undone',
      reason: 'nothing was written: another run has taken the lock',
    })
  })

  test('because the run is stopped while it is watched is unverified', async () => {
    const {clock, run, stop} = createStage()
    void clock.sleep(1_500).then(() => stop.stop('SIGTERM'))
    const {results} = await run({plan, spoke: spokeOf(clock, undoOf(clock)), ...undoFailed})
    expect(results[0]).toMatchObject({
      outcome: 'failed',
      undo: {outcome: 'unverified', reason: 'accepted, its rollout not watched to the end: terminated'},
    })
  })
})

test.each([
  {maxFailures: 1, next: 'succeeded', and: 'the next wave does not wait for it'},
  {maxFailures: 0, next: 'not-run', and: 'the run does not end before it'},
])('a target that becomes faulty in a pause is undone, and $and', async ({maxFailures, next: end}) => {
  const {clock, run} = createStage()
  const [web, next] = [targetOf('web'), targetOf('next')]
  const spoke = testSpoke(async (target, attempt) => {
    const written = await actOf(clock, undoOf(clock), restored)(target, attempt)
    return target.name === 'web' ? {...written, recheck: async () => ({state: 'failed', failure: broke})} : written
  })
  const {results, events} = await run({
    ...{plan: [web, next], waves: [[web], [next]], spoke},
    fanOut: {undoFailed: true, maxFailures, pauseMs: 10_000},
  })
  expect(results.map(({outcome, undo}) => `${outcome} ${undo?.outcome}`)).toEqual(['failed undone', `${end} undefined`])
  expect(events.map(({type}) => type).filter((type) => /regressed|undo/.test(type))).toEqual([
    ...['target-regressed', 'target-undoing', 'target-undone'],
  ])
})
