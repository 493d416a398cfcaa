import {matchWorkload} from '../../image/image-query.ts'
import {countNear, createNearImages} from '../../image/near-images.ts'
import type {WorkloadMatch} from '../../model/cluster.ts'
import type {ListedWorkload} from '../../model/workload.ts'
import type {Answer, Reader} from './reader.ts'
import {scanWorkloads} from './scan-workloads.ts'

/** The answer by lists of the cluster. `why` is one clause: why the image cache did not answer. */
export async function answerByScan({cluster, request, deps}: Reader, why: string): Promise<Answer> {
  const {query, ...scanRequest} = request
  const nearTo = createNearImages(query)
  const keep = (workload: ListedWorkload): WorkloadMatch | ReturnType<typeof nearTo> | undefined => {
    const match = matchWorkload(query, workload)
    if (match) return match
    const near = nearTo(workload.images.map(({image}) => image))
    return near.length === 0 ? undefined : near
  }
  const {kept, workloadsRead, patternsSeen, unread, problem} = await scanWorkloads(cluster, scanRequest, keep, deps)
  const matches = kept.flatMap((one) => ('matched' in one ? [one] : []))
  const near = matches.length === 0 ? countNear(kept.flatMap((one) => ('matched' in one ? [] : [one]))) : []
  const read = {matches, workloadsRead, patternsSeen, unread, near}
  return problem ? {...read, problem} : {...read, tier: 'scan', tierReason: why}
}
