import {describe, expect, test} from 'vitest'
import {conflict} from '../../../test/support/distribution/in-memory-workloads.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Owner} from '../../model/owner.ts'
import type {Settled} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {createAttempts, createStage, deaf, receiptOf, type Stage, toEnd} from '../testing/processes.ts'
import type {TestEnv} from '../testing/verb-env.ts'

const mark = '2026-11-24T10:00:00.417Z'
const flux: Owner = {tool: 'flux', kind: 'Kustomization', namespace: 'flux-system', name: 'apps'}
const ours = {manager: 'hubspoke', at: '2026-11-24T10:00:05Z'} // known, and yet the newest
const theirs = {manager: 'kustomize-controller', at: '2026-11-24T10:00:03Z'}
const gaveUp = {type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'It took too long.'}
const rolledOut = {observedGeneration: 2, updated: 3, available: 3}
const never = new AbortController().signal

/** The process that made the write, and one that has only its receipt, from the ledger. */
const processes = ['the same', 'another'] as const
type Process = (typeof processes)[number]

/** The write of a first process, and the spoke that goes on with its receipt. */
async function written(stage: Stage, who: Process, env: TestEnv = {}) {
  const first = stage.process(env)
  const receipt = receiptOf(await first.act(stage.target, createAttempts()()))
  stage.workloads.change('web', {updated: 0, available: 2})
  if (who === 'the same') return {receipt, spoke: first, leftOpen: 0}
  return {receipt, spoke: stage.process({...env, resumed: true}), leftOpen: stage.workloads.feeds}
}

interface Story {
  readonly because: string
  readonly has?: Partial<WorkloadState>
  readonly env?: TestEnv
  readonly runner?: 'unknown'
  /** Between the write and the watch. */
  readonly idleMs?: number
  /** One a second. */
  readonly happens?: readonly (Partial<WorkloadState> | 'deleted')[]
  readonly end: Partial<Settled>
}

const settled: readonly Story[] = [
  {because: 'it is rolled out', happens: [rolledOut], end: {outcome: 'succeeded', reason: '3 new pods available'}},
  {
    because: 'its controller gives up',
    happens: [{observedGeneration: 2, updated: 1}, {conditions: [gaveUp]}],
    end: {outcome: 'failed', reason: 'the rollout exceeded its progress deadline'},
  },
  {
    because: 'it is deleted',
    happens: ['deleted'],
    end: {outcome: 'skipped', reason: 'deleted while it was rolling out'},
  },
  {
    because: 'its owner puts it back afterwards, by the note that is new since the write',
    has: {owner: flux, templateWriters: [ours]},
    happens: [rolledOut, {restartedAt: undefined, generation: 3, owner: undefined, templateWriters: [ours, theirs]}],
    end: {
      outcome: 'failed',
      reason: 'its pod template was changed back by "kustomize-controller" (Flux Kustomization flux-system/apps)',
    },
  },
  {
    because: 'an annotation is put back that is later than ours and stood there before',
    has: {restartedAt: '2026-11-24T10:03:00Z'},
    idleMs: 600_000,
    happens: [{restartedAt: '2026-11-24T10:03:00Z', generation: 3}],
    end: {outcome: 'failed', reason: 'its pod template was changed back by another client'},
  },
  {
    because: 'another client restarts it later',
    happens: [{...rolledOut, restartedAt: '2026-11-24T10:00:09Z', generation: 3, observedGeneration: 3}],
    end: {outcome: 'succeeded', reason: '3 new pods available'},
  },
  {
    because: 'nobody could see who runs its pods',
    has: {wanted: 0, current: 0, updated: 0, ready: 0, available: 0},
    runner: 'unknown',
    happens: [{observedGeneration: 2, available: 0}],
    end: {outcome: 'succeeded', reason: expect.stringMatching(/^no pods to replace; it has 0 replicas; if Argo/)},
  },
  {
    because: 'it was found written',
    has: {restartedAt: mark},
    happens: [{updated: 3, available: 3}],
    end: {outcome: 'succeeded', reason: '3 new pods available; it was written before, nothing was written now'},
  },
  {
    because: 'it is not waited for',
    env: {options: {wait: false}},
    end: {outcome: 'succeeded', reason: 'accepted, not waited for'},
  },
]

describe.each(processes)('a write is watched by %s process', (who) => {
  test.each(settled)('$end.outcome: $because', async ({has, env, runner, idleMs = 0, happens = [], end}) => {
    const stage = createStage(has)
    const {clock, workloads, target} = stage
    workloads.runner = runner
    const {receipt, spoke, leftOpen} = await written(stage, who, env)
    await clock.sleep(idleMs)
    const before = workloads.calls.length
    const settling = toEnd(spoke.settle(target, receipt, deaf))
    for (const changes of happens) {
      await clock.sleep(1_000)
      if (changes === 'deleted') workloads.remove('web')
      else workloads.change('web', changes)
    }
    expect(await settling).toMatchObject(end)
    expect(clock.now()).toBe(idleMs + happens.length * 1_000)
    expect(workloads.feeds).toBe(leftOpen)
    const asked = workloads.calls.slice(before).filter((call) => call !== 'podTroubles')
    const isFollowed = who === 'another' && env?.options?.wait !== false
    expect(asked).toEqual(isFollowed ? ['follow shop/web', 'read shop/web'] : [])
  })

  test.each([
    {now: rolledOut, is: {state: 'healthy'}},
    {now: {...rolledOut, available: 2}, is: {state: 'unhealthy', failure: {class: 'rollout'}}},
    {now: {...rolledOut, restartedAt: undefined}, is: {state: 'failed', failure: {class: 'reverted'}}},
    {now: {...rolledOut, uid: 'other'}, is: {state: 'gone'}},
    {now: {observedGeneration: 1}, is: {state: 'unhealthy', failure: {class: 'rollout'}}},
  ])('and is $is.state when it is checked again with $now', async ({now, is}) => {
    const stage = createStage()
    const {receipt, spoke} = await written(stage, who)
    stage.workloads.change('web', now)
    expect(await spoke.recheck?.(stage.target, receipt, never)).toMatchObject(is)
  })
})

