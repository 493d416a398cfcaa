import type {WorkloadMatch} from '../../model/cluster.ts'
import type {WorkloadImages} from '../../model/workload.ts'
import {matchWorkload} from '../image/image-query.ts'
import type {Answer, Reader} from './reader.ts'
import {scanWorkloads} from './scan-workloads.ts'

/** What the lists of the cluster answer. `why` is one clause: the reason that it was not the image cache. */
export async function answerByScan({cluster, request, deps}: Reader, why: string): Promise<Answer> {
  const {query, ...scanRequest} = request
  const keep = (workload: WorkloadImages): WorkloadMatch | undefined => matchWorkload(query, workload)
  const {kept, workloadsRead, patternsSeen, unread, problem} = await scanWorkloads(cluster, scanRequest, keep, deps)
  const read = {matches: kept, workloadsRead, patternsSeen, unread}
  return problem ? {...read, problem} : {...read, tier: 'scan', tierReason: why}
}
