import {describe, expect, test} from 'vitest'
import {createFeed} from '../../test/support/distribution/in-memory-workloads.ts'
import {targetOf} from '../../test/support/distribution/target.ts'
import {workloadState} from '../../test/support/distribution/workload-state.ts'
import {createVirtualClock, type VirtualClock} from '../../test/support/virtual-clock.ts'
import type {PodTrouble} from '../kube/ports/workloads.ts'
import {HubspokeError} from '../model/failure.ts'
import type {Owner} from '../model/owner.ts'
import type {Settled} from '../model/spoke.ts'
import type {WorkloadState} from '../model/workload.ts'
import {awaitRollout} from './await-rollout.ts'

const minute = 60_000
const stamp = '2026-11-24T10:00:00.417Z'

/** A step of a controller: after so many milliseconds the object has these fields. */
type Step = readonly [afterMs: number, changes: Partial<WorkloadState> | 'deleted']

interface Story {
  readonly from?: Partial<WorkloadState>
  readonly steps?: readonly Step[]
  readonly timeoutMs?: number
  readonly troubles?: (now: number) => readonly PodTrouble[]
  readonly stopAfterMs?: number
  readonly failFast?: boolean
  /** What a read answers, where the watch has not told it. Default: the newest state that the watch has told. */
  readonly unseen?: Partial<WorkloadState> | 'deleted'
}

interface Watched {
  readonly end: Settled | undefined
  /** Its slot is free from then on. */
  readonly rolledOutAt: number
  readonly tookMs: number
  /** `2000 sentence`, in order. */
  readonly said: readonly string[]
  readonly looks: number
  /** Pods whose crash was told. */
  readonly crashes: readonly string[]
  readonly feedClosed: number
  readonly slept: readonly number[]
  /** Sleeping at once, at most; and still, after the end. */
  readonly sleepers: {readonly most: number; readonly left: number}
}

/** A rollout to generation 2, of which the write returned `from`, and then what the controller made of it. */
async function watch(story: Story): Promise<Watched> {
  const {from = {}, steps = [], timeoutMs, troubles, stopAfterMs, failFast = false, unseen} = story
  const crashes: string[] = []
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const stop = new AbortController()
  const said: string[] = []
  let feedClosed = 0
  let looks = 0
  let most = 0
  const feed = createFeed(() => {
    feedClosed += 1
  })
  const written = workloadState({generation: 2, observedGeneration: 1, restartedAt: stamp, ...from})
  const told = {state: written}
  const end = awaitRollout(
    {
      target: targetOf('web', 'eu-1', {kind: written.kind}),
      feed,
      from: written,
      state: written,
      timeoutMs,
      clock,
      isTakenBack: ({restartedAt}) => restartedAt !== stamp,
      failFast,
      onCrash: async ({pod}) => void crashes.push(`${clock.now()} ${pod}`),
      read: async () => (unseen === 'deleted' ? undefined : {...told.state, ...unseen}),
      podTroubles: async () => {
        looks += 1
        return troubles?.(clock.now()) ?? []
      },
    },
    {
      signal: stop.signal,
      onProgress(sentence) {
        said.push(`${clock.now()} ${sentence}`)
        most = Math.max(most, clock.sleepers)
      },
      onTrouble: ({sentence}) => void said.push(`${clock.now()} ${sentence}`),
    },
  )
  void play(clock, written, steps, (news) => {
    if (news !== 'deleted') told.state = news
    feed.push(news)
  })
  if (stopAfterMs !== undefined) void clock.sleep(stopAfterMs).then(() => stop.abort())
  const ended = await end
  const rolledOutAt = clock.now()
  const settled = ended?.outcome === 'post-rollout-watch' ? await ended.settle() : ended
  const sleepers = {most, left: clock.sleepers}
  return {
    end: settled,
    rolledOutAt,
    tookMs: clock.now(),
    said,
    looks,
    crashes,
    feedClosed,
    slept: clock.slept,
    sleepers,
  }
}

async function play(
  clock: VirtualClock,
  written: WorkloadState,
  steps: readonly Step[],
  push: (news: WorkloadState | 'deleted') => void,
): Promise<void> {
  let state = written
  for (const [afterMs, changes] of steps) {
    await clock.sleep(afterMs)
    state = changes === 'deleted' ? state : {...state, ...changes}
    push(changes === 'deleted' ? changes : state)
  }
}

