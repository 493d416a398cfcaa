import {describe, expect, test} from 'vitest'
import {createStage} from '../../test/support/distribution/distribution.ts'
import {type TestAct, testSpoke} from '../../test/support/distribution/spoke.ts'
import {targetOf} from '../../test/support/distribution/target.ts'
import {HubspokeError} from '../model/failure.ts'
import type {LedgerEntry} from '../model/ledger.ts'
import type {Settled} from '../model/spoke.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import type {Clock} from '../shared/clock.ts'

const succeeded: Settled = {outcome: 'succeeded', reason: ''}
const forbidden = new HubspokeError('forbidden', 'May not.', {refused: true})
const diskFull = new HubspokeError('usage', 'Cannot write the ledger: the disk is full.')

/** Reads for 10 ms, writes for 10 ms, and rolls out for `rolloutMs`. */
function phasedAct(clock: Clock, rolloutMs: (target: WorkloadTarget) => number = () => 1_000): TestAct {
  return async (target, attempt) => {
    await clock.sleep(10)
    await attempt.writing()
    await clock.sleep(10)
    return {
      outcome: 'written',
      async settle({signal}) {
        await clock.sleep(rolloutMs(target), signal)
        return signal.aborted ? undefined : succeeded
      },
    }
  }
}

const phasedSpoke = (...phases: Parameters<typeof phasedAct>) => testSpoke(phasedAct(...phases))

const planOf = (count: number, clusters = 1) =>
  Array.from({length: count}, (_, index) => targetOf(`web-${index}`, `eu-${index % clusters}`))

