import type {Cost, DroppedMatch, Tier} from './cluster.ts'
import type {Failure} from './failure.ts'
import type {WorkloadKind} from './workload.ts'

/** One context in any document. Keys may only be added. */
export interface ClusterEntry {
  readonly context: string
  readonly server: string
  /** Null where nothing could be read. */
  readonly uid: string | null
  /** The other contexts of this document that lead to the same cluster: its workloads are in the document once. */
  readonly sameClusterAs: readonly string[]
  readonly version: string | null
  readonly status: 'read' | 'partial' | 'not-read'
  readonly tier: Tier | null
  readonly tierReason: string | null
  readonly cacheAgeMs: number | null
  readonly workloadsRead: number
  readonly cost: Cost
  readonly unread: readonly {
    readonly kind: WorkloadKind
    readonly namespace: string | null
    readonly failure: Failure
  }[]
  /** What the image cache named and the cluster does not run any more. */
  readonly dropped: readonly DroppedMatch[]
  readonly problem: Failure | null
}