const pull: PodTrouble = {
  pod: 'web-2',
  container: 'app',
  reason: 'ImagePullBackOff',
  message: 'Back-off pulling image "x"',
  lasting: true,
  crashed: false,
}
const crash: PodTrouble = {
  pod: 'web-3',
  container: 'app',
  reason: 'CrashLoopBackOff',
  message: 'exit code 1',
  lasting: true,
  crashed: true,
}
const ending: PodTrouble = {
  ...{pod: 'web-0', container: undefined, reason: 'Terminating', lasting: false, crashed: false, vague: true},
  message: 'terminating since 2026-11-24T10:00:00Z, grace period 1h',
  waits: 60 * minute,
}
const ended = 'Terminating: pod web-0 is terminating since 2026-11-24T10:00:00Z, grace period 1h'
const pulled = 'ImagePullBackOff: Back-off pulling image "x" (pod web-2, container app)'
const gaveUp = [{type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: ''}]

describe('a rollout that goes well', () => {
  test('is told step by step, and its pods are not asked for when it ends at once', async () => {
    const {end, tookMs, said, looks, feedClosed, sleepers} = await watch({
      steps: [
        [300, {observedGeneration: 2, updated: 1, current: 4}],
        [300, {updated: 3, current: 5, available: 2}],
        [0, {ready: 2}],
        [300, {current: 3}],
        [300, {available: 3}],
      ],
    })
    expect(end).toEqual({outcome: 'succeeded', reason: '3 new pods available'})
    expect(said).toEqual([
      '0 waiting for the controller to see the change',
      '300 1 of 3 pods updated',
      '600 2 old pods still to end',
      '900 2 of 3 updated pods available',
    ])
    expect([tookMs, looks, feedClosed, sleepers.left]).toEqual([1_200, 0, 1, 0])
  })

  test('is not judged by a state from before the write, however complete and however late', async () => {
    const old = {generation: 1, observedGeneration: 1, conditions: gaveUp, updated: 3}
    const {end, tookMs, said} = await watch({
      steps: [
        [100, old],
        [5_000, old],
        [100, {generation: 2, observedGeneration: 2, conditions: []}],
      ],
    })
    expect(end?.outcome).toBe('succeeded')
    expect(tookMs).toBe(5_200)
    expect(said).toEqual(['0 waiting for the controller to see the change'])
  })

  test('is done at once when the write itself found it complete', async () => {
    const {end, tookMs} = await watch({from: {observedGeneration: 2}})
    expect([end?.outcome, tookMs]).toEqual(['succeeded', 0])
  })

  test('takes hours when a DaemonSet of many nodes gets on with it', async () => {
    const steps = Array.from(
      {length: 40},
      (_, index): Step => [9 * minute, {observedGeneration: 2, updated: index + 1, available: 40}],
    )
    const from = {kind: 'DaemonSet', wanted: 40, updated: 0, available: 40} as const
    const {end, tookMs, sleepers} = await watch({from, steps, timeoutMs: 10 * minute})
    expect(end?.outcome).toBe('succeeded')
    expect(sleepers.most).toBeLessThanOrEqual(2)
    expect(tookMs).toBe(40 * 9 * minute)
  })
})