describe('results', () => {
  test('one per target, in plan order, whatever ends first', async () => {
    const {run, clock} = createStage()
    const plan = planOf(20, 3)
    const {results} = await run({plan, spoke: phasedSpoke(clock, ({name}) => 10_000 - Number(name.slice(4)) * 100)})
    expect(results.map(({target}) => target)).toEqual(plan)
    expect(new Set(results.map(({outcome}) => outcome))).toEqual(new Set(['succeeded']))
  })

  test('have the parts that their spokes report, each as it was last reported, also when the spoke fails', async () => {
    const {run} = createStage()
    const spoke = testSpoke(async ({name}, {part}) => {
      if (name === 'web-1') return succeeded
      for (const one of ['a', 'b']) await part({name: one, outcome: 'not-run', reason: ''})
      await part({name: 'a', outcome: 'unverified', reason: ''})
      await part({name: 'a', outcome: 'succeeded', reason: 'created'})
      throw forbidden
    })
    const {results, records} = await run({plan: planOf(2), spoke})
    const created = {name: 'a', outcome: 'succeeded', reason: 'created'}
    expect(results[0]?.parts).toEqual([created, {name: 'b', outcome: 'not-run', reason: ''}])
    expect(results[1]).not.toHaveProperty('parts')
    const parts = records.flatMap((entry) => (entry.type === 'part' ? [entry.part] : []))
    expect(parts.map(({name, outcome}) => `${name} ${outcome}`)).toEqual([
      'a not-run',
      'b not-run',
      'a unverified',
      'a succeeded',
    ])
    expect(JSON.stringify(records.filter(({type}) => type === 'result'))).not.toContain('created')
  })

  test('the write of a part is announced by its name, and the first one as a write of the target', async () => {
    const {run} = createStage()
    const spoke = testSpoke(async (_, {part, writingPart}) => {
      for (const one of ['a', 'b']) await part({name: one, outcome: 'not-run', reason: ''})
      await Promise.all([writingPart('a'), writingPart('b')])
      await part({name: 'a', outcome: 'succeeded', reason: 'created'})
      throw new HubspokeError('unreachable', 'Cut.')
    })
    const retry = {retries: 0, baseMs: 1, factor: 1, maxMs: 1}
    const {results, records} = await run({plan: planOf(1), spoke, fanOut: {retry}})
    expect(results[0]).toMatchObject({
      outcome: 'unverified',
      parts: [
        {name: 'a', outcome: 'succeeded'},
        {name: 'b', outcome: 'unverified'},
      ],
    })
    const written = records.flatMap((entry) =>
      entry.type === 'part'
        ? [`${entry.part.name} ${entry.part.outcome}`]
        : entry.type === 'writing'
          ? ['writing']
          : [],
    )
    expect(written).toEqual(['a not-run', 'b not-run', 'writing', 'a unverified', 'b unverified', 'a succeeded'])
  })

  test('a part whose write is held back by a stop is as it was', async () => {
    const {run, stop} = createStage()
    const spoke = testSpoke(async (_, {part, writingPart}) => {
      for (const one of ['a', 'b']) await part({name: one, outcome: 'not-run', reason: ''})
      await writingPart('a')
      await part({name: 'a', outcome: 'succeeded', reason: 'created'})
      stop.stop('SIGINT')
      await writingPart('b')
      return succeeded
    })
    const {results} = await run({plan: planOf(1), spoke})
    expect(results[0]).toMatchObject({
      outcome: 'unverified',
      parts: [
        {name: 'a', outcome: 'succeeded'},
        {name: 'b', outcome: 'not-run'},
      ],
    })
  })

  test('none for an empty plan', async () => {
    expect(await createStage().run({plan: [], spoke: testSpoke(async () => succeeded)})).toMatchObject({
      results: [],
      stoppedBy: undefined,
    })
  })

  test('a failure, a bug and a failing rollout stop nobody else', async () => {
    const {run} = createStage()
    const spoke = testSpoke(async ({name}, attempt) => {
      if (name === 'web-0') throw forbidden
      if (name === 'web-1') throw new TypeError('x is not a function')
      if (name === 'web-2') return {outcome: 'written', settle: () => Promise.reject(new TypeError('y is undefined'))}
      if (name === 'web-3') {
        await attempt.writing()
        throw new TypeError('z is null')
      }
      if (name === 'web-4')
        return {
          outcome: 'failed',
          reason: 'it stuck',
          failure: {class: 'rollout', message: 'it stuck', suggestions: []},
        }
      return succeeded
    })
    const {ends, results, stoppedBy} = await run({plan: planOf(6), spoke})
    expect(ends).toEqual([
      'web-0: failed, forbidden',
      'web-1: failed, internal',
      'web-2: unverified, internal',
      'web-3: unverified, internal',
      'web-4: failed, rollout',
      'web-5: succeeded',
    ])
    expect(results[1]?.failure?.message).toBe('A bug in hubspoke: TypeError: x is not a function')
    expect(stoppedBy).toBeUndefined()
  })

  test('what preflight refused is failed and never tried, and the ledger knows', async () => {
    const {run} = createStage()
    const plan = planOf(3)
    const tried: string[] = []
    const {results, ends, records} = await run({
      plan,
      spoke: testSpoke(async ({name}) => {
        tried.push(name)
        return succeeded
      }),
      refusals: new Map([
        [targetOf('web-1', 'eu-0').key, {class: 'forbidden', message: 'May not patch.', suggestions: []}],
      ]),
    })
    expect(tried).toEqual(['web-0', 'web-2'])
    expect(ends).toEqual(['web-0: succeeded', 'web-1: failed, forbidden', 'web-2: succeeded'])
    expect(results[1]).toMatchObject({attempts: 0, durationMs: 0, reason: 'May not patch.'})
    expect(records.filter(({type}) => type === 'result')).toHaveLength(3)
  })

  test('are the same when the listener throws', async () => {
    const {run, clock} = createStage()
    const onEvent = () => {
      throw new Error('no terminal')
    }
    const {ends} = await run({plan: planOf(2), spoke: phasedSpoke(clock), deps: {onEvent}})
    expect(ends).toEqual(['web-0: succeeded', 'web-1: succeeded'])
  })

  test.each([
    {error: new HubspokeError('throttled', 'Later.', {refused: true}), refused: true, because: 'the server said so'},
    {error: new HubspokeError('unreachable', 'Cut.'), refused: false, because: 'the reply was lost'},
    {
      error: new HubspokeError('command-failed', 'exit status 1', {observed: true}),
      ...{refused: false, because: 'it was carried out, and has failed'},
    },
  ])('the ledger of a retry knows whether the write was refused: $refused, $because', async ({error, refused}) => {
    const spoke = testSpoke(async (_target, attempt, times) => {
      await attempt.writing()
      if (times === 1) throw error
      return succeeded
    })
    const {records} = await createStage().run({plan: planOf(1), spoke})
    expect(records.filter(({type}) => type === 'retrying')).toMatchObject([{attempt: 1, refused}])
  })

  test('are told as they come, with the tries, the writes and the progress before them', async () => {
    const {run} = createStage()
    const spoke = testSpoke(async (_target, attempt, times) => {
      if (times === 1) throw new HubspokeError('unreachable', 'Cut.')
      await attempt.writing()
      return {
        outcome: 'written',
        async settle({onProgress}) {
          onProgress('1 of 3 pods updated')
          return succeeded
        },
      }
    })
    const {events, records, results} = await run({plan: planOf(1), spoke})
    const target = targetOf('web-0', 'eu-0')
    expect(events).toEqual([
      {type: 'target-started', target, attempt: 1},
      {type: 'target-retrying', target, attempt: 1, delayMs: 30_000, reason: 'Cut.'},
      {type: 'target-started', target, attempt: 2},
      {type: 'target-written', target},
      {type: 'target-progress', target, message: '1 of 3 pods updated'},
      {type: 'target-finished', result: results[0]},
    ])
    const key = target.key
    const {target: _, ...result} = results[0]!
    expect(records).toEqual([
      {type: 'retrying', target: key, attempt: 1, reason: 'Cut.', refused: false},
      {type: 'writing', target: key, attempt: 2},
      {type: 'written', target: key, receipt: {write: 0}},
      {type: 'result', target: key, result},
    ])
    expect(result).toMatchObject({attempts: 2, durationMs: 30_000})
  })
})