interface Revert {
  readonly because: string
  readonly has?: Partial<WorkloadState>
  readonly meanwhile?: (workloads: Stage['workloads']) => void
  readonly attempts?: number
  readonly end: Partial<Settled>
  /** Annotation that is written at last; undefined: none was. */
  readonly writes?: string | null
}

const undone = {outcome: 'succeeded', reason: 'back to the revision before'} as const
const lostAnswer = {afterwards: new HubspokeError('unreachable', 'The connection was cut.')}

const reverted: readonly Revert[] = [
  {because: 'there was no annotation', end: undone, writes: null},
  {because: 'there was one', has: {restartedAt: '2026-11-20T08:00:00Z'}, end: undone, writes: '2026-11-20T08:00:00Z'},
  {
    because: 'the first attempt meets a conflict',
    meanwhile: (workloads) => workloads.trouble('restart', conflict()),
    attempts: 2,
    end: undone,
    writes: null,
  },
  {
    because: 'the answer to the first attempt is lost',
    meanwhile: (workloads) => workloads.trouble('restart', lostAnswer),
    attempts: 2,
    end: undone,
    writes: null,
  },
  {
    because: 'its template has changed since',
    meanwhile: (workloads) => workloads.change('web', {templateDigest: 'digest-2'}),
    end: {outcome: 'skipped', reason: 'its pod template has been changed since'},
  },
  {
    because: 'somebody has put it back already',
    meanwhile: (workloads) => workloads.change('web', {restartedAt: undefined}),
    end: {outcome: 'skipped', reason: 'another client has put it back'},
  },
  {
    because: 'what it was before is not known',
    has: {restartedAt: mark, updated: 1},
    end: {outcome: 'skipped', reason: 'what it was before is not in the ledger'},
  },
]

describe.each(processes)('a failed write is reverted by %s process', (who) => {
  test.each(reverted)('$end.outcome: $because', async ({has, meanwhile, attempts = 1, end, writes}) => {
    const stage = createStage(has)
    const {clock, workloads, target} = stage
    const {receipt, spoke, leftOpen} = await written(stage, who)
    workloads.change('web', {observedGeneration: 2, updated: 1, conditions: [gaveUp]})
    expect(await toEnd(spoke.settle(target, receipt, deaf))).toMatchObject({outcome: 'failed'})
    const before = workloads.writes.length
    meanwhile?.(workloads)
    workloads.onRestart = ({generation}) =>
      void clock.sleep(1_000).then(() => {
        workloads.change('web', {observedGeneration: generation, updated: 3, available: 3, conditions: []})
      })

    const attempt = createAttempts()
    const revert = () => spoke.revert?.(target, receipt, attempt()) ?? Promise.reject(new Error('no revert'))
    for (let failed = 1; failed < attempts; failed += 1) {
      await expect(revert()).rejects.toBeInstanceOf(HubspokeError)
    }
    const acted = await revert()
    const after = acted.outcome === 'written' ? toEnd(spoke.settle(target, receiptOf(acted), deaf)) : acted
    expect(await after).toMatchObject(end)
    expect(workloads.writes.slice(before).map(({restartedAt}) => restartedAt)).toEqual(
      writes === undefined ? [] : [writes],
    )
    expect(workloads.feeds).toBe(leftOpen)
  })
})

test('a revert is watched to its end, also by a process that waits for nothing else', async () => {
  const stage = createStage()
  const {clock, workloads, target} = stage
  const spoke = stage.process({options: {wait: false}})
  const receipt = receiptOf(await spoke.act(target, createAttempts()()))
  workloads.change('web', {observedGeneration: 2, updated: 1, conditions: [gaveUp]})
  const acted = await spoke.revert?.(target, receipt, createAttempts()())
  if (acted === undefined) throw new Error('no revert')
  const settling = toEnd(spoke.settle(target, receiptOf(acted), deaf))
  await clock.sleep(1_000)
  workloads.change('web', {observedGeneration: 3, updated: 3, available: 3, conditions: []})
  expect(await settling).toEqual(undone)
  expect([workloads.feeds, clock.now()]).toEqual([0, 1_000])
})

test('the watch of a revert goes on in another process, and what the controller said before it does not count', async () => {
  const stage = createStage()
  const {clock, workloads, target} = stage
  const {receipt} = await written(stage, 'the same')
  workloads.change('web', {observedGeneration: 2, updated: 1, conditions: [gaveUp]})
  const acted = await stage.process().revert?.(target, receipt, createAttempts()())
  if (acted === undefined) throw new Error('no revert')
  const settling = toEnd(stage.process({resumed: true}).settle(target, receiptOf(acted), deaf))
  await clock.sleep(1_000)
  workloads.change('web', {observedGeneration: 3, updated: 1})
  await clock.sleep(1_000)
  workloads.change('web', {updated: 3, available: 3, conditions: []})
  expect(await settling).toEqual(undone)
})
