import type {WorkloadFeed, Workloads} from '../../kube/ports/workloads.ts'
import type {ClusterCheck} from '../../lease/cluster-check.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadIdentity, WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'

/**
 * How often a workload must be found missing, each time in the cluster that was planned: behind an address that leads to
 * several clusters, one answer may be of one of them and the next of another.
 */
const looksForMissing = 3

/** After so many deletions that a watch reported wrongly, its answers are not used. */
const falseDeletions = 3

/**
 * The workloads of the cluster that a target is in. Before the first write, and whenever the target turns out to be missing,
 * the cluster is asked whether it is still the same: what is missing in another one is not gone. Nor is what only one answer
 * says is missing: it is looked for again, and what is still there is not gone.
 */
export function checkedWorkloads(
  workloads: Workloads,
  {clusterUid, context, uid}: Pick<WorkloadTarget, 'clusterUid' | 'context' | 'uid'>,
  check: ClusterCheck,
): Workloads {
  const place = {clusterUid, context}

  /** A workload that one answer has said is missing: the workload, if it is there after all. */
  async function lookAgain(workload: WorkloadIdentity, signal: AbortSignal): Promise<WorkloadState | undefined> {
    for (let look = 1; look < looksForMissing; look++) {
      await check.now(place, signal)
      const state = await workloads.read(workload, signal)
      if (state !== undefined) return state
    }
    await check.now(place, signal)
    return undefined
  }

  /** The feed of a workload, in which a deletion is one. */
  function checkedFeed(workload: WorkloadIdentity, first: WorkloadFeed): WorkloadFeed {
    let feed = first
    let deletions = 0
    return {
      async next(signal) {
        const news = await feed.next(signal)
        if (news !== 'deleted') return news
        const state = await lookAgain(workload, signal)
        if (state === undefined || state.uid !== uid) return 'deleted'
        deletions += 1
        if (deletions >= falseDeletions) throw contradiction('A watch said that the workload was deleted')
        feed.close()
        feed = await workloads.follow(workload, signal)
        return state
      },
      close: () => feed.close(),
    }
  }

  /** A write that was answered with "not found" was made to nothing: is the workload really missing? */
  async function confirmMissing(workload: WorkloadIdentity, signal: AbortSignal): Promise<undefined> {
    const state = await lookAgain(workload, signal)
    if (state === undefined || state.uid !== uid) return undefined
    throw contradiction('The write was answered with "not found"')
  }

  return {
    ...workloads,
    async read(workload, signal) {
      const state = await workloads.read(workload, signal)
      if (state === undefined) return lookAgain(workload, signal)
      if (state.uid !== uid) await check.now(place, signal)
      return state
    },
    async patchTemplate(workload, write, signal) {
      await check.once(place, signal)
      return (await workloads.patchTemplate(workload, write, signal)) ?? confirmMissing(workload, signal)
    },
    async scale(workload, write, signal) {
      await check.once(place, signal)
      return (await workloads.scale(workload, write, signal)) ?? confirmMissing(workload, signal)
    },
    async follow(workload, signal) {
      return checkedFeed(workload, await workloads.follow(workload, signal))
    },
  }
}

/** Two answers of one server of which only one can be true. Whether a write was carried out is not known then. */
function contradiction(said: string): HubspokeError {
  return new HubspokeError('server-error', `${said}, and the workload is there.`)
}