describe('slots', () => {
  test.each([
    {clusters: 8, reached: {run: 13, cluster: 2}},
    {clusters: 2, reached: {run: 6, cluster: 3}},
  ])('never more than so many at once until the rollout has ended: $reached in $clusters clusters', async (row) => {
    const {run, clock} = createStage()
    const open = new Map<string, number>()
    const most = {run: 0, cluster: 0}
    const spoke = testSpoke(async ({clusterUid, name}) => {
      const count = (change: number) => open.set(clusterUid, (open.get(clusterUid) ?? 0) + change)
      count(1)
      most.run = Math.max(
        most.run,
        [...open.values()].reduce((sum, one) => sum + one, 0),
      )
      most.cluster = Math.max(most.cluster, ...open.values())
      return {
        outcome: 'written',
        async settle() {
          await clock.sleep(100 + (Number(name.slice(4)) % 7) * 50)
          count(-1)
          return succeeded
        },
      }
    })
    await run({plan: planOf(200, row.clusters), spoke, fanOut: {concurrency: 13, concurrencyPerPlace: 3}})
    expect(most).toEqual(row.reached)
  })

  test('a slow cluster delays only its own', async () => {
    const {run, clock} = createStage()
    const spoke = phasedSpoke(clock, ({clusterUid}) => (clusterUid === 'eu-0' ? 3_600_000 : 1_000))
    const ended = new Map<string, number>()
    await run({
      plan: planOf(120, 3),
      spoke,
      fanOut: {concurrency: 20, concurrencyPerPlace: 10},
      deps: {
        onEvent: (event) => {
          if (event.type === 'target-finished') ended.set(event.result.target.place, clock.now())
        },
      },
    })
    expect(ended.get('eu-1')).toBeLessThan(20_000)
    expect(ended.get('eu-2')).toBeLessThan(20_000)
    expect(ended.get('eu-0')).toBeGreaterThan(4 * 3_600_000)
  })

  test('are given back while a target that is rolled out is watched on', async () => {
    const {run, clock} = createStage()
    const spoke = testSpoke(async () => ({
      outcome: 'written',
      settle: async () => ({outcome: 'post-rollout-watch', settle: () => clock.sleep(10_000).then(() => succeeded)}),
    }))
    const {ends} = await run({plan: planOf(3), spoke, fanOut: {concurrency: 1}})
    expect(ends).toEqual(['web-0: succeeded', 'web-1: succeeded', 'web-2: succeeded'])
    expect(clock.now()).toBe(10_000)
  })

  test('are given back for the sleep before a retry, and for nothing else', async () => {
    const {run, clock} = createStage()
    const log: string[] = []
    const spoke = testSpoke(async ({name}, _attempt, times) => {
      log.push(`${clock.now()} ${name} tried`)
      if (name === 'web-0' && times === 1) throw new HubspokeError('unreachable', 'Cut.')
      return {
        outcome: 'written',
        async settle() {
          await clock.sleep(20_000)
          log.push(`${clock.now()} ${name} rolled out`)
          return succeeded
        },
      }
    })
    await run({plan: planOf(3), spoke, fanOut: {concurrency: 1}})
    expect(log).toEqual([
      '0 web-0 tried',
      '0 web-1 tried',
      '20000 web-1 rolled out',
      '20000 web-2 tried',
      '40000 web-2 rolled out',
      '40000 web-0 tried',
      '60000 web-0 rolled out',
    ])
  })
})

