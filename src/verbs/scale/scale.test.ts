import {describe, expect, test} from 'vitest'
import {createStage} from '../../../test/support/distribution/distribution.ts'
import {
  createInMemoryWorkloads,
  type InMemoryWorkloads,
} from '../../../test/support/distribution/in-memory-workloads.ts'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {LedgerEntry} from '../../model/ledger.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {type TestEnv, verbEnv} from '../testing/verb-env.ts'
import {parseReplicas} from './replicas.ts'
import {scale} from './scale.ts'

const cut = new HubspokeError('unreachable', 'The connection was cut.')
const lostReply = {afterwards: cut}

interface Scene {
  readonly has?: Partial<WorkloadState>
  readonly replicas?: string
  readonly overrideOwner?: boolean
  readonly options?: TestEnv['options']
  readonly undoFailed?: boolean
  /** What an earlier invocation has recorded. */
  readonly snapshot?: Snapshot
}

/** `shop/web` with three pods, whose controller needs a second for any change. */
function scene({has = {}, replicas = '+2', overrideOwner = false, options = {}, undoFailed, snapshot}: Scene = {}) {
  const workloads = createInMemoryWorkloads(workloadState(has))
  const stage = createStage()
  workloads.onScale = ({name, generation, wanted}) =>
    void stage.clock.sleep(1_000).then(() =>
      workloads.change(name, {
        observedGeneration: generation,
        current: wanted,
        updated: wanted,
        ready: wanted,
        available: wanted,
      }),
    )
  const args = {image: 'ghcr.io/acme/web:1.0', replicas: parseReplicas(replicas), overrideOwner}
  const spoke = scale.spoke(args, verbEnv(workloads, stage.clock, {options}))
  const target = targetOf('web', 'eu-1', {kind: workloads.state('web')?.kind ?? 'Deployment'})
  const recorded: typeof spoke = {
    ...spoke,
    act: (one, attempt) => spoke.act(one, {...attempt, snapshot: attempt.snapshot ?? snapshot}),
  }
  const run = async () => {
    const fanOut = undoFailed === undefined ? {} : {undoFailed}
    const distributed = await stage.run({plan: [target], spoke: recorded, fanOut})
    const [result] = distributed.results
    if (!result) throw new Error('there is one result per target')
    return {...distributed, result}
  }
  return {...stage, workloads, run}
}

const snapshotsIn = (records: readonly LedgerEntry[]) =>
  records.flatMap((record) => (record.type === 'writing' && record.snapshot ? [record.snapshot] : []))

test('reads, records both numbers, writes once, and waits until the pods are available', async () => {
  const {run, workloads, clock} = scene()
  const {result, records} = await run()
  expect(workloads.calls).toEqual(['read shop/web', 'follow shop/web', 'scale shop/web'])
  expect(workloads.scales).toEqual([5])
  expect(snapshotsIn(records)).toEqual([{replicas: '3', wanted: '5'}])
  expect(result).toMatchObject({outcome: 'succeeded', reason: 'scaled from 3 to 5: 5 pods available', attempts: 1})
  expect(clock.now()).toBe(1_000)
  expect(workloads.feeds).toBe(0)
})

test('a DaemonSet is read, and nothing else', async () => {
  const {run, workloads} = scene({has: {kind: 'DaemonSet'}})
  expect((await run()).ends).toEqual(['web: skipped, not-scalable'])
  expect(workloads.calls).toEqual(['read shop/web'])
})

test('a paused Deployment and one with OnDelete are scaled: no pod is replaced', async () => {
  expect((await scene({has: {paused: true}}).run()).ends).toEqual(['web: succeeded'])
  expect((await scene({has: {kind: 'StatefulSet', strategy: 'OnDelete'}}).run()).ends).toEqual(['web: succeeded'])
})

