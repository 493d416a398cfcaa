import {describe, expect, test} from 'vitest'
import {createStage} from '../../../test/support/distribution/distribution.ts'
import {type TestWritten, testSpoke} from '../../../test/support/distribution/spoke.ts'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Attempt, Health} from '../../model/spoke.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import type {Clock} from '../../shared/clock.ts'
import type {Gate, GateAnswer} from './between-waves.ts'

const unhealthy: Health = {state: 'unhealthy', failure: {class: 'rollout', message: '0 of 1 ready', suggestions: []}}
const failed: Health = {state: 'failed', failure: {class: 'rollout', message: 'it gave up', suggestions: ['look']}}
const healthy: Health = {state: 'healthy'}
const cut = new HubspokeError('unreachable', 'Cut.', {suggestions: ['ping']})

type HealthAt = (target: WorkloadTarget, atMs: number) => Health | undefined

/** Writes at once, rolls out in a second, and is then as `health` says at that moment; undefined: healthy. */
function actOf(clock: Clock, health: HealthAt = () => undefined) {
  return async (target: WorkloadTarget, attempt: Attempt): Promise<TestWritten> => {
    await attempt.writing()
    return {
      outcome: 'written',
      async settle({signal}) {
        await clock.sleep(1_000, signal)
        return signal.aborted ? undefined : {outcome: 'succeeded', reason: ''}
      },
      recheck: async () => health(target, clock.now()) ?? healthy,
    }
  }
}

const spokeOf = (clock: Clock, health?: HealthAt) => testSpoke(actOf(clock, health))

const plan = Array.from({length: 6}, (_, index) => targetOf(`web-${index}`))
const waves = [plan.slice(0, 1), plan.slice(1, 3), plan.slice(3)]
const waveRun = {plan, waves}
const isFirst = ({name}: WorkloadTarget) => name === 'web-0'

/** When the first target of each wave was tried. */
const startsOf = (records: readonly {readonly type: string}[]) =>
  records.filter(({type}) => type === 'wave-started' || type === 'writing').map(({type}) => type)

describe('waves', () => {
  test('follow one another as soon as everything is healthy, each recorded before its first write', async () => {
    const {run, clock} = createStage()
    const {waves: states, records, events} = await run({...waveRun, spoke: spokeOf(clock)})
    expect(states).toEqual(['done', 'done', 'done'])
    expect([clock.now(), clock.sleepers]).toEqual([3_000, 0])
    expect(startsOf(records).slice(0, 3)).toEqual(['wave-started', 'writing', 'wave-started'])
    expect(events.filter(({type}) => type.startsWith('wave-'))).toEqual([
      {type: 'wave-started', wave: 1, of: 3, targets: 1},
      {type: 'wave-started', wave: 2, of: 3, targets: 2},
      {type: 'wave-started', wave: 3, of: 3, targets: 3},
    ])
  })

  test('without them, nothing of it is recorded and nothing is looked at again', async () => {
    const {run, clock} = createStage()
    const spoke = spokeOf(clock, () => failed)
    const {waves: states, records, results} = await run({plan, spoke})
    expect(states).toEqual([])
    expect(records.some(({type}) => type === 'wave-started')).toBe(false)
    expect(results.every(({outcome}) => outcome === 'succeeded')).toBe(true)
  })

  test('a pause after a wave that has changed nothing is left out', async () => {
    const {run, clock} = createStage()
    const spoke = testSpoke(async () => ({outcome: 'unchanged', reason: 'restarted since'}))
    await run({...waveRun, spoke, fanOut: {pauseMs: 300_000}})
    expect(clock.now()).toBe(0)
  })

  test('a pause after a wave that has succeeded without a rollout is kept', async () => {
    const {run, clock} = createStage()
    const spoke = testSpoke(async (_, {writing}) => {
      await writing()
      return {outcome: 'succeeded', reason: '3 objects created'}
    })
    await run({...waveRun, spoke, fanOut: {pauseMs: 300_000}})
    expect(clock.now()).toBeGreaterThanOrEqual(300_000)
  })

  test('a pause after a wave that has only tried its writes out is left out', async () => {
    const {run, clock} = createStage()
    const spoke = testSpoke(async () => ({outcome: 'succeeded', reason: 'accepted (dry run)'}))
    await run({...waveRun, spoke, fanOut: {pauseMs: 300_000}})
    expect(clock.now()).toBe(0)
  })

  test('a ledger that cannot take the start of a wave stops it before its first write', async () => {
    const {run, clock} = createStage()
    const ledger = {
      async append(entry: {readonly type: string; readonly wave?: number}) {
        await clock.sleep(5)
        if (entry.type === 'wave-started' && entry.wave === 2) throw new HubspokeError('usage', 'The disk is full.')
      },
    }
    const {ends, stoppedBy} = await run({...waveRun, spoke: spokeOf(clock), deps: {ledger}})
    expect(ends.slice(0, 2)).toEqual(['web-0: succeeded', 'web-1: not-run'])
    expect(stoppedBy).toBe('ledger')
  })

  test('what preflight refused is in none of them', async () => {
    const {run, clock} = createStage()
    const refusals = new Map([[plan[0]!.key, {class: 'forbidden', message: 'May not.', suggestions: []} as const]])
    const {ends, waves: states} = await run({
      plan,
      waves: [plan.slice(1, 2), plan.slice(2)],
      refusals,
      spoke: spokeOf(clock),
    })
    expect(ends.slice(0, 2)).toEqual(['web-0: failed, forbidden', 'web-1: succeeded'])
    expect(states).toEqual(['done', 'done'])
  })
})