describe('retries', () => {
  test.each([
    {failureClass: 'unreachable', attempts: 4},
    {failureClass: 'timeout', attempts: 4},
    {failureClass: 'throttled', attempts: 4},
    {failureClass: 'server-error', attempts: 4},
    {failureClass: 'conflict', attempts: 4},
    {failureClass: 'unauthenticated', attempts: 1},
    {failureClass: 'forbidden', attempts: 1},
    {failureClass: 'not-found', attempts: 1},
    {failureClass: 'rejected', attempts: 1},
    {failureClass: 'internal', attempts: 1},
  ] as const)('$failureClass: $attempts tries', async ({failureClass, attempts}) => {
    const {run, clock} = createStage()
    const spoke = testSpoke(() => Promise.reject(new HubspokeError(failureClass, 'No.')))
    const {results, ends} = await run({plan: planOf(1), spoke})
    expect(results[0]).toMatchObject({outcome: 'failed', attempts, reason: 'No.'})
    expect(ends).toEqual([`web-0: failed, ${failureClass}`])
    expect(clock.slept).toEqual(attempts === 1 ? [] : [30_000, 60_000, 120_000])
  })

  test('none when none are wanted', async () => {
    const {run} = createStage()
    const spoke = testSpoke(() => Promise.reject(new HubspokeError('unreachable', 'Cut.')))
    const retry = {retries: 0, baseMs: 1, factor: 1, maxMs: 1}
    expect((await run({plan: planOf(1), spoke, fanOut: {retry}})).results[0]?.attempts).toBe(1)
  })

  test('a rollout that fails is not tried again', async () => {
    const {run} = createStage()
    const stuck = {class: 'rollout', message: 'stuck', suggestions: []} as const
    const spoke = testSpoke(async () => ({
      outcome: 'written',
      settle: async () => ({outcome: 'failed', reason: 'stuck', failure: stuck}),
    }))
    expect((await run({plan: planOf(1), spoke})).results[0]).toMatchObject({outcome: 'failed', attempts: 1})
  })

  test.each([
    {
      because: 'the write was refused',
      fails: [new HubspokeError('throttled', 'No.', {refused: true})],
      end: 'failed, throttled',
    },
    {
      because: 'the write may have arrived',
      fails: [new HubspokeError('timeout', 'Silence.')],
      end: 'unverified, timeout',
    },
    {
      because: 'an earlier write may have arrived, and what is refused now is the look for it',
      fails: [new HubspokeError('timeout', 'Silence.'), 'read'],
      end: 'unverified, forbidden',
    },
    {
      because: 'it was carried out, and seen to fail, in every attempt',
      fails: [new HubspokeError('command-failed', 'exit status 1', {observed: true})],
      end: 'failed, command-failed',
    },
    {
      because: 'the second write was refused after a look that did not find the first',
      fails: [new HubspokeError('timeout', 'Silence.'), new HubspokeError('rejected', 'No.', {refused: true})],
      end: 'failed, rejected',
    },
  ] as const)('end as "$end" when $because', async ({fails, end}) => {
    const {run} = createStage()
    const spoke = testSpoke(async (_target, attempt, times) => {
      const fail = fails[Math.min(times, fails.length) - 1]
      if (fail === 'read') throw forbidden
      await attempt.writing()
      throw fail
    })
    expect((await run({plan: planOf(1), spoke})).ends).toEqual([`web-0: ${end}`])
  })
})