describe('a relative value is computed once', () => {
  test('a lost reply is found by the number wanted', async () => {
    const {run, workloads} = scene()
    workloads.trouble('scale', lostReply)
    const {result} = await run()
    expect(result).toMatchObject({outcome: 'succeeded', attempts: 2})
    expect(workloads.scales).toEqual([5])
    expect(workloads.feeds).toBe(0)
  })

  test('a lost request is written again, with the same number', async () => {
    const {run, workloads} = scene()
    workloads.trouble('scale', cut)
    const {result} = await run()
    expect(result).toMatchObject({outcome: 'succeeded', attempts: 2})
    expect(workloads.scales).toEqual([5])
  })

  test('a conflict with a change of something else is decided again at once', async () => {
    const {run, workloads} = scene()
    workloads.before('scale', () => workloads.change('web', {ready: 2}))
    const {result} = await run()
    expect(result).toMatchObject({outcome: 'succeeded', attempts: 1})
    expect(workloads.scales).toEqual([5])
  })

  test.each([
    {replicas: '+2', because: 'a lost request'},
    {replicas: '5', because: 'also of a number'},
  ])('another client scaled meanwhile: left alone ($because)', async ({replicas}) => {
    const {run, workloads} = scene({replicas})
    workloads.before('scale', () => workloads.change('web', {wanted: 4}))
    const {result, ends} = await run()
    expect(ends).toEqual(['web: failed, conflict'])
    expect(result.reason).toBe(
      'another client has scaled it to 4 since this run read 3 and was about to write 5: it was left alone',
    )
    expect(workloads.scales).toEqual([])
    expect(workloads.feeds).toBe(0)
  })

  test.each([
    {wanted: 5, scales: [], ends: 'web: succeeded', because: 'it was written'},
    {wanted: 3, scales: [5], ends: 'web: succeeded', because: 'it was not written'},
    {wanted: 4, scales: [], ends: 'web: failed, conflict', because: 'another client has scaled'},
  ])('from the ledger of a killed run: $because', async ({wanted, scales, ends}) => {
    const pods = {wanted, current: wanted, updated: wanted, ready: wanted, available: wanted}
    const {run, workloads} = scene({has: pods, snapshot: {replicas: '3', wanted: '5'}})
    expect((await run()).ends).toEqual([ends])
    expect(workloads.scales).toEqual(scales)
  })

  test('the recorded number is written, whatever the value would give now', async () => {
    const {run, workloads} = scene({snapshot: {replicas: '3', wanted: '6'}})
    expect((await run()).result).toMatchObject({outcome: 'succeeded', reason: 'scaled from 3 to 6: 6 pods available'})
    expect(workloads.scales).toEqual([6])
  })

  test('a value that became impossible since the plan fails its target only', async () => {
    const {run, workloads} = scene({replicas: '-3'})
    expect((await run()).ends).toEqual(['web: failed, not-scalable'])
    expect(workloads.scales).toEqual([])
  })
})

describe('owners', () => {
  const autoscaler = {namespace: 'shop', name: 'web', min: 1, max: 9}
  const flux = {tool: 'flux', kind: 'Kustomization', namespace: 'flux-system', name: 'apps'} as const

  test('an autoscaler or a GitOps controller: skipped, unless overridden', async () => {
    const scaled = scene()
    scaled.workloads.autoscaler = autoscaler
    expect((await scaled.run()).ends).toEqual(['web: skipped, owned'])
    expect((await scene({has: {owner: flux}}).run()).ends).toEqual(['web: skipped, owned'])
    expect(scaled.workloads.calls).toEqual(['read shop/web'])
  })

  test('Helm does not reconcile', async () => {
    const owner = {tool: 'helm', kind: 'Release', namespace: 'shop', name: 'web'} as const
    expect((await scene({has: {owner}}).run()).ends).toEqual(['web: succeeded'])
  })

  test('overridden, and changed back within ten seconds: failed, reverted', async () => {
    const {run, workloads, clock} = scene({overrideOwner: true})
    workloads.autoscaler = autoscaler
    void clock.sleep(6_000).then(() => workloads.change('web', {wanted: 3, generation: 3}))
    const {result, ends} = await run()
    expect(ends).toEqual(['web: failed, reverted'])
    expect(result.reason).toBe('its replicas were changed from 5 to 3 by HorizontalPodAutoscaler shop/web')
    expect(workloads.feeds).toBe(0)
  })
})

