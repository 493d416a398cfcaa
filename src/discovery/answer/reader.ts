import type {ImageQuery} from '../../image/image-query.ts'
import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {ClusterIdentity, ClusterReading} from '../../model/cluster.ts'
import type {StoredCache} from '../cache/cache-store.ts'
import type {Freshness} from '../cache/freshness.ts'
import type {ImageCache} from '../cache/image-cache.ts'
import type {ReadingDeps} from '../retry-read.ts'
import type {ScanRequest} from './scan-workloads.ts'

/** The query for every context. */
export interface ReadRequest extends ScanRequest {
  readonly query: ImageQuery
  readonly fresh: Freshness
  /** For a verb that writes: workloads that a cache names are read from the cluster, with their UID, before they count. */
  readonly writes: boolean
  /** The namespace of the image cache. */
  readonly cacheNamespace: string
  /** A cluster with fewer workloads is listed, instead of its changes. Default: whichever is estimated to be faster. */
  readonly smallCluster?: number
}

/** The reading of one cluster, while it lasts. */
export interface Reader {
  readonly cluster: ClusterAccess
  readonly request: ReadRequest
  readonly deps: ReadingDeps
  /** Read once, at the first call. */
  identity(): Promise<ClusterIdentity>
  /** Of the server; read once, too. Undefined: unknown, which has no consequences. */
  version(): Promise<string | undefined>
  /**
   * The stored image cache, or the clause that says why it could not be read; read once, too.
   *
   * @param isFirst this is the first request to the cluster: if it is not answered, no lists are requested, so
   *   that an unreachable cluster costs its own timeout once
   */
  imageCache(isFirst: boolean): Promise<StoredCache | string>
}

/** The answer of a cluster, or of its image cache. */
export type Answer = Pick<
  ClusterReading,
  | 'identity'
  | 'tier'
  | 'tierReason'
  | 'cacheAgeMs'
  | 'workloadsRead'
  | 'matches'
  | 'unread'
  | 'near'
  | 'dropped'
  | 'problem'
> & {
  /** The patterns of `-n` that matched a namespace with a workload. */
  readonly patternsSeen: ReadonlySet<string>
  /** The cache that answered, with later changes if they were read. */
  readonly cache?: ImageCache
}