describe('a rollout that does not end', () => {
  test.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)(
    'of a %s that was complete before takes longer than the timeout, and gets on with it',
    async (kind) => {
      const revisions = kind === 'StatefulSet' ? {updateRevision: 'web-2'} : {}
      const steps = Array.from({length: 10}, (_, at): Step => [50_000, {updated: at + 1, ready: 10, available: 10}])
      const {end} = await watch({
        from: {kind, wanted: 10, current: 10, updated: 10, ready: 10, available: 10, progressDeadlineMs: undefined},
        timeoutMs: minute,
        steps: [
          [100, {observedGeneration: 2, updated: 0, ready: 9, available: 9, ...revisions}],
          ...steps,
          [100, kind === 'StatefulSet' ? {currentRevision: 'web-2'} : {}],
        ],
      })
      expect(end?.outcome).toBe('succeeded')
    },
  )

  test('fails when nothing has moved for the timeout, and says how far it was', async () => {
    const {end, tookMs, feedClosed} = await watch({
      from: {kind: 'StatefulSet'},
      steps: [[4 * minute, {observedGeneration: 2, updated: 1}]],
      timeoutMs: 5 * minute,
    })
    const reason = 'no progress for 5m (--timeout): 1 of 3 pods updated'
    expect(end).toEqual({
      outcome: 'failed',
      reason,
      failure: {
        class: 'timeout',
        message: reason,
        suggestions: [
          'kubectl --context eu-1 -n shop rollout status statefulset/web',
          'kubectl --context eu-1 -n shop describe statefulset/web',
        ],
      },
    })
    expect([tookMs, feedClosed]).toEqual([9 * minute, 1])
  })

  test.each<{because: string; from: Partial<WorkloadState>; limit: string; ms: number}>([
    {because: 'it has none of its own', from: {progressDeadlineMs: undefined}, limit: '10m', ms: 10 * minute},
    {because: 'its own are shorter', from: {minReadyMs: minute, gracePeriodMs: minute}, limit: '10m10s', ms: 610_000},
    {because: 'of its progress deadline', from: {progressDeadlineMs: 20 * minute}, limit: '20m10s', ms: 1_210_000},
    {
      because: 'of minReadySeconds',
      from: {kind: 'StatefulSet', minReadyMs: 15 * minute},
      limit: '16m',
      ms: 16 * minute,
    },
    {
      because: 'of its grace period',
      from: {kind: 'DaemonSet', gracePeriodMs: 60 * minute},
      limit: '1h1m',
      ms: 61 * minute,
    },
  ])('is given $limit by default, $because', async ({from, limit, ms}) => {
    const {end, tookMs} = await watch({from: {observedGeneration: 2, updated: 1, ...from}})
    expect(end?.reason).toMatch(new RegExp(`^no progress for ${limit}: 1 of 3 pods updated`))
    expect(end?.failure?.class).toBe('rollout')
    expect(tookMs).toBe(ms)
  })

  test('is waited for while a pod of it ends whose grace period is longer than that of the template, and says so', async () => {
    const {end, said} = await watch({
      from: rolling,
      steps: [[50 * minute, {updated: 3, available: 3}]],
      troubles: () => [ending],
    })
    expect(said).toContain(`7000 ${ended}`)
    expect(end?.outcome).toBe('succeeded')
  })

  test.each<{from: Partial<WorkloadState>; own: string}>([
    {from: {progressDeadlineMs: 10 * minute}, own: 'progressDeadlineSeconds 10m'},
    {from: {kind: 'StatefulSet', minReadyMs: 2 * minute, available: 2}, own: 'minReadySeconds 2m'},
    {from: {kind: 'DaemonSet', gracePeriodMs: 60 * minute}, own: 'terminationGracePeriodSeconds 1h'},
  ])('is given exactly what was said, and its own deadline has not passed: $own', async ({from, own}) => {
    const {end, tookMs} = await watch({from: {observedGeneration: 2, updated: 1, ...from}, timeoutMs: minute})
    const warming = 'minReadyMs' in from ? '; 1 ready for less than 2m (minReadySeconds)' : ''
    const reason = `no progress for 1m (--timeout): 1 of 3 pods updated${warming}; the rollout's own deadline has not passed (${own})`
    expect(end).toMatchObject({outcome: 'failed', reason, failure: {class: 'timeout', message: reason}})
    expect(tookMs).toBe(minute)
  })

  test('that no controller has seen says so', async () => {
    const {end, said} = await watch({from: {kind: 'StatefulSet'}})
    expect(said.at(-1)).toBe('7000 no controller has seen the change')
    expect(end?.reason).toMatch(
      /^no controller has seen the change for 9m\d+s; no progress for 10m: waiting for the controller to see the change$/,
    )
  })

  test('that is being deleted says so, and since when', async () => {
    const {end, said} = await watch({
      from: rolling,
      steps: [[1_000, {deletedAt: '2026-11-24T10:00:00Z', finalizers: ['foregroundDeletion']}]],
    })
    const deleting = 'it has been terminating since 2026-11-24T10:00:00Z, finalizers foregroundDeletion'
    expect(said).toContain(`1000 ${deleting}`)
    expect(end?.reason).toBe(`${deleting}; no progress for 10m: 1 of 3 pods updated`)
  })

  test('that was paused meanwhile names the command that lets it go on', async () => {
    const {end} = await watch({from: {observedGeneration: 2, updated: 1, progressDeadlineMs: undefined, paused: true}})
    expect(end?.reason).toBe('no progress for 10m: paused; 1 of 3 pods updated')
    expect(end?.failure?.suggestions[0]).toBe('kubectl --context eu-1 -n shop rollout resume deployment/web')
  })

  test('because an older pod blocks it names that pod, and first the command that deletes it', async () => {
    const {end, tookMs} = await watch({
      from: {...rolling, kind: 'StatefulSet'},
      failFast: true,
      troubles: () => [{...crash, pod: 'web-1', blocks: true}],
    })
    expect(end?.reason).toBe(
      'CrashLoopBackOff: exit code 1 (pod web-1, container app); it is of an older revision, and its controller waits for it; given up at once (--fail-fast): 1 of 3 pods updated',
    )
    expect(end?.failure?.suggestions).toEqual([
      'kubectl --context eu-1 -n shop delete pod web-1',
      'kubectl --context eu-1 -n shop rollout status statefulset/web',
      'kubectl --context eu-1 -n shop describe pod web-1',
    ])
    expect(tookMs).toBe(2_000)
  })

  test('fails at once when the controller gives up', async () => {
    const {end, tookMs} = await watch({steps: [[1_000, {observedGeneration: 2, updated: 1, conditions: gaveUp}]]})
    expect(end?.failure?.message).toBe('the rollout exceeded its progress deadline')
    expect(tookMs).toBe(1_000)
  })

  test('is not kept alive by a container that crashes, comes back and crashes again', async () => {
    const crashes = Array.from(
      {length: 20},
      (_, index): Step => [minute, {observedGeneration: 2, updated: 1, ready: index % 2 ? 3 : 2}],
    )
    const {end, tookMs} = await watch({from: {kind: 'DaemonSet'}, steps: crashes, timeoutMs: 5 * minute})
    expect(end?.reason).toMatch(/^no progress for 5m/)
    expect(tookMs).toBe(2 * minute + 5 * minute)
  })
})