describe('a target of an earlier wave', () => {
  const pauseMs = 300_000

  test('that is unhealthy holds the next wave back until it is healthy again', async () => {
    const {run, clock} = createStage()
    const spoke = spokeOf(clock, (target, at) => (isFirst(target) && at < 12_000 ? unhealthy : undefined))
    const {ends, events, waves: states} = await run({...waveRun, spoke})
    expect(new Set(ends.map((end) => end.split(': ')[1]))).toEqual(new Set(['succeeded']))
    expect(states).toEqual(['done', 'done', 'done'])
    expect(events.filter(({type}) => type === 'wave-waiting')).toEqual([
      {type: 'wave-waiting', wave: 1, of: 3, message: 'eu-1/shop/Deployment/web-0: 0 of 1 ready'},
    ])
    expect(clock.now()).toBe(1_000 + 20_000 + 2_000)
  })

  test('that is found unhealthy for the third time in one pause is failed, also where it is healthy in between', async () => {
    const {run, clock} = createStage()
    const spoke = spokeOf(clock, (target, at) =>
      isFirst(target) && Math.floor(at / 10_000) % 4 === 3 ? unhealthy : undefined,
    )
    const {results, records, events, stoppedBy} = await run({...waveRun, spoke, fanOut: {pauseMs, maxFailures: 0}})
    expect(results[0]).toMatchObject({
      outcome: 'failed',
      attempts: 1,
      durationMs: 1_000,
      reason: 'was rolled out, then unhealthy in the pause after wave 1: 0 of 1 ready',
      failure: {class: 'rollout'},
    })
    expect(stoppedBy).toBe('max-failures')
    expect(clock.now()).toBe(111_000)
    const ofFirst = records.filter((record) => record.type === 'result' && record.target === plan[0]!.key)
    expect(ofFirst).toMatchObject([{result: {outcome: 'succeeded'}}, {result: {outcome: 'failed'}}])
    expect(events.filter(({type}) => type === 'target-regressed')).toEqual([
      {type: 'target-regressed', result: results[0]},
    ])
    const finished = events.filter(
      (event) => event.type === 'target-finished' && event.result.target.key === plan[0]?.key,
    )
    expect(finished).toHaveLength(1)
  })

  test('that does not recover without a change is failed at once', async () => {
    const {run, clock} = createStage()
    const spoke = spokeOf(clock, (_target, at) => (at > 60_000 ? failed : undefined))
    const {ends, results, waves: states} = await run({...waveRun, spoke, fanOut: {pauseMs, maxFailures: 0}})
    expect(ends.slice(0, 2)).toEqual(['web-0: failed, rollout', 'web-1: not-run'])
    expect(results[0]?.failure?.suggestions).toEqual(['look'])
    expect(states).toEqual(['stopped', 'not-started', 'not-started'])
    expect(clock.now()).toBe(61_000)
  })

  test('is looked at after every later wave, too', async () => {
    const {run, clock} = createStage()
    const spoke = spokeOf(clock, (target, at) => (isFirst(target) && at > 302_000 ? failed : undefined))
    const {results} = await run({...waveRun, spoke, fanOut: {pauseMs, maxFailures: 0}})
    expect(results[0]?.reason).toContain('in the pause after wave 2')
    expect(results.map(({outcome}) => outcome)).toEqual([
      'failed',
      'succeeded',
      'succeeded',
      'not-run',
      'not-run',
      'not-run',
    ])
  })

  test('counts once against the budget, and is looked at no more', async () => {
    const {run, clock} = createStage()
    const spoke = spokeOf(clock, (target) => (isFirst(target) ? failed : undefined))
    const {ends, waves: states, stoppedBy} = await run({...waveRun, spoke, fanOut: {pauseMs, maxFailures: 1}})
    expect(ends).toEqual(['web-0: failed, rollout', ...[1, 2, 3, 4, 5].map((index) => `web-${index}: succeeded`)])
    expect(states).toEqual(['done', 'done', 'done'])
    expect(stoppedBy).toBeUndefined()
  })

  test('that was watched a while longer than its rollout is looked at like any other', async () => {
    const {run, clock} = createStage()
    const spoke = testSpoke(async (_target, attempt) => {
      await attempt.writing()
      const settle = async () => ({outcome: 'succeeded', reason: ''}) as const
      return {
        outcome: 'written',
        settle: async () => ({outcome: 'post-rollout-watch', settle}),
        recheck: async () => failed,
      }
    })
    const {ends} = await run({...waveRun, spoke, fanOut: {maxFailures: 0}})
    expect(ends.slice(0, 2)).toEqual(['web-0: failed, rollout', 'web-1: not-run'])
    expect(clock.now()).toBe(0)
  })

  test('that failed for itself is not looked at again', async () => {
    const {run, clock} = createStage()
    const looked: string[] = []
    const inner = actOf(clock, ({name}) => void looked.push(name))
    const spoke = testSpoke((target, attempt) => (isFirst(target) ? Promise.reject(cut) : inner(target, attempt)))
    const retry = {retries: 0, baseMs: 1, factor: 1, maxMs: 1}
    await run({...waveRun, spoke, fanOut: {retry}})
    expect(new Set(looked)).toEqual(new Set(['web-1', 'web-2']))
  })

  test.each([
    {untilMs: 100_000, end: 'succeeded', because: 'the cluster answers again'},
    {untilMs: Number.POSITIVE_INFINITY, end: 'unverified, unreachable', because: 'it does not for two minutes'},
  ])('whose cluster does not answer holds the next wave back: $end when $because', async ({untilMs, end}) => {
    const {run, clock} = createStage()
    const spoke = spokeOf(clock, (target, at) => {
      if (isFirst(target) && at < untilMs) throw cut
      return undefined
    })
    const {ends, results} = await run({...waveRun, spoke, fanOut: {maxFailures: 0}})
    expect(ends[0]).toBe(`web-0: ${end}`)
    expect(ends[1]).toBe(end === 'succeeded' ? 'web-1: succeeded' : 'web-1: not-run')
    expect(clock.now()).toBe(end === 'succeeded' ? 103_000 : 111_000)
    if (end === 'succeeded') return
    expect(results[0]?.reason).toBe('was rolled out, then could not be read in the pause after wave 1: Cut.')
    expect(results[0]?.failure?.suggestions).toEqual([
      'kubectl --context eu-1 -n shop rollout status deployment/web-0',
      'ping',
    ])
  })

  test('whose second look is a bug is no success', async () => {
    const {run, clock} = createStage()
    const spoke = spokeOf(clock, () => {
      throw new TypeError('x is undefined')
    })
    expect((await run({...waveRun, spoke, fanOut: {maxFailures: 0}})).ends[0]).toBe('web-0: unverified, internal')
    expect(clock.now()).toBe(1_000)
  })
})

