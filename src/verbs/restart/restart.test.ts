import {describe, expect, test} from 'vitest'
import {createStage} from '../../../test/support/distribution/distribution.ts'
import {
  conflict,
  createInMemoryWorkloads,
  type InMemoryWorkloads,
} from '../../../test/support/distribution/in-memory-workloads.ts'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'
import {type TestEnv, verbEnv} from '../testing/verb-env.ts'
import {restart} from './restart.ts'

const stamp = '2026-11-24T10:00:00.417Z'
const lostReply = {afterwards: new HubspokeError('unreachable', 'The connection was cut.')}
const lostRequest = new HubspokeError('unreachable', 'The connection was cut.')
const tooMany = (retryAfterMs: number) =>
  new HubspokeError('throttled', 'Too many requests.', {status: 429, refused: true, retryAfterMs})
const forbidden = new HubspokeError('forbidden', 'May not.', {status: 403, refused: true})

interface Restarted {
  readonly workloads?: InMemoryWorkloads
  readonly mark?: string
  readonly options?: TestEnv['options']
}

/** A stage on which `web` of cluster `eu-1` is restarted by a controller that needs a second for it. */
function scene({workloads = createInMemoryWorkloads(workloadState()), mark = stamp, options = {}}: Restarted = {}) {
  const stage = createStage()
  workloads.onRestart = (state) => void rollOut(workloads, state, stage.clock)
  const spoke = restart.spoke({image: 'ghcr.io/acme/web:1.0'}, verbEnv(workloads, stage.clock, {mark, options}))
  const kind = workloads.state('web')?.kind ?? 'Deployment'
  const run = async () => {
    const distributed = await stage.run({plan: [targetOf('web', 'eu-1', {kind})], spoke})
    const [result] = distributed.results
    if (!result) throw new Error('there is one result per target')
    return {...distributed, result}
  }
  return {...stage, workloads, spoke, run}
}

/** Deaf to what was asked: the watch delivers the object as it was before the write first. */
async function rollOut(workloads: InMemoryWorkloads, written: WorkloadState, clock: Clock): Promise<void> {
  const {name, generation, wanted, partition} = written
  await clock.sleep(500)
  workloads.deliver({...written, generation: generation - 1, observedGeneration: generation - 1})
  await clock.sleep(250)
  workloads.change(name, {observedGeneration: generation, updated: 0, available: 2})
  await clock.sleep(250)
  workloads.change(name, {updated: wanted - partition, available: 3})
}

const writesOf = (workloads: InMemoryWorkloads) => workloads.calls.filter((call) => call.startsWith('restart'))

describe('a restart', () => {
  test('follows, writes once with what it has read, and waits for the rollout', async () => {
    const {run, workloads, clock} = scene()
    const {result, records} = await run()
    expect(workloads.calls).toEqual(['read shop/web', 'follow shop/web', 'restart shop/web'])
    expect(workloads.writes).toEqual([
      {
        restartedAt: stamp,
        resourceVersion: '100',
        generation: 1,
        annotations: {
          'hubspoke.dev/run-id': '20261124-100000-01a1',
          'hubspoke.dev/by': 'ada on laptop-7',
          'hubspoke.dev/reason': null,
        },
        dryRun: false,
      },
    ])
    expect(result).toMatchObject({
      outcome: 'succeeded',
      reason: '3 new pods available',
      attempts: 1,
      durationMs: 1_000,
    })
    expect(clock.now()).toBe(1_000)
    expect(records.map(({type}) => type)).toEqual(['writing', 'written', 'result'])
    expect(workloads.feeds).toBe(0)
  })

  test('that is not waited for ends when it is accepted', async () => {
    const {run, workloads, clock} = scene({options: {wait: false}})
    const {result, records} = await run()
    expect(result).toMatchObject({outcome: 'succeeded', reason: 'accepted, not waited for'})
    expect(workloads.calls).toEqual(['read shop/web', 'restart shop/web'])
    expect(clock.now()).toBe(0)
    expect(records.map(({type}) => type)).toEqual(['writing', 'written', 'result'])
  })

  test('that is not waited for, and was written before, is only looked at', async () => {
    const workloads = createInMemoryWorkloads(workloadState({restartedAt: stamp}))
    const {result} = await scene({workloads, options: {wait: false}}).run()
    const reason = 'accepted, not waited for; it was written before, nothing was written now'
    expect(result).toMatchObject({outcome: 'succeeded', reason})
    expect(workloads.calls).toEqual(['read shop/web'])
  })

  test('that is tried out changes nothing, and the ledger speaks of no write', async () => {
    const {run, workloads} = scene({options: {dryRun: true}})
    const {result, records} = await run()
    expect(result).toMatchObject({outcome: 'succeeded', reason: 'the server accepted it (dry run)'})
    expect(workloads.state('web')?.restartedAt).toBeUndefined()
    expect(records.map(({type}) => type)).toEqual(['result'])
    expect(workloads.calls).toEqual(['read shop/web', 'restart shop/web'])
  })

  test('that is tried out on what this run has restarted already says so', async () => {
    const workloads = createInMemoryWorkloads(workloadState({restartedAt: stamp}))
    const {result} = await scene({workloads, options: {dryRun: true}}).run()
    expect(result).toMatchObject({outcome: 'unchanged', reason: 'this run has restarted it already'})
    expect(workloads.calls).toEqual(['read shop/web'])
  })
})

