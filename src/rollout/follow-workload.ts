import type {WorkloadFeed, Workloads} from '../kube/ports/workloads.ts'
import type {WorkloadIdentity, WorkloadState} from '../model/workload.ts'

/** A watch of a workload, and its newest known state. */
export interface FollowedWorkload {
  readonly feed: WorkloadFeed
  readonly state: WorkloadState
}

/**
 * Follows a workload and reads its present state: every later change is delivered. `gone`: it was deleted, or another one has
 * its name. Undefined: the signal was aborted first. Rejects with a `HubspokeError`; no watch is left then.
 */
export async function followWorkload(
  workloads: Pick<Workloads, 'follow' | 'read'>,
  workload: WorkloadIdentity,
  signal: AbortSignal,
): Promise<FollowedWorkload | 'gone' | undefined> {
  let feed: WorkloadFeed | undefined
  try {
    feed = await workloads.follow(workload, signal)
    const state = await workloads.read(workload, signal)
    if (state !== undefined && state.uid === workload.uid) return {feed, state}
    feed.close()
    return 'gone'
  } catch (error) {
    feed?.close()
    if (signal.aborted) return undefined
    throw error
  }
}
