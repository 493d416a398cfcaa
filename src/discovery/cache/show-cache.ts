import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {CacheEntry} from '../../model/cache-entry.ts'
import {type ReadingDeps, retryRead} from '../retry-read.ts'
import {cacheAgeMs} from './cache-age.ts'
import {describeCache, noCacheEntry} from './cache-entry.ts'
import {readCacheHead} from './cache-store.ts'
import {judgeCache} from './freshness.ts'

/**
 * The description of the image cache of a cluster; one that may not answer for this cluster is missing, with the reason.
 * Rejects with the `HubspokeError` of a request that failed.
 */
export async function showCache(
  cluster: ClusterAccess,
  cacheNamespace: string,
  deps: ReadingDeps,
): Promise<CacheEntry> {
  const [identity, stored] = await Promise.all([
    retryRead(() => cluster.identity(deps.signal), deps),
    readCacheHead(cluster.configMaps, cacheNamespace, deps),
  ])
  const judged = judgeCache(stored, identity)
  const bytes = stored.state === 'missing' ? null : stored.bytes
  if (!('cache' in judged)) {
    return {...noCacheEntry(cluster.context, identity), bytes, state: 'missing', reason: judged.reason}
  }
  const described = describeCache(cluster.context, identity, judged.cache, cacheAgeMs(stored, deps.clock))
  return {...described, bytes, state: 'present', reason: ''}
}
