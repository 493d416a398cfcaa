import type {PostRolloutWatch, Receipt, Settled, Spoke, Watch, Written} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {awaitRollout} from '../../rollout/await-rollout.ts'
import {type FollowedWorkload, followWorkload} from '../../rollout/follow-workload.ts'
import {recheckRollout} from '../../rollout/recheck-rollout.ts'
import type {ChangeKind, Rollout} from '../../rollout/rollout.ts'
import type {VerbEnv} from '../verb.ts'
import type {ChangeReceipt} from './change-receipt.ts'

/** How one kind of change is watched. */
export interface WatchedChange<R extends ChangeReceipt> {
  /** @throws Error for the receipt of another verb: a bug of the caller */
  read(receipt: Receipt): R
  /** What was going on when it was deleted: `rolling out`. */
  readonly doing: string
  /** Has another client changed back what was written? */
  isTakenBack(target: WorkloadTarget, receipt: R): Rollout['isTakenBack']
  /** Undefined: a new pod template. */
  kind(receipt: R): ChangeKind | undefined
  /** The end in the words of the verb, without the remark. */
  worded(end: Settled, receipt: R): Settled
  /** Default: as every other change. */
  watchRevert?(rollout: Rollout, watch: Watch): Promise<Settled | undefined>
}

/** A write that was accepted, and the state from which it is watched. */
export interface AcceptedWrite extends Pick<Written, 'receipt' | 'found'> {
  readonly state: WorkloadState
}

/** Watches changes of workloads to their ends, from their receipts alone. */
export interface ChangeWatch extends Required<Pick<Spoke<WorkloadTarget>, 'settle' | 'recheck'>> {
  /**
   * Follows the workload from before the write on, so that a rollout of milliseconds is not missed. The watch is kept for the
   * `settle` that comes next, and closed where nothing was accepted.
   *
   * @param work writes, or ends the target
   */
  whileFollowed(
    target: WorkloadTarget,
    attempt: {readonly signal: AbortSignal; readonly isWaitedFor: boolean},
    work: () => Promise<Settled | AcceptedWrite>,
  ): Promise<Settled | Written>
}

export function createChangeWatch<R extends ChangeReceipt>(change: WatchedChange<R>, env: VerbEnv): ChangeWatch {
  const kept = new Map<string, FollowedWorkload>()
  const follow = (target: WorkloadTarget, signal: AbortSignal) => {
    const followed = kept.get(target.key)
    kept.delete(target.key)
    return followed ?? followWorkload(env.workloads(target), target, signal)
  }
  const watchedOf = (target: WorkloadTarget, receipt: R) => {
    const workloads = env.workloads(target)
    const kind = change.kind(receipt)
    return {
      ...{target, from: receipt, isTakenBack: change.isTakenBack(target, receipt), ...(kind && {kind})},
      read: (signal: AbortSignal) => workloads.read(target, signal),
      podTroubles: (state: WorkloadState, signal: AbortSignal) => workloads.podTroubles(state, signal),
    }
  }
  return {
    async whileFollowed(target, {signal, isWaitedFor}, work) {
      const feed = isWaitedFor ? await env.workloads(target).follow(target, signal) : undefined
      try {
        const end = await work()
        if ('outcome' in end) {
          feed?.close()
          return end
        }
        const {state, receipt, found} = end
        if (feed) kept.set(target.key, {feed, state})
        return {outcome: 'written', receipt, ...(found && {found})}
      } catch (error) {
        feed?.close()
        throw error
      }
    },
    async settle(target, data, watch) {
      const receipt = change.read(data)
      const worded = (end: Settled) => withRemark(change.worded(end, receipt), receipt)
      if (!env.options.wait && !receipt.reverts) {
        return worded({outcome: 'succeeded', reason: 'accepted, not waited for'})
      }
      const followed = await follow(target, watch.signal)
      if (followed === undefined) return undefined
      if (followed === 'gone') return {outcome: 'skipped', reason: `deleted while it was ${change.doing}`}
      const rollout = {...watchedOf(target, receipt), ...followed, ...crashReader(target, env), ...timesOf(env)}
      if (receipt.reverts) {
        const end = await (change.watchRevert ?? watchToEnd)(rollout, watch)
        return end && worded(end)
      }
      const end = await awaitRollout(rollout, watch)
      return end?.outcome === 'post-rollout-watch'
        ? {...end, settle: async () => worded(await end.settle())}
        : end && worded(end)
    },
    recheck: (target, data, signal) => recheckRollout(watchedOf(target, change.read(data)), signal),
  }
}

async function watchToEnd(rollout: Rollout, watch: Watch): Promise<Settled | undefined> {
  const end: Settled | PostRolloutWatch | undefined = await awaitRollout(rollout, watch)
  return end?.outcome === 'post-rollout-watch' ? end.settle() : end
}

function timesOf({options: {timeoutMs, failFast}, clock}: VerbEnv): Pick<Rollout, 'timeoutMs' | 'failFast' | 'clock'> {
  return {timeoutMs, failFast, clock}
}

/** Reads the log tail of a container that crashed. */
function crashReader(target: WorkloadTarget, {workloads: of, onLogTail}: VerbEnv): Pick<Rollout, 'onCrash'> {
  if (onLogTail === undefined) return {}
  return {
    async onCrash(trouble, signal) {
      const {pod, container = ''} = trouble
      const lines = await of(target).logTail(target.namespace, trouble, signal)
      if (lines?.length) onLogTail(target, {pod, container, lines})
    },
  }
}

function withRemark(end: Settled, {remark}: ChangeReceipt): Settled {
  return end.outcome === 'succeeded' && remark !== null ? {...end, reason: `${end.reason}; ${remark}`} : end
}
