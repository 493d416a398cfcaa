import type {Health, PostRolloutWatch, Settled, Spoke} from '../../model/spoke.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {awaitRollout} from '../../rollout/await-rollout.ts'
import {type FollowedWorkload, followWorkload} from '../../rollout/follow-workload.ts'
import {recheckRollout} from '../../rollout/recheck-rollout.ts'
import type {Rollout} from '../../rollout/rollout.ts'
import type {VerbEnv} from '../verb.ts'
import {readTemplateReceipt, type TemplateReceipt} from './template-receipt.ts'
import {readSnapshot} from './template-snapshot.ts'
import {watchRevert} from './watch-revert.ts'

/** Watches changes of pod templates to their ends, from their receipts alone. */
export interface RolloutWatch extends Required<Pick<Spoke<WorkloadTarget>, 'settle' | 'recheck'>> {
  /** Keeps the watch that was opened before the write, for the `settle` that follows it: it saves a read. */
  hand(target: WorkloadTarget, followed: FollowedWorkload): void
}

/** Was the annotation of a workload written by another client after this run's? */
export type IsAfterOurs = (workloadUid: string, restartedAt: string | undefined, before?: string | null) => boolean

export function createRolloutWatch(env: VerbEnv, isAfterOurs: IsAfterOurs): RolloutWatch {
  const handed = new Map<string, FollowedWorkload>()
  const take = (target: WorkloadTarget): FollowedWorkload | undefined => {
    const followed = handed.get(target.key)
    handed.delete(target.key)
    return followed
  }
  /** Has another client changed back what was written? */
  const isTakenBack = ({uid}: WorkloadTarget, {reverts, snapshot}: TemplateReceipt): Rollout['isTakenBack'] => {
    if (reverts) return ({restartedAt}) => restartedAt === env.mark
    const before = readSnapshot(snapshot)
    return ({restartedAt, images}) =>
      (restartedAt !== env.mark && !isAfterOurs(uid, restartedAt, before?.restartedAt)) ||
      images.some(({container, image}) => before?.images.get(container) === image)
  }

  return {
    hand: (target, followed) => void handed.set(target.key, followed),
    async settle(target, data, watch) {
      const receipt = readTemplateReceipt(data)
      if (!env.options.wait && !receipt.reverts) return acceptedOnly(receipt)
      const followed = take(target) ?? (await followWorkload(env.workloads(target), target, watch.signal))
      if (followed === undefined) return undefined
      if (followed === 'gone') return {outcome: 'skipped', reason: 'deleted while it was rolling out'}
      const rollout = rolloutOf(target, receipt, followed, env, isTakenBack(target, receipt))
      if (receipt.reverts) return watchRevert(rollout, watch)
      return withRemark(await awaitRollout(rollout, watch), receipt.remark)
    },
    recheck(target, data, signal): Promise<Health> {
      const receipt = readTemplateReceipt(data)
      const workloads = env.workloads(target)
      return recheckRollout(
        {
          target,
          from: receipt,
          isTakenBack: isTakenBack(target, receipt),
          read: (limited) => workloads.read(target, limited),
          podTroubles: (state, limited) => workloads.podTroubles(state, limited),
        },
        signal,
      )
    },
  }
}

function acceptedOnly({remark}: TemplateReceipt): Settled {
  return remarked({outcome: 'succeeded', reason: 'accepted, not waited for'}, remark)
}

function rolloutOf(
  target: WorkloadTarget,
  from: TemplateReceipt,
  {feed, state}: FollowedWorkload,
  {workloads: of, options, clock, onLogTail}: VerbEnv,
  isTakenBack: Rollout['isTakenBack'],
): Rollout {
  const workloads = of(target)
  const {timeoutMs, failFast} = options
  return {
    ...{target, feed, from, state, timeoutMs, clock, failFast, isTakenBack},
    read: (signal) => workloads.read(target, signal),
    podTroubles: (seen, signal) => workloads.podTroubles(seen, signal),
    async onCrash(trouble, signal) {
      const {pod, container = ''} = trouble
      const lines = onLogTail && (await workloads.logTail(target.namespace, trouble, signal))
      if (lines?.length) onLogTail?.(target, {pod, container, lines})
    },
  }
}

/** The same end, with a remark in the reason of a success. */
function withRemark(
  end: Settled | PostRolloutWatch | undefined,
  remark: string | null,
): Settled | PostRolloutWatch | undefined {
  if (end === undefined || remark === null) return end
  if (end.outcome !== 'post-rollout-watch') return remarked(end, remark)
  return {...end, settle: async () => remarked(await end.settle(), remark)}
}

function remarked(end: Settled, remark: string | null): Settled {
  return end.outcome === 'succeeded' && remark !== null ? {...end, reason: `${end.reason}; ${remark}`} : end
}
