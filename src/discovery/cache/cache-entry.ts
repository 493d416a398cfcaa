import type {CacheEntry} from '../../model/cache-entry.ts'
import type {ClusterIdentity, ContextRef} from '../../model/cluster.ts'
import type {Failure} from '../../model/failure.ts'
import type {ImageCache} from './image-cache.ts'
import type {ShardedCache} from './shard-index.ts'

type Facts = Omit<CacheEntry, 'state' | 'reason'>

/** The entry of a context without a usable image cache. */
export function noCacheEntry({name, server}: ContextRef, identity?: ClusterIdentity): Facts {
  return {
    context: name,
    server,
    uid: identity?.uid ?? null,
    builtAt: null,
    ageMs: null,
    workloads: null,
    images: null,
    shards: null,
    bytes: null,
    provenAt: null,
    watch: null,
    problem: null,
  }
}

/** The entry of a context that could not be asked. */
export function unreadCacheEntry(context: ContextRef, problem: Failure): CacheEntry {
  return {...noCacheEntry(context), state: 'not-read', reason: problem.message, problem}
}

/** The entry of an image cache. */
export function describeCache(
  context: ContextRef,
  identity: ClusterIdentity,
  cache: ImageCache | ShardedCache,
  ageMs: number | undefined,
): Facts {
  const {builtAt, workloads, provenAt} = cache
  return {
    ...noCacheEntry(context, identity),
    builtAt: builtAt?.toISOString() ?? null,
    ageMs: ageMs ?? null,
    workloads: workloads ?? null,
    images: 'images' in cache ? cache.images.size : cache.index.imageCount,
    provenAt: provenAt?.toISOString() ?? null,
    shards: 'images' in cache ? 0 : cache.index.shards.length,
  }
}
