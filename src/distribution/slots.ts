import pLimit, {type LimitFunction} from 'p-limit'

export interface SlotCounts {
  /** Spokes at once, over all clusters. */
  readonly concurrency: number
  /** Spokes at once in one cluster. */
  readonly concurrencyPerCluster: number
}

/** Runs `task` while it holds a slot of its cluster and one of the run. */
export type InSlots = <T>(clusterUid: string, task: () => Promise<T>) => Promise<T>

/**
 * The cluster's slot is taken first and the run's inside it: who waits for the run's slot holds nothing that anybody
 * inside needs, so there is no deadlock, and a slow cluster fills its own slots only.
 *
 * @throws TypeError when a count is below 1: a caller's bug
 */
export function createSlots({concurrency, concurrencyPerCluster}: SlotCounts): InSlots {
  const run = pLimit(concurrency)
  const clusters = new Map<string, LimitFunction>()
  const ofCluster = (uid: string) => {
    const known = clusters.get(uid) ?? pLimit(concurrencyPerCluster)
    clusters.set(uid, known)
    return known
  }
  return (clusterUid, task) => ofCluster(clusterUid)(() => run(task))
}
