import type {WorkloadFeed, Workloads} from '../../kube/ports/workloads.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Target} from '../../model/target.ts'
import type {ClusterCheck} from './cluster-check.ts'

/**
 * The workloads of the cluster that a target is in. Before the first write, and whenever the target turns out to be missing,
 * the cluster is asked whether it is still the same: what is missing in another one is not gone.
 */
export function checkedWorkloads(
  workloads: Workloads,
  {clusterUid, context, uid}: Pick<Target, 'clusterUid' | 'context' | 'uid'>,
  check: ClusterCheck,
): Workloads {
  const place = {clusterUid, context}
  return {
    ...workloads,
    async read(workload, signal) {
      const state = await workloads.read(workload, signal)
      if (state?.uid !== uid) await check.now(place, signal)
      return state
    },
    async restart(workload, write, signal) {
      await check.once(place, signal)
      try {
        return await workloads.restart(workload, write, signal)
      } catch (error) {
        if (error instanceof HubspokeError && error.failureClass === 'not-found') await check.now(place, signal)
        throw error
      }
    },
    async follow(workload, signal): Promise<WorkloadFeed> {
      const feed = await workloads.follow(workload, signal)
      return {
        async next(either) {
          const news = await feed.next(either)
          if (news === 'deleted') await check.now(place, either)
          return news
        },
        close: () => feed.close(),
      }
    },
  }
}
