import {describe, expect, test} from 'vitest'
import {createStage} from '../../test/support/distribution/distribution.ts'
import {testSpoke} from '../../test/support/distribution/spoke.ts'
import {targetOf} from '../../test/support/distribution/target.ts'
import {HubspokeError} from '../model/failure.ts'
import type {RunLock} from '../model/run-lock.ts'
import type {Settled, Spoke} from '../model/spoke.ts'
import type {Clock} from '../shared/clock.ts'

const succeeded: Settled = {outcome: 'succeeded', reason: ''}

/** A lock that a test takes away, or hides behind a cluster that does not answer. */
function createLock() {
  const lost = Promise.withResolvers<string>()
  const lock = {
    answer: undefined as HubspokeError | undefined,
    gone: false,
    asked: [] as string[],
    lost: lost.promise,
    async holds(clusterUid: string) {
      lock.asked.push(clusterUid)
      if (lock.answer) throw lock.answer
      return !lock.gone
    },
    lose() {
      lock.gone = true
      lost.resolve('The lock in context "eu" is lost.')
    },
  }
  return lock satisfies Pick<RunLock, 'holds' | 'lost'>
}

/** Reads for 10 ms, writes, and rolls out for a second. */
function spokeOf(clock: Clock, written: string[]): Spoke {
  return testSpoke(async ({name}, attempt) => {
    await clock.sleep(10)
    await attempt.writing()
    written.push(name)
    return {
      outcome: 'written',
      async settle({signal}) {
        await clock.sleep(1_000, signal)
        return signal.aborted ? undefined : succeeded
      },
    }
  })
}

const plan = ['a', 'b', 'c'].map((name) => targetOf(name, 'eu'))
const oneByOne = {concurrency: 1, retry: {retries: 3, baseMs: 30_000, factor: 2, maxMs: 300_000}}

describe('a lock that is lost', () => {
  test('starts nothing new; what was written is still watched to its end', async () => {
    const {clock, run} = createStage()
    const lock = createLock()
    const written: string[] = []
    void clock.sleep(500).then(lock.lose)
    const {ends, results, stoppedBy, events} = await run({
      plan,
      spoke: spokeOf(clock, written),
      fanOut: oneByOne,
      deps: {lock},
    })
    expect(ends).toEqual(['a: succeeded', 'b: not-run', 'c: not-run'])
    expect(results[1]?.reason).toBe('not started: another run has taken the lock')
    expect(stoppedBy).toBe('lock-lost')
    expect(events).toContainEqual({type: 'stopping', reason: 'The lock in context "eu" is lost.'})
    expect(written).toEqual(['a'])
  })

  test('is noticed right before a write, which is not sent', async () => {
    const {clock, run} = createStage()
    const lock = createLock()
    const written: string[] = []
    void clock.sleep(5).then(() => {
      lock.gone = true
    })
    void clock.sleep(2_000).then(lock.lose)
    const {ends, results, stoppedBy} = await run({plan, spoke: spokeOf(clock, written), deps: {lock}})
    expect(ends).toEqual(['a: not-run', 'b: not-run', 'c: not-run'])
    expect(results[0]?.reason).toBe('nothing was written: another run has taken the lock')
    expect(stoppedBy).toBe('lock-lost')
    expect(written).toEqual([])
  })

  test('between two tries: what may have arrived is unverified, and not written again', async () => {
    const {run} = createStage()
    const lock = createLock()
    const spoke = testSpoke(async (_target, attempt) => {
      await attempt.writing()
      lock.lose()
      throw new HubspokeError('unreachable', 'The answer was lost.')
    })
    const {ends, results} = await run({plan: plan.slice(0, 1), spoke, deps: {lock}})
    expect(ends).toEqual(['a: unverified, unreachable'])
    expect(results[0]).toMatchObject({attempts: 2, reason: expect.stringContaining('another run has taken the lock')})
  })
})

describe('a lock of which nobody knows', () => {
  test('is a transient failure: the write is tried again, and sent once it is sure', async () => {
    const {clock, run} = createStage()
    const lock = createLock()
    const written: string[] = []
    lock.answer = new HubspokeError('timeout', 'No answer about the lock.')
    void clock.sleep(45_000).then(() => {
      lock.answer = undefined
    })
    const {results, events} = await run({plan: plan.slice(0, 1), spoke: spokeOf(clock, written), deps: {lock}})
    expect(results).toMatchObject([{outcome: 'succeeded', attempts: 3}])
    expect(events.filter(({type}) => type === 'target-retrying')).toHaveLength(2)
    expect(written).toEqual(['a'])
  })

  test('for too long fails its targets, not those of other clusters', async () => {
    const {clock, run} = createStage()
    const lock = createLock()
    const holds = async (clusterUid: string) => {
      if (clusterUid === 'eu') throw new HubspokeError('unreachable', 'Cannot reach it.')
      return true
    }
    const spoke = spokeOf(clock, [])
    const {ends, stoppedBy} = await run({
      plan: [targetOf('a', 'eu'), targetOf('b', 'us')],
      spoke,
      deps: {lock: {...lock, holds}},
    })
    expect(ends).toEqual(['a: failed, unreachable', 'b: succeeded'])
    expect(stoppedBy).toBeUndefined()
  })
})