/** Its controller has seen the change. */
const rolling = {kind: 'DaemonSet', observedGeneration: 2, updated: 1} as const

describe('why', () => {
  test('is said in seconds, and is the reason of the failure', async () => {
    const {end, said, tookMs} = await watch({
      steps: [
        [500, {observedGeneration: 2, updated: 1}],
        [59_500, {conditions: gaveUp}],
      ],
      troubles: () => [pull, {...pull, reason: 'Pending', pod: 'web-3'}],
    })
    expect(said.filter((line) => line.includes('ImagePull'))).toEqual([`2500 ${pulled}`])
    expect(tookMs).toBe(60_000)
    expect(end?.reason).toBe(`${pulled}; the rollout exceeded its progress deadline`)
    expect(end?.failure?.suggestions).toEqual([
      'kubectl --context eu-1 -n shop rollout status deployment/web',
      'kubectl --context eu-1 -n shop describe pod web-2',
    ])
  })

  test('is looked for after two seconds without progress, then after pauses that grow to a minute', async () => {
    const at: number[] = []
    const troubles = (now: number) => {
      at.push(now)
      return []
    }
    await watch({from: rolling, troubles, stopAfterMs: 260_000})
    expect(at).toEqual([2_000, 7_000, 12_000, 22_000, 42_000, 72_000, 132_000, 192_000, 252_000])
  })

  test('is not looked for while the rollout makes progress, and soon after it has made the last', async () => {
    const at: number[] = []
    const steps = Array.from({length: 100}, (_, index): Step => [4_000, {updated: index + 1}])
    await watch({
      from: {...rolling, wanted: 200, current: 200, updated: 0, available: 200},
      steps,
      troubles: (now) => {
        at.push(now)
        return []
      },
      stopAfterMs: 420_000,
    })
    expect(at).toEqual([2_000, 408_000, 413_000, 418_000])
  })

  test('is looked for once when the rollout fails before its first look', async () => {
    const {end, looks} = await watch({
      steps: [[10, {observedGeneration: 2, conditions: gaveUp}]],
      troubles: () => [pull],
    })
    expect(looks).toBe(1)
    expect(end?.reason).toMatch(/^ImagePullBackOff: .*; the rollout exceeded its progress deadline$/)
  })

  test.each([
    {lasts: 40_000, is: 'CrashLoopBackOff (pod web-2, container app); ', because: 'it is the latest'},
    {lasts: 0, is: `${pulled}; `, because: 'it may come back between two looks'},
    {lasts: -30_000, is: '', because: 'it recovered long ago'},
  ])('is the latest trouble, "$is", when $because', async ({lasts, is}) => {
    const crashed = {...pull, reason: 'CrashLoopBackOff', message: ''}
    const {end} = await watch({
      from: rolling,
      timeoutMs: 2 * minute,
      troubles: (now) => (now < minute + Math.min(0, lasts) ? [pull] : now < minute + lasts ? [crashed] : []),
    })
    expect(end?.reason).toBe(`${is}no progress for 2m (--timeout): 1 of 3 pods updated`)
  })

  test.each([true, false])(
    'ends the wait at once where it does not recover, if that is wanted: %j',
    async (failFast) => {
      const {end, tookMs, said} = await watch({
        failFast,
        from: rolling,
        timeoutMs: minute,
        steps: [[500, {observedGeneration: 2, updated: 1, available: 2}]],
        troubles: (now) => [now < 6_000 ? {...pull, reason: 'ErrImagePull', lasting: false} : pull],
      })
      expect(said.at(-1)).toBe(`7000 ${pulled}`)
      expect(end?.outcome).toBe('failed')
      expect(end?.reason).toBe(
        failFast
          ? `${pulled}; given up at once (--fail-fast): 1 of 3 pods updated`
          : `${pulled}; no progress for 1m (--timeout): 1 of 3 pods updated`,
      )
      expect(tookMs).toBe(failFast ? 7_000 : minute)
    },
  )

  test('is told of once when it is a crash, so that its log tail is read', async () => {
    const {crashes} = await watch({
      from: rolling,
      timeoutMs: minute,
      troubles: (now) => (now < 20_000 ? [pull] : [crash]),
    })
    expect(crashes).toEqual(['22000 web-3'])
  })

  test('is no refusal that is over', async () => {
    const over = [{type: 'ReplicaFailure', status: 'False', reason: 'FailedCreate', message: 'exceeded quota'}]
    const {end} = await watch({steps: [[500, {observedGeneration: 2, conditions: [...over, ...gaveUp]}]]})
    expect(end?.reason).toBe('the rollout exceeded its progress deadline')
  })

  test('is a refusal to create pods, which no pod can tell', async () => {
    const quota = [
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message: 'pods "web-3" is forbidden: exceeded quota',
      },
    ]
    const {end, said} = await watch({
      steps: [
        [500, {observedGeneration: 2, updated: 0, conditions: quota}],
        [500, {conditions: [...quota, ...gaveUp]}],
      ],
    })
    expect(said).toContain('500 FailedCreate: pods "web-3" is forbidden: exceeded quota')
    expect(end?.reason).toBe(
      'FailedCreate: pods "web-3" is forbidden: exceeded quota; the rollout exceeded its progress deadline',
    )
  })

  test('stays unknown without permission to read pods, and says so; it is asked for once', async () => {
    const {end, looks} = await watch({
      from: rolling,
      timeoutMs: minute,
      troubles: () => {
        throw new HubspokeError('forbidden', 'No.')
      },
    })
    expect(end?.reason).toBe('no progress for 1m (--timeout): 1 of 3 pods updated; reason unknown: may not read pods')
    expect(looks).toBe(1)
  })

  test('is not unknown any more after a look that found nothing', async () => {
    const {end} = await watch({
      from: rolling,
      timeoutMs: minute,
      troubles: (now) => {
        if (now < 30_000) throw new HubspokeError('unreachable', 'Cannot reach it.')
        return []
      },
    })
    expect(end?.reason).toBe('no progress for 1m (--timeout): 1 of 3 pods updated')
  })

  test('is looked for again after a look that failed', async () => {
    const {end} = await watch({
      from: rolling,
      timeoutMs: minute,
      troubles: (now) => {
        if (now < 30_000) throw new HubspokeError('unreachable', 'Cannot reach it.')
        return [pull]
      },
    })
    expect(end?.reason).toMatch(/^ImagePullBackOff/)
  })
})