describe('the failure budget', () => {
  test('exceeded: what was not started is not run, what is in flight is finished to its end', async () => {
    const {run, clock} = createStage()
    const rollout = phasedAct(clock, ({name}) => (name === 'web-1' ? 50_000 : 1_000))
    const spoke = testSpoke(async (target, attempt) => {
      if (target.name !== 'web-0') return rollout(target, attempt, 1)
      await clock.sleep(500)
      throw forbidden
    })
    const {ends, results, stoppedBy, events} = await run({
      plan: planOf(6),
      spoke,
      fanOut: {concurrency: 2, maxFailures: 0},
    })
    expect(ends).toEqual([
      'web-0: failed, forbidden',
      'web-1: succeeded',
      'web-2: not-run',
      'web-3: not-run',
      'web-4: not-run',
      'web-5: not-run',
    ])
    expect(results[2]).toMatchObject({attempts: 0, durationMs: 0, reason: 'not started: too many targets had failed'})
    expect(stoppedBy).toBe('max-failures')
    expect(events.filter(({type}) => type === 'stopping')).toEqual([
      {type: 'stopping', reason: 'More than 0 of 6 targets failed (--max-failures).'},
    ])
  })

  test('used up is not exceeded', async () => {
    const {run} = createStage()
    const spoke = testSpoke(async ({name}) => (name === 'web-0' ? Promise.reject(forbidden) : succeeded))
    const {ends, stoppedBy} = await run({plan: planOf(3), spoke, fanOut: {concurrency: 1, maxFailures: 1}})
    expect(ends).toEqual(['web-0: failed, forbidden', 'web-1: succeeded', 'web-2: succeeded'])
    expect(stoppedBy).toBeUndefined()
  })

  test('refusals alone exceed it before anything starts', async () => {
    const {run, clock} = createStage()
    const refusal = {class: 'forbidden', message: 'May not.', suggestions: []} as const
    const {ends} = await run({
      plan: planOf(3),
      spoke: phasedSpoke(clock),
      fanOut: {maxFailures: 0},
      refusals: new Map([[targetOf('web-2', 'eu-0').key, refusal]]),
    })
    expect(ends).toEqual(['web-0: not-run', 'web-1: not-run', 'web-2: failed, forbidden'])
  })

  test('does not leave a sleeper that has written nothing to wait for a slot', async () => {
    const {run, clock} = createStage()
    const rollout = phasedAct(clock, () => 900_000)
    const spoke = testSpoke(async (target, attempt) => {
      if (target.name === 'web-2') return rollout(target, attempt, 1)
      if (target.name === 'web-0') throw new HubspokeError('unreachable', 'Cut.')
      await clock.sleep(5_000)
      throw forbidden
    })
    const {ends, results} = await run({
      plan: planOf(4, 2),
      spoke,
      fanOut: {concurrencyPerPlace: 1, maxFailures: 0},
    })
    expect(ends).toEqual(['web-0: not-run', 'web-1: failed, forbidden', 'web-2: succeeded', 'web-3: not-run'])
    expect(results[0]?.durationMs).toBe(5_000)
  })

  test('who sleeps before a retry and has written nothing starts no new write; who may have written is seen to its end', async () => {
    const {run, clock} = createStage()
    const spoke = testSpoke(async ({name}, attempt, times) => {
      if (name === 'web-0') {
        await clock.sleep(5_000)
        throw forbidden
      }
      if (times > 1) return succeeded
      if (name !== 'web-1') await attempt.writing()
      throw new HubspokeError('throttled', 'Wait.', {refused: name === 'web-2'})
    })
    const {ends, results} = await run({plan: planOf(4), spoke, fanOut: {maxFailures: 0}})
    expect(ends).toEqual(['web-0: failed, forbidden', 'web-1: not-run', 'web-2: failed, throttled', 'web-3: succeeded'])
    expect(results[1]).toMatchObject({
      attempts: 1,
      durationMs: 5_000,
      reason: 'nothing was written: too many targets had failed; the last try failed: Wait.',
    })
    expect(results[2]?.reason).toBe('Wait. Not tried again: too many targets had failed.')
  })
})

