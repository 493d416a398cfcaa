import type {Health, PostRolloutWatch, Settled, Spoke} from '../../model/spoke.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {awaitRollout} from '../../rollout/await-rollout.ts'
import {type FollowedWorkload, followWorkload} from '../../rollout/follow-workload.ts'
import {recheckRollout} from '../../rollout/recheck-rollout.ts'
import type {Rollout} from '../../rollout/rollout.ts'
import {countOf} from '../../shared/words.ts'
import type {VerbEnv} from '../verb.ts'
import {readScaleReceipt, type ScaleReceipt} from './scale-receipt.ts'
import {isScaledByOthers, scaleChange} from './scale-status.ts'

/** Watches changes of replicas to their ends, from their receipts alone. */
export interface ScaleWatch extends Required<Pick<Spoke<WorkloadTarget>, 'settle' | 'recheck'>> {
  /** Keeps the watch that was opened before the write, for the `settle` that follows it: it saves a read. */
  hand(target: WorkloadTarget, followed: FollowedWorkload): void
}

export function createScaleWatch(env: VerbEnv): ScaleWatch {
  const handed = new Map<string, FollowedWorkload>()
  const take = (target: WorkloadTarget): FollowedWorkload | undefined => {
    const followed = handed.get(target.key)
    handed.delete(target.key)
    return followed
  }
  return {
    hand: (target, followed) => void handed.set(target.key, followed),
    async settle(target, data, watch) {
      const receipt = readScaleReceipt(data)
      if (!env.options.wait && !receipt.reverts) {
        return worded({outcome: 'succeeded', reason: 'accepted, not waited for'}, receipt)
      }
      const followed = take(target) ?? (await followWorkload(env.workloads(target), target, watch.signal))
      if (followed === undefined) return undefined
      if (followed === 'gone') return {outcome: 'skipped', reason: 'deleted while it was scaled'}
      const end = await awaitRollout(rolloutOf(target, receipt, followed, env), watch)
      if (end?.outcome !== 'post-rollout-watch') return end && worded(end, receipt)
      return receipt.reverts ? worded(await end.settle(), receipt) : postRolloutWatch(end, receipt)
    },
    recheck(target, data, signal): Promise<Health> {
      const receipt = readScaleReceipt(data)
      const workloads = env.workloads(target)
      return recheckRollout(
        {
          target,
          from: receipt,
          isTakenBack: isScaledByOthers(receipt),
          kind: scaleChange(receipt),
          read: (limited) => workloads.read(target, limited),
          podTroubles: (state, limited) => workloads.podTroubles(state, limited),
        },
        signal,
      )
    },
  }
}

function postRolloutWatch(end: PostRolloutWatch, receipt: ScaleReceipt): PostRolloutWatch {
  return {...end, settle: async () => worded(await end.settle(), receipt)}
}

/** The end with the change in its reason. */
function worded(settled: Settled, {before, wanted, reverts, remark}: ScaleReceipt): Settled {
  if (settled.outcome === 'succeeded') {
    if (reverts) return {...settled, reason: `back to ${countOf(wanted, 'replica')}`}
    const reason = `scaled from ${before} to ${wanted}: ${settled.reason}`
    return {...settled, reason: remark === null ? reason : `${reason}; ${remark}`}
  }
  if (!reverts || settled.failure === undefined || settled.failure.class === 'reverted') return settled
  return {...settled, reason: `its replicas are as before, and it is not healthy: ${settled.reason}`}
}

function rolloutOf(
  target: WorkloadTarget,
  receipt: ScaleReceipt,
  {feed, state}: FollowedWorkload,
  {workloads: of, options, clock, onLogTail}: VerbEnv,
): Rollout {
  const workloads = of(target)
  const {timeoutMs, failFast} = options
  return {
    ...{target, feed, from: receipt, state, timeoutMs, clock, failFast},
    isTakenBack: isScaledByOthers(receipt),
    kind: scaleChange(receipt),
    read: (signal) => workloads.read(target, signal),
    podTroubles: (seen, signal) => workloads.podTroubles(seen, signal),
    async onCrash(trouble, signal) {
      const {pod, container = ''} = trouble
      const lines = onLogTail && (await workloads.logTail(target.namespace, trouble, signal))
      if (lines?.length) onLogTail?.(target, {pod, container, lines})
    },
  }
}