describe('a watch that says nothing', () => {
  test.each<{unseen: Partial<WorkloadState> | 'deleted'; outcome: string; reason: string}>([
    {unseen: {observedGeneration: 2, updated: 3}, outcome: 'succeeded', reason: '3 new pods available'},
    {unseen: 'deleted', outcome: 'skipped', reason: 'deleted while it was rolling out'},
    {unseen: {uid: 'another'}, outcome: 'skipped', reason: 'deleted while it was rolling out'},
  ])('is no failure: the workload is read before it would fail, and $outcome', async ({unseen, ...end}) => {
    const watched = await watch({timeoutMs: 1_000, unseen})
    expect(watched.end).toMatchObject(end)
    expect(watched.tookMs).toBe(1_000)
  })

  test('nor is it the end when the read shows progress', async () => {
    const {end, tookMs} = await watch({timeoutMs: 1_000, unseen: {observedGeneration: 2, updated: 2, available: 2}})
    expect(end).toMatchObject({outcome: 'failed', failure: {class: 'timeout'}})
    expect(tookMs).toBe(2_000)
  })
})

describe('an end that is no verdict', () => {
  test('deleted while watched: nobody has to look', async () => {
    const {end, feedClosed} = await watch({
      steps: [
        [1_000, {observedGeneration: 2, updated: 1}],
        [1_000, 'deleted'],
      ],
    })
    expect(end).toEqual({outcome: 'skipped', reason: 'deleted while it was rolling out'})
    expect(feedClosed).toBe(1)
  })

  test('a stop ends the watch at once, without a verdict', async () => {
    const {end, tookMs, feedClosed} = await watch({stopAfterMs: 3_000})
    expect([end, tookMs, feedClosed]).toEqual([undefined, 3_000, 1])
  })

  const rolloutOver = (next: (signal: AbortSignal) => Promise<never>, onClose: () => void = () => undefined) => ({
    target: targetOf(),
    feed: {next, close: onClose},
    from: workloadState({generation: 2}),
    state: workloadState({generation: 2}),
    timeoutMs: undefined,
    clock: createVirtualClock({autoAdvance: true, loopback: false}),
    isTakenBack: () => false,
    failFast: false,
    read: async () => workloadState({generation: 2}),
    podTroubles: async () => [],
  })
  const deaf = {onProgress: () => undefined, onTrouble: () => undefined}

  test.each<{feed: string; next: (signal: AbortSignal) => Promise<never>}>([
    {feed: 'does not answer', next: () => new Promise(() => undefined)},
    {
      feed: 'fails at once',
      next: (signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    },
  ])('a stop ends the watch also when the feed $feed', async ({next}) => {
    const stop = new AbortController()
    const ending = awaitRollout(rolloutOver(next), {signal: stop.signal, ...deaf})
    stop.abort()
    expect(await ending).toBeUndefined()
  })

  test('a watch that breaks rejects, and the feed is closed', async () => {
    let closed = 0
    const breaks = async () => Promise.reject(new HubspokeError('unreachable', 'Cannot reach it.'))
    const rollout = rolloutOver(breaks, () => {
      closed += 1
    })
    const ending = awaitRollout(rollout, {signal: new AbortController().signal, ...deaf})
    await expect(ending).rejects.toThrow('Cannot reach it.')
    expect(closed).toBe(1)
  })
})

describe('a template that is changed back', () => {
  const flux: Owner = {tool: 'flux', kind: 'Kustomization', namespace: 'flux-system', name: 'apps'}
  const ours = {manager: 'hubspoke', at: '2026-11-24T10:00:00Z'}
  const theirs = {manager: 'kustomize-controller', at: '2026-11-24T10:00:03Z'}
  const earlier = {...theirs, at: '2026-11-24T09:00:00Z'}
  const done = {observedGeneration: 2, updated: 3, available: 3}
  const back = {generation: 3, restartedAt: undefined}
  const rollingOut = {updated: 0, templateWriters: [earlier, ours]}

  test.each<{has: Partial<WorkloadState>; later?: Partial<WorkloadState>; by: string; because: string}>([
    {
      has: {owner: flux},
      later: {templateWriters: [theirs]},
      by: '"kustomize-controller" (Flux Kustomization flux-system/apps)',
      because: 'its note is new, and who owns it is known',
    },
    {has: {owner: flux}, by: 'Flux Kustomization flux-system/apps', because: 'removing leaves no note'},
    {has: {}, later: {templateWriters: [ours, theirs]}, by: '"kustomize-controller"', because: 'its note is new'},
    {has: {}, later: {templateWriters: [earlier]}, by: 'another client', because: 'an older note proves nothing'},
  ])('while it rolls out has failed at once, by $by: $because', async ({has, later = {}, by}) => {
    const {end, tookMs, feedClosed} = await watch({
      from: {...rollingOut, ...has},
      steps: [[3_000, {...back, ...later}]],
    })
    const message = `its pod template was changed back by ${by}`
    expect(end).toMatchObject({outcome: 'failed', reason: message, failure: {class: 'reverted', message}})
    expect(end?.failure?.suggestions).toEqual([
      'kubectl --context eu-1 -n shop get deployment/web -o yaml --show-managed-fields',
    ])
    expect([tookMs, feedClosed]).toEqual([3_000, 1])
  })

  test('is one that the write itself did not get through', async () => {
    const {end} = await watch({from: {restartedAt: undefined}})
    expect(end).toMatchObject({outcome: 'failed', failure: {class: 'reverted'}})
  })

  test('within ten seconds after the rollout of an owned target has failed, too', async () => {
    const {end, rolledOutAt, tookMs, said, feedClosed, sleepers} = await watch({
      from: {...rollingOut, owner: flux},
      steps: [
        [2_000, done],
        [9_000, {...back, templateWriters: [theirs]}],
      ],
    })
    expect(end).toMatchObject({outcome: 'failed', failure: {class: 'reverted'}})
    expect([rolledOutAt, tookMs, feedClosed, sleepers.left]).toEqual([2_000, 11_000, 1, 0])
    expect(said.at(-1)).toBe('2000 watched 10s longer: Flux Kustomization flux-system/apps owns it')
  })

  test('is seen although it came together with the end of the rollout', async () => {
    const {end} = await watch({
      from: {...rollingOut, owner: flux},
      steps: [
        [2_000, done],
        [0, back],
      ],
    })
    expect(end).toMatchObject({outcome: 'failed', failure: {class: 'reverted'}})
  })

  test.each<{owner: Owner | undefined; rolledOut: number; ended: number; because: string}>([
    {owner: flux, rolledOut: 2_000, ended: 12_000, because: 'it looks again and again'},
    {owner: {...flux, tool: 'argo-cd'}, rolledOut: 2_000, ended: 12_000, because: 'it looks again and again'},
    {owner: {...flux, tool: 'controller'}, rolledOut: 2_000, ended: 12_000, because: 'it looks again and again'},
    {owner: {...flux, tool: 'helm'}, rolledOut: 2_000, ended: 2_000, because: 'it acts only when somebody runs it'},
    {owner: undefined, rolledOut: 2_000, ended: 2_000, because: 'nobody is there'},
  ])('is waited for $ended ms: $owner.tool, $because', async ({owner, rolledOut, ended}) => {
    const {end, rolledOutAt, tookMs} = await watch({from: {...rollingOut, owner}, steps: [[2_000, done]]})
    expect(end).toEqual({outcome: 'succeeded', reason: '3 new pods available'})
    expect([rolledOutAt, tookMs]).toEqual([rolledOut, ended])
  })

  test.each(['gardener', 'karmada', 'olm', 'kapp', 'config-sync', 'rancher', 'crossplane'] as const)(
    'may come later than ten seconds where %s owns it, and the reason says so',
    async (tool) => {
      const owner: Owner = {tool, kind: 'Thing', namespace: null, name: 'x'}
      const {end, tookMs} = await watch({from: {...rollingOut, owner}, steps: [[2_000, done]]})
      expect(end?.reason).toMatch(/^3 new pods available; .*Thing x may put it back later$/)
      expect(tookMs).toBe(12_000)
    },
  )

  test.each<{what: string; story: Story}>([
    {what: 'a stop', story: {stopAfterMs: 5_000}},
    {
      what: 'its deletion',
      story: {
        steps: [
          [2_000, done],
          [3_000, 'deleted'],
        ],
      },
    },
  ])('is waited for no longer after $what: the rollout was seen to its end', async ({story}) => {
    const {end, tookMs} = await watch({from: {...rollingOut, owner: flux}, steps: [[2_000, done]], ...story})
    expect([end?.outcome, tookMs]).toEqual(['succeeded', 5_000])
  })
})