describe('a stop', () => {
  test.each([
    {atMs: 5, phase: 'while the target is read', end: 'not-run', tookMs: 10},
    {atMs: 15, phase: 'while the write is under way', end: 'unverified, rollout', tookMs: 20},
    {atMs: 500, phase: 'while it rolls out', end: 'unverified, rollout', tookMs: 500},
    {atMs: 5_000, phase: 'after the end', end: 'succeeded', tookMs: 1_020},
  ])('$phase: $end', async ({atMs, end, tookMs}) => {
    const {run, clock, stop} = createStage()
    void clock.sleep(atMs).then(() => stop.stop('SIGINT'))
    const {ends, results, records} = await run({plan: planOf(2), spoke: phasedSpoke(clock), fanOut: {concurrency: 1}})
    expect(ends[0]).toBe(`web-0: ${end}`)
    expect(results[0]?.durationMs).toBe(tookMs)
    if (end === 'succeeded') return
    expect(ends[1]).toBe('web-1: not-run')
    expect(results[1]?.reason).toBe('not started: interrupted')
    expect(records.filter(({type}) => type === 'result')).toHaveLength(2)
    expect(records.some(({type}) => type === 'writing')).toBe(end !== 'not-run')
  })

  test('is the reason of what it left, with the command that tells the rest', async () => {
    const {run, clock, stop} = createStage()
    void clock.sleep(500).then(() => stop.stop('deadline'))
    const {results, stoppedBy} = await run({plan: planOf(1), spoke: phasedSpoke(clock)})
    expect(stoppedBy).toBe('deadline')
    expect(results[0]).toMatchObject({
      reason: 'accepted, its rollout not watched to the end: the deadline passed',
      failure: {suggestions: ['kubectl --context eu-0 -n shop rollout status deployment/web-0']},
    })
  })

  test('while the announcement of the write goes to disk: nothing is sent', async () => {
    const {run, clock, stop} = createStage()
    const sent: string[] = []
    const spoke = testSpoke(async ({name}, attempt) => {
      await attempt.writing()
      sent.push(name)
      return succeeded
    })
    const ledger = {append: async () => clock.sleep(100)}
    void clock.sleep(50).then(() => stop.stop('SIGTERM'))
    const {ends} = await run({plan: planOf(1), spoke, deps: {ledger}})
    expect(ends).toEqual(['web-0: not-run'])
    expect(sent).toEqual([])
  })

  test.each([
    {because: 'nothing was sent', sends: false, refused: false, end: 'not-run'},
    {because: 'its write was refused', sends: true, refused: true, end: 'failed, throttled'},
    {because: 'its write may have arrived', sends: true, refused: false, end: 'unverified, throttled'},
  ])('ends a sleep before a retry at once: $end when $because', async ({sends, refused, end}) => {
    const {run, clock, stop} = createStage()
    const spoke = testSpoke(async (_target, attempt) => {
      if (sends) await attempt.writing()
      throw new HubspokeError('throttled', 'Wait.', {refused})
    })
    void clock.sleep(7_000).then(() => stop.stop('SIGINT'))
    const {ends, results} = await run({plan: planOf(1), spoke})
    expect(ends).toEqual([`web-0: ${end}`])
    expect(results[0]).toMatchObject({attempts: 1, durationMs: 7_000})
  })

  test.each([
    {refused: true, end: 'failed, throttled'},
    {refused: false, end: 'unverified, throttled'},
  ])('during a try that fails (refused: $refused): $end, without another try', async ({refused, end}) => {
    const {run, clock, stop} = createStage()
    const spoke = testSpoke(async (_target, attempt) => {
      await attempt.writing()
      stop.stop('SIGINT')
      throw new HubspokeError('throttled', 'Wait.', {refused})
    })
    const {ends, results} = await run({plan: planOf(1), spoke})
    expect(ends).toEqual([`web-0: ${end}`])
    expect([results[0]?.attempts, clock.slept]).toEqual([1, []])
  })

  test('does not excuse a failure that no retry would have changed', async () => {
    const {run, stop} = createStage()
    const spoke = testSpoke(async () => {
      stop.stop('SIGINT')
      throw forbidden
    })
    expect((await run({plan: planOf(1), spoke})).ends).toEqual(['web-0: failed, forbidden'])
  })

  test('reaches whoever waits for a slot after its sleep', async () => {
    const {run, clock, stop} = createStage()
    const rollout = phasedAct(clock, () => 100_000)
    const spoke = testSpoke(async (target, attempt) => {
      if (target.name === 'web-0') throw new HubspokeError('unreachable', 'Cut.')
      return rollout(target, attempt, 1)
    })
    void clock.sleep(50_000).then(() => stop.stop('SIGHUP'))
    const {ends, results} = await run({plan: planOf(2), spoke, fanOut: {concurrency: 1}})
    expect(ends).toEqual(['web-0: not-run', 'web-1: unverified, rollout'])
    expect(results[0]?.attempts).toBe(1)
  })

  test('decides the reason also after a budget that was exceeded', async () => {
    const {run, clock, stop} = createStage()
    const rollout = phasedAct(clock, () => 100_000)
    const spoke = testSpoke(async (target, attempt) =>
      target.name === 'web-0' ? Promise.reject(forbidden) : rollout(target, attempt, 1),
    )
    void clock.sleep(50_000).then(() => stop.stop('SIGINT'))
    const {ends, stoppedBy} = await run({plan: planOf(2), spoke, fanOut: {maxFailures: 0}})
    expect(ends).toEqual(['web-0: failed, forbidden', 'web-1: unverified, rollout'])
    expect(stoppedBy).toBe('SIGINT')
  })

  test('thrown before the start runs nothing', async () => {
    const {run, clock, stop} = createStage()
    stop.stop('SIGINT')
    const {ends, records} = await run({plan: planOf(30, 2), spoke: phasedSpoke(clock)})
    expect(new Set(ends.map((end) => end.split(': ')[1]))).toEqual(new Set(['not-run']))
    expect(records).toHaveLength(30)
  })
})

