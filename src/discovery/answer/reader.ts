import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {ClusterIdentity, ClusterReading} from '../../model/cluster.ts'
import type {StoredCache} from '../cache/cache-store.ts'
import type {Freshness} from '../cache/freshness.ts'
import type {ImageCache} from '../cache/image-cache.ts'
import type {ImageQuery} from '../image/image-query.ts'
import type {ReadingDeps} from '../retry-read.ts'
import type {ScanRequest} from './scan-workloads.ts'

/** What every context is asked. */
export interface ReadRequest extends ScanRequest {
  readonly query: ImageQuery
  readonly fresh: Freshness
  /** For a verb that writes: what a cache names is read from the cluster, with its UID, before it counts. */
  readonly writes: boolean
  /** Where the image cache is kept. */
  readonly cacheNamespace: string
  /** A cluster of fewer workloads is listed, not caught up with. Default: whichever is estimated to be faster. */
  readonly smallCluster?: number
}

/** The reading of one cluster, while it lasts. */
export interface Reader {
  readonly cluster: ClusterAccess
  readonly request: ReadRequest
  readonly deps: ReadingDeps
  /** Asked once, by whoever needs it first. */
  identity(): Promise<ClusterIdentity>
  /** Of the server; asked once, too. Undefined: it does not tell, and nothing depends on it. */
  version(): Promise<string | undefined>
  /**
   * What stands in the place of the image cache, or the clause that says why it could not be read; asked once, too.
   *
   * @param isFirst nobody has asked the cluster anything yet: where it does not answer this, it is not asked for lists, so
   *   that a dead cluster costs its own timeout once
   */
  imageCache(isFirst: boolean): Promise<StoredCache | string>
}

/** What a cluster, or its image cache, answers. */
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
  /** The patterns of `-n` under which there was a workload. */
  readonly patternsSeen: ReadonlySet<string>
  /** The cache that answered, with what has changed since where that was asked for. */
  readonly cache?: ImageCache
}