describe('exactly once', () => {
  test('a write whose reply was lost is found by its stamp and only watched', async () => {
    const {run, workloads, clock} = scene()
    workloads.trouble('restart', lostReply)
    const {result, records} = await run()
    expect(result).toMatchObject({outcome: 'succeeded', attempts: 2})
    expect(workloads.writes).toHaveLength(1)
    expect(writesOf(workloads)).toHaveLength(1)
    expect(clock.slept).toContain(30_000)
    expect(records.map(({type}) => type)).toEqual(['writing', 'retrying', 'written', 'result'])
    expect(workloads.feeds).toBe(0)
  })

  test('a write that was lost on its way is written by the next try', async () => {
    const {run, workloads} = scene()
    workloads.trouble('restart', lostRequest)
    const {result} = await run()
    expect(result).toMatchObject({outcome: 'succeeded', attempts: 2})
    expect(workloads.writes).toHaveLength(1)
    expect(writesOf(workloads)).toHaveLength(2)
  })

  test('a rollout that ended between the look and the watch is not missed', async () => {
    const workloads = createInMemoryWorkloads(workloadState({restartedAt: stamp, updated: 1}))
    const {run, clock} = scene({workloads})
    workloads.before('follow', () => workloads.change('web', {updated: 3}))
    const {result} = await run()
    expect([result.outcome, clock.now()]).toEqual(['succeeded', 0])
    expect(workloads.writes).toEqual([])
  })

  test('a lost reply and then nothing but silence is unverified, with the command that tells', async () => {
    const {run, workloads} = scene()
    workloads.trouble('restart', lostReply)
    workloads.trouble('read', 'fine', lostRequest, lostRequest, lostRequest)
    const {result} = await run()
    expect(result).toMatchObject({
      outcome: 'unverified',
      attempts: 4,
      reason: 'it is not known whether the write arrived: The connection was cut.',
      failure: {
        class: 'unreachable',
        suggestions: ['kubectl --context eu-1 -n shop rollout status deployment/web'],
      },
    })
  })

  test('of two restarts in the same second the later stamp stands, and nobody restarts twice', async () => {
    const workloads = createInMemoryWorkloads(workloadState())
    const earlier = scene({workloads, mark: '2026-11-24T10:00:00.100Z'})
    const later = scene({workloads, mark: '2026-11-24T10:00:00.900Z'})
    expect((await later.run()).result.outcome).toBe('succeeded')
    const {result} = await earlier.run()
    expect(result).toMatchObject({outcome: 'unchanged', reason: 'restarted since, at 2026-11-24T10:00:00.900Z'})
    expect(workloads.writes).toHaveLength(1)
  })

  test('a race is a conflict, which is read and decided on again at once', async () => {
    const {run, workloads, clock} = scene()
    workloads.before('restart', () => workloads.change('web', {ready: 3}))
    const {result, events} = await run()
    expect(result).toMatchObject({outcome: 'succeeded', attempts: 1})
    expect(workloads.calls).toEqual([
      'read shop/web',
      'follow shop/web',
      'restart shop/web',
      'read shop/web',
      'follow shop/web',
      'restart shop/web',
    ])
    expect(events).toContainEqual(expect.objectContaining({type: 'target-retrying', delayMs: 0}))
    expect(clock.now()).toBe(1_000)
    expect(workloads.feeds).toBe(0)
  })

  test('a race with another restart leaves one restart', async () => {
    const {run, workloads} = scene()
    workloads.before('restart', () => workloads.change('web', {restartedAt: '2026-11-24T10:00:05Z'}))
    expect((await run()).result).toMatchObject({outcome: 'unchanged', attempts: 1})
    expect(workloads.writes).toEqual([])
    expect(workloads.feeds).toBe(0)
  })

  test('conflicts without end are waited out, and end', async () => {
    const {run, workloads, clock} = scene()
    workloads.trouble('restart', ...Array.from({length: 100}, conflict))
    const {result} = await run()
    expect(result).toMatchObject({outcome: 'failed', attempts: 4, failure: {class: 'conflict'}})
    expect(writesOf(workloads)).toHaveLength(4 * 6)
    expect(clock.slept).toEqual([30_000, 60_000, 120_000])
    expect(workloads.feeds).toBe(0)
  })
})

