import type {PodTrouble, WorkloadFeed, Workloads} from '../../kube/ports/workloads.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Target} from '../../model/target.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {awaitRollout} from '../rollout/await-rollout.ts'
import type {Rollout} from '../rollout/rollout.ts'
import {isDeadlineExceeded} from '../rollout/rollout-status.ts'
import type {Attempt, Settled, Watch, Written} from '../spoke.ts'
import {annotationsBefore, type RestartSnapshot} from './restart-snapshot.ts'
import {decideUndo} from './undo-decision.ts'

export interface RestartToUndo extends Pick<Rollout, 'target' | 'timeoutMs' | 'clock' | 'failFast'> {
  readonly workloads: Workloads
  /** The stamp of the run: without it, there is nothing of this run to undo. */
  readonly restartedAt: string
  /** Undefined: nobody knows what it was. */
  readonly before: RestartSnapshot | undefined
}

/**
 * Puts the stamp of a failed restart back to what it was: the pod template is that of the revision before again, and its
 * controller goes back to it. To be asked again after a failure: it looks before it writes.
 */
export function undoRestart(restart: RestartToUndo): (attempt: Attempt) => Promise<Settled | Written> {
  const sent = {maybe: false}
  return async (attempt) => {
    const {workloads, target} = restart
    const decision = decideUndo(restart, await workloads.read(target, attempt.signal), sent.maybe)
    if (decision.todo === 'nothing') return decision.end
    const feed = await workloads.follow(target, attempt.signal)
    try {
      if (decision.todo === 'watch') return watched(restart, decision.state, feed)
      const {before, state} = decision
      await attempt.writing()
      sent.maybe = true
      const write = {
        restartedAt: before.restartedAt,
        resourceVersion: state.resourceVersion,
        generation: state.generation,
        annotations: annotationsBefore(before, state),
        dryRun: false,
      }
      const accepted = await workloads.restart(target, write, attempt.signal)
      if (accepted === undefined) throw new HubspokeError('conflict', 'It was deleted while it was looked at.')
      return watched(restart, accepted, feed)
    } catch (error) {
      feed.close()
      throw error
    }
  }
}

function watched(restart: RestartToUndo, from: WorkloadState, feed: WorkloadFeed): Written {
  return {outcome: 'written', settle: (watch) => watchUndo(restart, from, feed, watch)}
}

async function watchUndo(
  restart: RestartToUndo,
  from: WorkloadState,
  feed: WorkloadFeed,
  watch: Watch,
): Promise<Settled | undefined> {
  const {target, workloads, restartedAt, failFast} = restart
  const forget = forgetDeadline()
  const forgetIn = (news: WorkloadState | 'deleted') => (news === 'deleted' ? news : forget(news))
  const stuck = lookForStuckPods()
  const rollout: Rollout = {
    ...restart,
    feed: {next: async (signal) => forgetIn(await feed.next(signal)), close: () => feed.close()},
    from: forget(from),
    isTakenBack: (state) => state.restartedAt === restartedAt,
    failFast: true,
    async podTroubles(state, signal) {
      const troubles = stuck.judged(await workloads.podTroubles(state, signal))
      return troubles.map((one) => (one.blocks === true || failFast ? one : {...one, lasting: false}))
    },
  }
  const end = await awaitRollout(rollout, watch)
  const settled = end?.outcome === 'post-rollout-watch' ? await end.settle() : end
  return settled && judge(target, settled, stuck.pods())
}

function judge(target: Target, settled: Settled, stuck: readonly string[]): Settled {
  if (settled.outcome === 'succeeded') return {outcome: 'succeeded', reason: 'back to the revision before'}
  if (settled.failure === undefined) return settled
  if (settled.failure.class !== 'reverted' && stuck.length > 0) {
    const [pods, them] = stuck.length === 1 ? ['pod', 'it is'] : ['pods', 'they are']
    const reason = `its template is as before, and its controller waits for ${pods} ${stuck.join(', ')} of the failed revision until ${them} deleted`
    const suggestions = [kubectlCommand(target, 'delete', 'pod', ...stuck)]
    return {outcome: 'failed', reason, failure: {...settled.failure, message: reason, suggestions}}
  }
  return {...settled, reason: `its template is as before, and it is not healthy: ${settled.reason}`}
}

/** A pod that stands in the way at two looks one after the other does so for good; the first look may come too early. */
function lookForStuckPods() {
  let before: readonly string[] = []
  let pods: readonly string[] = []
  return {
    pods: () => pods,
    /** Marks as lasting what keeps the controller from going on. */
    judged(troubles: readonly PodTrouble[]): readonly PodTrouble[] {
      const now = troubles.filter(({blocks}) => blocks === true).map(({pod}) => pod)
      pods = now.filter((pod) => before.includes(pod))
      before = now
      return troubles.map((one) => (one.blocks === true ? {...one, lasting: pods.includes(one.pod)} : one))
    },
  }
}

/**
 * Takes the word of the controller that it has given up out of every state until it has been without it once: it stays
 * from the failed rollout until the first pod of the revision before is new.
 */
function forgetDeadline() {
  let isOld = true
  return (state: WorkloadState): WorkloadState => {
    if (!isOld) return state
    isOld = state.conditions.some(isDeadlineExceeded)
    return isOld ? {...state, conditions: state.conditions.filter((one) => !isDeadlineExceeded(one))} : state
  }
}
