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
 * inside needs, so there is no deadlock. A slot of the run that becomes free goes to the cluster that holds the fewest, so
 * a slow cluster delays only its own, also where it alone could fill the run's slots.
 *
 * @throws TypeError when a count is below 1: a caller's bug
 */
export function createSlots({concurrency, concurrencyPerCluster}: SlotCounts): InSlots {
  const inRun = createFairSlots(concurrency)
  const clusters = new Map<string, LimitFunction>()
  const ofCluster = (uid: string) => {
    const known = clusters.get(uid) ?? pLimit(concurrencyPerCluster)
    clusters.set(uid, known)
    return known
  }
  return (clusterUid, task) => ofCluster(clusterUid)(() => inRun(clusterUid, task))
}

interface Waiting {
  readonly clusterUid: string
  start(): void
}

function createFairSlots(count: number): InSlots {
  if (!Number.isInteger(count) || count < 1) throw new TypeError(`a run has 1 slot or more, got ${count}`)
  const held = new Map<string, number>()
  /** In the order in which they came. */
  const waiting: Waiting[] = []
  let free = count

  const holds = (clusterUid: string) => held.get(clusterUid) ?? 0
  const withFewer = (best: Waiting | undefined, one: Waiting) =>
    best !== undefined && holds(best.clusterUid) <= holds(one.clusterUid) ? best : one
  const take = (clusterUid: string) => {
    free -= 1
    held.set(clusterUid, holds(clusterUid) + 1)
  }
  const giveBack = (clusterUid: string) => {
    free += 1
    held.set(clusterUid, holds(clusterUid) - 1)
    const next = waiting.reduce<Waiting | undefined>(withFewer, undefined)
    if (next === undefined) return
    waiting.splice(waiting.indexOf(next), 1)
    take(next.clusterUid)
    next.start()
  }

  return async (clusterUid, task) => {
    if (free > 0) take(clusterUid)
    else await new Promise<void>((start) => waiting.push({clusterUid, start}))
    try {
      return await task()
    } finally {
      giveBack(clusterUid)
    }
  }
}