describe('a stop in the pause', () => {
  test.each([{reason: 'SIGINT'}, {reason: 'deadline'}] as const)('$reason ends it at once', async ({reason}) => {
    const {run, clock, stop} = createStage()
    void clock.sleep(60_000).then(() => stop.stop(reason))
    const {ends, stoppedBy} = await run({...waveRun, spoke: spokeOf(clock), fanOut: {pauseMs: 300_000}})
    expect(ends.slice(0, 2)).toEqual(['web-0: succeeded', 'web-1: not-run'])
    expect(stoppedBy).toBe(reason)
    expect(clock.now()).toBe(60_000)
  })

  test('a look that it tears down changes no result', async () => {
    const {run, clock, stop} = createStage()
    const spoke = spokeOf(clock, () => {
      stop.stop('SIGINT')
      throw new TypeError('torn')
    })
    expect((await run({...waveRun, spoke})).ends[0]).toBe('web-0: succeeded')
  })
})

describe('a gate', () => {
  const asks = (...answers: readonly GateAnswer[]) => {
    const asked: number[] = []
    const gate: Gate = async ({wave}) => {
      asked.push(wave)
      return answers[asked.length - 1] ?? {say: 'go'}
    }
    return {asked, gate}
  }

  test('is asked after the pause of each wave but the last', async () => {
    const {run, clock} = createStage()
    const {asked, gate} = asks()
    await run({...waveRun, spoke: spokeOf(clock), fanOut: {pauseMs: 55_000}, deps: {gate}})
    expect(asked).toEqual([1, 2])
    expect([clock.now(), clock.sleepers]).toEqual([113_000, 0])
  })

  test('that says no: the rest is not run', async () => {
    const {run, clock} = createStage()
    const {gate} = asks({say: 'go'}, {say: 'abort'})
    const {results, stoppedBy, events, waves: states} = await run({...waveRun, spoke: spokeOf(clock), deps: {gate}})
    expect(results[2]?.outcome).toBe('succeeded')
    expect(results[3]).toMatchObject({outcome: 'not-run', reason: 'not started: declined between two waves'})
    expect(stoppedBy).toBe('gate')
    expect(states).toEqual(['done', 'stopped', 'not-started'])
    expect(events).toContainEqual({type: 'stopping', reason: 'Declined after wave 2 of 3.'})
  })

  test('that wants to wait is asked again afterwards, and health is watched meanwhile', async () => {
    const {run, clock} = createStage()
    const {asked, gate} = asks({say: 'wait', ms: 120_000})
    const spoke = spokeOf(clock, (target, at) => (isFirst(target) && at > 60_000 ? failed : undefined))
    const {ends} = await run({...waveRun, spoke, fanOut: {maxFailures: 0}, deps: {gate}})
    expect(asked).toEqual([1])
    expect(ends[0]).toBe('web-0: failed, rollout')
    expect(clock.now()).toBe(61_000)
  })

  test('is withdrawn when the run stops while it waits for an answer', async () => {
    const {run, clock} = createStage()
    const gate: Gate = async (_place, signal) => {
      await clock.sleep(3_600_000, signal)
      return {say: 'abort'}
    }
    const spoke = spokeOf(clock, (target, at) => (isFirst(target) && at > 60_000 ? failed : undefined))
    const {stoppedBy} = await run({...waveRun, spoke, fanOut: {maxFailures: 0}, deps: {gate}})
    expect(stoppedBy).toBe('max-failures')
    expect(clock.now()).toBe(61_000)
  })

  test('that is withdrawn has not said no', async () => {
    const {run, clock, stop} = createStage()
    void clock.sleep(30_000).then(() => stop.stop('deadline'))
    const gate: Gate = async (_end, signal) => {
      await clock.sleep(3_600_000, signal)
      return {say: 'abort'}
    }
    const {stoppedBy, events} = await run({...waveRun, spoke: spokeOf(clock), deps: {gate}})
    expect(stoppedBy).toBe('deadline')
    expect(events.filter(({type}) => type === 'stopping')).toEqual([])
  })

  test('that answers late opens only after a fresh look', async () => {
    const {run, clock} = createStage()
    const gate: Gate = async () => {
      await clock.sleep(14_000)
      return {say: 'go'}
    }
    const spoke = spokeOf(clock, (target, at) =>
      isFirst(target) && at >= 15_000 && at < 24_000 ? unhealthy : undefined,
    )
    const {records} = await run({
      plan: plan.slice(0, 2),
      waves: [plan.slice(0, 1), plan.slice(1, 2)],
      spoke,
      deps: {gate},
    })
    expect(records.filter(({type}) => type === 'wave-started')).toHaveLength(2)
    expect(clock.now()).toBe(26_000)
  })

  test('that cannot be asked has not said yes', async () => {
    const {run, clock} = createStage()
    const gate: Gate = () => Promise.reject(new HubspokeError('usage', 'The terminal is gone.'))
    const {stoppedBy, events} = await run({...waveRun, spoke: spokeOf(clock), deps: {gate}})
    expect(stoppedBy).toBe('gate')
    expect(events).toContainEqual({type: 'stopping', reason: 'The terminal is gone.'})
  })
})
