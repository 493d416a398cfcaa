import {describe, expect, test} from 'vitest'
import {HubspokeError} from '../../model/failure.ts'
import type {Owner} from '../../model/owner.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {createAttempts, createStage, deaf, receiptOf, type Stage, toEnd} from '../testing/processes.ts'

const mark = '2026-11-24T10:00:00.417Z'
const rolledOut = {observedGeneration: 2, updated: 3, available: 3}
const argo: Owner = {tool: 'argo-cd', kind: 'Application', namespace: 'argocd', name: 'web'}
const cut = new HubspokeError('unreachable', 'The connection was cut.')
const forbidden = new HubspokeError('forbidden', 'May not.', {status: 403, refused: true})

function stageOf(state: Partial<WorkloadState> = {}) {
  const stage = createStage(state)
  const attempt = createAttempts()
  const spoke = stage.process()
  return {...stage, spoke, act: () => spoke.act(stage.target, attempt())}
}

test('the watch that was opened before the write is used: nothing is read again', async () => {
  const {act, spoke, target, workloads} = stageOf()
  const receipt = receiptOf(await act())
  expect(workloads.feeds).toBe(1)
  workloads.change('web', rolledOut)
  expect(await toEnd(spoke.settle(target, receipt, deaf))).toMatchObject({outcome: 'succeeded'})
  expect(workloads.calls).toEqual(['read shop/web', 'follow shop/web', 'restart shop/web'])
  expect(workloads.feeds).toBe(0)
})

test('it is used once: who watches again follows and reads', async () => {
  const {act, spoke, target, workloads} = stageOf()
  const receipt = receiptOf(await act())
  workloads.change('web', rolledOut)
  await toEnd(spoke.settle(target, receipt, deaf))
  expect(await toEnd(spoke.settle(target, receipt, deaf))).toMatchObject({outcome: 'succeeded'})
  expect(workloads.calls.slice(3)).toEqual(['follow shop/web', 'read shop/web'])
  expect(workloads.feeds).toBe(0)
})

test('the watches of two targets are told apart', async () => {
  const one = stageOf()
  const other = {...one.target, name: 'api', uid: 'uid-api', key: 'another'}
  const receipt = receiptOf(await one.act())
  const end = await toEnd(one.spoke.settle(other, receipt, deaf))
  expect(end).toEqual({outcome: 'skipped', reason: 'deleted while it was rolling out'})
  expect(one.workloads.calls.slice(3)).toEqual(['follow shop/api', 'read shop/api'])
  expect(one.workloads.feeds).toBe(1)
})

test('it stays open as long as the rollout is watched afterwards', async () => {
  const {act, clock, spoke, target, workloads} = stageOf({owner: argo})
  const receipt = receiptOf(await act())
  workloads.change('web', rolledOut)
  const end = await spoke.settle(target, receipt, deaf)
  if (end?.outcome !== 'post-rollout-watch') throw new Error('it is not watched afterwards')
  expect(workloads.feeds).toBe(1)
  expect(await end.settle()).toMatchObject({outcome: 'succeeded'})
  expect([workloads.feeds, clock.now()]).toEqual([0, 10_000])
})

describe('a watch is closed when', () => {
  test.each<{because: string; has?: Partial<WorkloadState>; happens: (workloads: Stage['workloads']) => void}>([
    {because: 'the write is refused', happens: (workloads) => workloads.trouble('restart', forbidden)},
    {because: 'its answer is lost', happens: (workloads) => workloads.trouble('restart', {afterwards: cut})},
    {
      because: 'there is a conflict',
      happens: (workloads) => workloads.before('restart', () => workloads.change('web', {ready: 2})),
    },
    {
      because: 'it is deleted before the write',
      happens: (workloads) => workloads.before('restart', () => workloads.remove('web')),
    },
    {
      because: 'it cannot be read again',
      has: {restartedAt: mark},
      happens: (workloads) => workloads.trouble('read', 'fine', forbidden),
    },
    {
      because: 'it is deleted before it is read again',
      has: {restartedAt: mark},
      happens: (workloads) => workloads.before('follow', () => workloads.remove('web')),
    },
  ])('$because', async ({has, happens}) => {
    const {act, workloads} = stageOf(has)
    happens(workloads)
    const outcome = await act().then(
      (end) => end.outcome,
      (error: unknown) => error,
    )
    expect(outcome).not.toBe('written')
    expect(workloads.calls).toContain('follow shop/web')
    expect(workloads.feeds).toBe(0)
  })

  test('the write is held back', async () => {
    const {spoke, target, workloads} = stageOf()
    const attempt = {...createAttempts()(), writing: () => Promise.reject(new HubspokeError('internal', 'Stopping.'))}
    await expect(spoke.act(target, attempt)).rejects.toThrow('Stopping.')
    expect([workloads.feeds, workloads.writes.length]).toEqual([0, 0])
  })

  test.each([{early: true}, {early: false}])('the run stops (before it is watched: $early)', async ({early}) => {
    const {act, clock, spoke, target, workloads} = stageOf()
    const stop = new AbortController()
    const receipt = receiptOf(await act())
    if (early) stop.abort()
    const settling = spoke.settle(target, receipt, {...deaf, signal: stop.signal})
    await clock.sleep(500)
    stop.abort()
    expect(await settling).toBeUndefined()
    expect(workloads.feeds).toBe(0)
  })

  test('it ends in another process, whatever the end is', async () => {
    const {act, process, target, workloads} = stageOf()
    const receipt = receiptOf(await act())
    const mine = workloads.feeds
    workloads.trouble('read', cut)
    await expect(process().settle(target, receipt, deaf)).rejects.toThrow('The connection was cut.')
    expect(workloads.feeds).toBe(mine)
    workloads.change('web', {uid: 'other'})
    const gone = {outcome: 'skipped', reason: 'deleted while it was rolling out'}
    expect(await process().settle(target, receipt, deaf)).toEqual(gone)
    workloads.remove('web')
    expect(await process().settle(target, receipt, deaf)).toEqual(gone)
    expect(workloads.feeds).toBe(mine)
  })
})

test('a stop while another process begins to watch is no failure', async () => {
  const {act, process, target, workloads} = stageOf()
  const receipt = receiptOf(await act())
  const mine = workloads.feeds
  for (const verb of ['follow', 'read'] as const) {
    const stop = new AbortController()
    const settling = process().settle(target, receipt, {...deaf, signal: stop.signal})
    workloads.before(verb, () => stop.abort())
    expect(await settling).toBeUndefined()
    expect(workloads.feeds).toBe(mine)
  }
  expect(await process().settle(target, receipt, {...deaf, signal: AbortSignal.abort()})).toBeUndefined()
  expect(workloads.feeds).toBe(mine)
})

test('a receipt of another verb is refused', async () => {
  const {spoke, target} = stageOf()
  await expect(spoke.settle(target, {pullRequest: 7}, deaf)).rejects.toThrow(
    'the receipt is not that of a pod template',
  )
})
