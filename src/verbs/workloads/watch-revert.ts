import type {PodTrouble} from '../../kube/ports/workloads.ts'
import type {Settled, Watch} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {awaitRollout} from '../../rollout/await-rollout.ts'
import type {Rollout} from '../../rollout/rollout.ts'
import {isDeadlineExceeded} from '../../rollout/rollout-status.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'

/**
 * Watches a revert to its end: `succeeded` means that the revision before is rolled out again. What the controller said about
 * the failed rollout does not count, and pods of the failed revision that block it are named.
 *
 * @param rollout of the revert; `isTakenBack` says whether the change has been applied again
 */
export async function watchRevert(rollout: Rollout, watch: Watch): Promise<Settled | undefined> {
  const {feed, failFast} = rollout
  const ignore = ignoreDeadline()
  const stuck = lookForStuckPods()
  const end = await awaitRollout(
    {
      ...rollout,
      feed: {
        async next(signal) {
          const news = await feed.next(signal)
          return news === 'deleted' ? news : ignore(news)
        },
        close: () => feed.close(),
      },
      state: ignore(rollout.state),
      failFast: true,
      async podTroubles(state, signal) {
        const troubles = stuck.judged(await rollout.podTroubles(state, signal))
        return troubles.map((one) => (one.blocks === true || failFast ? one : {...one, lasting: false}))
      },
    },
    watch,
  )
  const settled = end?.outcome === 'post-rollout-watch' ? await end.settle() : end
  return settled && judge(rollout.target, settled, stuck.pods())
}

function judge(target: WorkloadTarget, settled: Settled, stuck: readonly string[]): Settled {
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

/** A pod that blocks the rollout at two checks in a row does so for good; the first check may come too early. */
function lookForStuckPods() {
  let before: readonly string[] = []
  let pods: readonly string[] = []
  return {
    pods: () => pods,
    /** Marks as lasting what blocks the controller. */
    judged(troubles: readonly PodTrouble[]): readonly PodTrouble[] {
      const now = troubles.filter(({blocks}) => blocks === true).map(({pod}) => pod)
      pods = now.filter((pod) => before.includes(pod))
      before = now
      return troubles.map((one) => (one.blocks === true ? {...one, lasting: pods.includes(one.pod)} : one))
    },
  }
}

/**
 * Removes the condition that the progress deadline was exceeded from every state, until a state came without it: the
 * condition of the failed rollout remains until the first pod of the restored revision is new.
 */
function ignoreDeadline() {
  let isOld = true
  return (state: WorkloadState): WorkloadState => {
    if (!isOld) return state
    isOld = state.conditions.some(isDeadlineExceeded)
    return isOld ? {...state, conditions: state.conditions.filter((one) => !isDeadlineExceeded(one))} : state
  }
}