describe('what fails', () => {
  test('is retried after what the server asked for', async () => {
    const {run, workloads, clock} = scene()
    workloads.trouble('restart', tooMany(90_000))
    const {result} = await run()
    expect(result).toMatchObject({outcome: 'succeeded', attempts: 2})
    expect(clock.slept[0]).toBe(90_000)
  })

  test('is not retried when it was refused, and is no write', async () => {
    const {run, workloads, clock} = scene()
    workloads.trouble('restart', forbidden)
    const {result} = await run()
    expect(result).toMatchObject({outcome: 'failed', attempts: 1, failure: {class: 'forbidden'}})
    expect(clock.slept).toEqual([])
    expect(workloads.feeds).toBe(0)
  })

  test('leaves nothing open when following or looking again fails', async () => {
    const workloads = createInMemoryWorkloads(workloadState({restartedAt: stamp}))
    const {run} = scene({workloads})
    workloads.trouble('follow', forbidden)
    expect((await run()).result).toMatchObject({outcome: 'failed', failure: {class: 'forbidden'}})
    const again = scene({workloads})
    workloads.trouble('read', 'fine', forbidden)
    expect((await again.run()).result).toMatchObject({outcome: 'failed', failure: {class: 'forbidden'}})
    expect(workloads.feeds).toBe(0)
  })
})

describe('a target that is not as it was planned', () => {
  test.each([
    {moment: 'before it is read', verb: 'read'},
    {moment: 'before it is followed', verb: 'follow'},
    {moment: 'before it is written', verb: 'restart'},
  ] as const)('deleted $moment: skipped, nobody has to look', async ({verb}) => {
    const {run, workloads} = scene()
    workloads.before(verb, () => workloads.remove('web'))
    const {result} = await run()
    expect(result).toMatchObject({outcome: 'skipped', reason: 'it no longer exists'})
    expect(result.failure).toBeUndefined()
    expect(workloads.feeds).toBe(0)
  })

  test('deleted while it rolls out: skipped, nobody has to look', async () => {
    const {run, workloads, clock} = scene()
    void clock.sleep(600).then(() => workloads.remove('web'))
    const {result} = await run()
    expect(result).toMatchObject({outcome: 'skipped', reason: 'deleted while it was rolling out'})
    expect(result.failure).toBeUndefined()
    expect(clock.now()).toBe(600)
    expect(workloads.feeds).toBe(0)
  })

  test('deleted while an earlier write is looked at again: skipped', async () => {
    const workloads = createInMemoryWorkloads(workloadState({restartedAt: stamp}))
    const {run} = scene({workloads})
    workloads.before('follow', () => workloads.remove('web'))
    expect((await run()).result).toMatchObject({outcome: 'skipped', reason: 'it no longer exists'})
    expect(workloads.feeds).toBe(0)
  })

  test('taken back while an earlier write is looked at again: decided on again', async () => {
    const workloads = createInMemoryWorkloads(workloadState({restartedAt: stamp}))
    const {run} = scene({workloads})
    workloads.before('follow', () => workloads.change('web', {restartedAt: undefined}))
    expect((await run()).result).toMatchObject({outcome: 'succeeded', attempts: 1})
    expect(workloads.writes).toHaveLength(1)
    expect(workloads.feeds).toBe(0)
  })

  test.each<{has: Partial<WorkloadState>; because: string}>([
    {has: {paused: true}, because: 'paused'},
    {has: {kind: 'StatefulSet', partition: 3}, because: 'covered by its partition'},
    {has: {kind: 'DaemonSet', strategy: 'OnDelete'}, because: 'updated on delete'},
    {has: {uid: 'uid-other'}, because: 'recreated'},
    {has: {images: []}, because: 'not running the image any more'},
  ])('$because: not written, not even when tried out', async ({has}) => {
    for (const dryRun of [false, true]) {
      const workloads = createInMemoryWorkloads(workloadState(has))
      const {result} = await scene({workloads, options: {dryRun}}).run()
      expect(result.outcome).toBe('skipped')
      expect(workloads.calls).toEqual(['read shop/web'])
    }
  })

  test('a partial partition succeeds with what it moved', async () => {
    const workloads = createInMemoryWorkloads(workloadState({kind: 'StatefulSet', partition: 2}))
    const {result} = await scene({workloads}).run()
    expect(result).toMatchObject({outcome: 'succeeded', reason: '1 of 3 pods updated: the partition keeps the others'})
  })
})

describe('a stamp that is put back', () => {
  test.each<{before: string | undefined; because: string}>([
    {before: undefined, because: 'there was none'},
    {before: '2026-11-23T10:00:00Z', because: 'it is older'},
    {before: '2026-11-24T23:00:00Z', because: 'it stood there before, whatever its clock said'},
  ])('has failed, $because', async ({before}) => {
    const workloads = createInMemoryWorkloads(workloadState({restartedAt: before}))
    const {run, clock} = scene({workloads})
    workloads.onRestart = ({generation}) =>
      void clock
        .sleep(500)
        .then(() => workloads.change('web', {restartedAt: before, generation: generation + 1, observedGeneration: 9}))
    const {ends} = await run()
    expect(ends).toEqual(['web: failed, reverted'])
    expect(workloads.feeds).toBe(0)
  })

  test('is not one of a restart that came later', async () => {
    const {run, clock, workloads} = scene()
    workloads.onRestart = ({generation}) =>
      void clock.sleep(500).then(() =>
        workloads.change('web', {
          restartedAt: '2026-11-24T10:00:09.000Z',
          generation: generation + 1,
          observedGeneration: generation + 1,
        }),
      )
    expect((await run()).ends).toEqual(['web: succeeded'])
  })
})
