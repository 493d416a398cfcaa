import type {Link} from '../../model/cluster.ts'
import {formatDuration} from '../../shared/duration.ts'
import type {ListCost} from '../cache/image-cache.ts'

/** The time per workload that a server and this process need for a list (measured on loopback, on two cores). */
const workloadMs = 0.35

/** When the bookmark arrives that proves the changes complete, on average: between 0.4 and 1.2 s (docs/image-cache.md). */
const bookmarkMs = 800

/** The bytes of a workload in a compressed page, if no list was measured. */
const packedBytes = 400

const pageSize = 500

/** The time to list a cluster, in milliseconds. Kinds are listed at once, so only the pages of the longest are sequential. */
function estimateListMs({workloads, pages, bytes}: ListCost, {roundTripMs = 0, bytesPerMs}: Link): number {
  const transferMs = bytesPerMs === undefined ? 0 : bytes / bytesPerMs
  return pages * roundTripMs + transferMs + workloads * workloadMs
}

/** The time to prove the changes since a cache was built, in milliseconds. */
function estimateCatchUpMs({roundTripMs = 0}: Link): number {
  return bookmarkMs + roundTripMs
}

/** The cost of the last list of a cluster; an estimate if it was not measured. */
export function listCostOf({workloads, lastList}: {workloads: number; lastList?: ListCost | undefined}): ListCost {
  if (lastList === undefined || lastList.workloads === 0) {
    return {workloads, pages: Math.ceil(workloads / pageSize), bytes: workloads * packedBytes}
  }
  const growth = workloads / lastList.workloads
  return {workloads, pages: Math.ceil(lastList.pages * growth), bytes: lastList.bytes * growth}
}

/** The clause that says why a list is the cheaper proof; undefined where reading changes is. */
export function whyListIsCheaper(list: ListCost, link: Link): string | undefined {
  const listMs = estimateListMs(list, link)
  const catchUpMs = estimateCatchUpMs(link)
  if (listMs > catchUpMs) return undefined
  return `a list is estimated to take ${formatDuration(listMs)}, catching up ${formatDuration(catchUpMs)}`
}