describe('a run that is abandoned', () => {
  test('tears down what is under way, and says what is not known', async () => {
    const {run, clock, abort} = createStage()
    const spoke = testSpoke(async ({name}, attempt) => {
      if (name !== 'web-0') await attempt.writing()
      await clock.sleep(60_000, attempt.signal)
      throw new DOMException('This operation was aborted', 'AbortError')
    })
    void clock.sleep(1_000).then(() => abort.abort())
    const {ends} = await run({plan: planOf(3), spoke, fanOut: {concurrency: 2}})
    expect(ends).toEqual(['web-0: not-run', 'web-1: unverified, rollout', 'web-2: not-run'])
    expect(clock.now()).toBe(1_000)
  })

  test('is no verdict on a rollout whose watch is torn down', async () => {
    const {run, clock, abort} = createStage()
    const spoke = testSpoke(async () => ({
      outcome: 'written',
      async settle({signal}) {
        await clock.sleep(60_000, signal)
        throw new DOMException('This operation was aborted', 'AbortError')
      },
    }))
    void clock.sleep(1_000).then(() => abort.abort())
    expect((await run({plan: planOf(1), spoke})).ends).toEqual(['web-0: unverified, rollout'])
  })
})

describe('a ledger that cannot be written', () => {
  test.each(['writing', 'written', 'result'] as const)('from its first "%s" on: nothing new starts', async (type) => {
    const {run, clock} = createStage()
    const sent: string[] = []
    const rollout = phasedAct(clock)
    const spoke = testSpoke(async (target, attempt) => {
      const acted = await rollout(target, attempt, 1)
      sent.push(target.name)
      return acted
    })
    let failed = false
    const ledger = {
      async append(entry: {readonly type: string}) {
        failed ||= entry.type === type
        if (failed) throw diskFull
      },
    }
    const {ends, stoppedBy, events} = await run({plan: planOf(4), spoke, fanOut: {concurrency: 2}, deps: {ledger}})
    const first = type === 'writing' ? 'not-run' : 'succeeded'
    expect(ends).toEqual([`web-0: ${first}`, `web-1: ${first}`, 'web-2: not-run', 'web-3: not-run'])
    expect(sent).toEqual(type === 'writing' ? [] : ['web-0', 'web-1'])
    expect(stoppedBy).toBe('ledger')
    expect(events.filter(({type: kind}) => kind === 'stopping')).toEqual([
      {type: 'stopping', reason: 'Cannot write the ledger: the disk is full.'},
    ])
  })

  test('leaves the rollouts in flight to their end', async () => {
    const {run, clock} = createStage()
    const ledger = {
      async append(entry: LedgerEntry) {
        if (entry.type === 'result' || (entry.type === 'writing' && entry.target.includes('web-1'))) throw diskFull
      },
    }
    const {ends, results} = await run({plan: planOf(2), spoke: phasedSpoke(clock), deps: {ledger}})
    expect(ends).toEqual(['web-0: succeeded', 'web-1: not-run'])
    expect(results[1]?.reason).toBe('nothing was written: the ledger could not be written')
  })
})

test('ten thousand targets are no trouble', async () => {
  const {run} = createStage()
  const {results} = await run({plan: planOf(10_000, 100), spoke: testSpoke(async () => succeeded)})
  expect(results.every(({outcome}) => outcome === 'succeeded')).toBe(true)
})