describe('fewer replicas', () => {
  test('have succeeded when the pods are gone, however healthy the others are', async () => {
    const {run, workloads} = scene({replicas: '1', has: {ready: 1, available: 1}})
    workloads.onScale = ({generation}) => {
      workloads.change('web', {observedGeneration: generation, current: 2})
      workloads.change('web', {current: 1, updated: 1, ready: 0, available: 0})
    }
    expect((await run()).result).toMatchObject({outcome: 'succeeded', reason: 'scaled from 3 to 1: 1 pod left'})
  })

  test('one pod after the other is progress, however long all of them take', async () => {
    const {run, workloads, clock} = scene({replicas: '1', options: {timeoutMs: 60_000}})
    workloads.onScale = async ({generation}) => {
      workloads.change('web', {observedGeneration: generation})
      for (const current of [2, 1]) {
        await clock.sleep(50_000)
        workloads.change('web', {current, updated: current, ready: current, available: current})
      }
    }
    expect((await run()).ends).toEqual(['web: succeeded'])
    expect(clock.now()).toBe(100_000)
  })
})

describe('pods that do not become available', () => {
  const stuck = (workloads: InMemoryWorkloads) => {
    workloads.onScale = ({generation, wanted}) =>
      void workloads.change('web', {
        observedGeneration: generation,
        current: wanted,
        updated: wanted,
        ready: 3,
        available: 3,
      })
  }

  test('fail the target; what its controller said before does not count', async () => {
    const given = {type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: ''}
    const {run, workloads, clock} = scene({has: {conditions: [given]}, options: {timeoutMs: 60_000}})
    stuck(workloads)
    const {result, ends} = await run()
    expect(ends).toEqual(['web: failed, timeout'])
    expect(result.reason).toContain('3 of 5 pods available')
    expect(clock.now()).toBeGreaterThanOrEqual(60_000)
  })

  test('are reverted to the number before, and only once', async () => {
    const {run, workloads} = scene({options: {timeoutMs: 60_000}, undoFailed: true})
    stuck(workloads)
    workloads.trouble('scale', 'fine', lostReply)
    const {result} = await run()
    expect(workloads.scales).toEqual([5, 3])
    expect(result.undo).toMatchObject({outcome: 'undone', reason: 'back to 3 replicas'})
    expect(workloads.feeds).toBe(0)
  })

  test.each([
    {wanted: 7, reason: 'another client has scaled it to 7 since'},
    {wanted: 3, reason: 'another client has put it back'},
  ])('are not reverted where $reason', async ({wanted, reason}) => {
    const {run, workloads} = scene({options: {timeoutMs: 60_000}, undoFailed: true})
    stuck(workloads)
    // The rollout is read before it fails, and once more before it would be reverted.
    const onRevert = () => workloads.before('read', () => workloads.change('web', {wanted}))
    workloads.before('scale', () => workloads.before('read', onRevert))
    const {result} = await run()
    expect(workloads.scales).toEqual([5])
    expect(result.undo).toMatchObject({outcome: 'not-undone', reason})
  })
})

test('a receipt of another verb is refused', async () => {
  const spoke = scale.spoke(
    {image: 'web', replicas: parseReplicas('1'), overrideOwner: false},
    verbEnv(createInMemoryWorkloads(workloadState()), createStage().clock),
  )
  const watch = {signal: AbortSignal.abort(), onProgress: () => undefined, onTrouble: () => undefined}
  await expect(spoke.settle(targetOf(), {pullRequest: 7}, watch)).rejects.toThrow(
    'the receipt is not that of a change of replicas',
  )
})
