import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {ClusterIdentity, Unread} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import {type WorkloadImages, workloadKinds} from '../../model/workload.ts'
import {scanWorkloads} from '../answer/scan-workloads.ts'
import {type ReadingDeps, retryRead} from '../retry-read.ts'
import {chooseNamespaces} from '../select/select-namespaces.ts'
import {readCacheHead} from './cache-store.ts'
import {type BuiltImageCache, buildImageCache} from './image-cache.ts'
import {type NotSaved, type SavedCache, saveImageCache} from './save-image-cache.ts'

/** The result of rebuilding the image cache of a cluster. */
export interface RefreshedCache {
  readonly identity: ClusterIdentity
  readonly saved: SavedCache
  /** Set unless the cluster could only be read in part; can be saved again after its namespace was created. */
  readonly cache?: BuiltImageCache
  readonly unread: readonly Unread[]
}

/**
 * Lists the whole cluster and saves the result as the image cache. A partial result is not saved: the missing part would
 * look unused.
 *
 * Rejects with the `HubspokeError` of a request without which there is nothing to save, or of a write that failed
 * otherwise than by being refused.
 */
export async function refreshCache(
  cluster: ClusterAccess,
  cacheNamespace: string,
  deps: ReadingDeps,
): Promise<RefreshedCache> {
  // From before the lists: a cache may look older than it is, never younger.
  const [date, before] = await Promise.all([
    unlessForbidden(retryRead(() => cluster.serverDate(deps.signal), deps)),
    unlessForbidden(readCacheHead(cluster.configMaps, cacheNamespace, deps)),
  ])
  const builtAt = date ?? deps.clock.date()
  const everything = {kinds: workloadKinds, namespaces: chooseNamespaces([])}
  const [identity, {kept: workloads, resourceVersions, unread, isWhole, problem, cost}] = await Promise.all([
    retryRead(() => cluster.identityNow(deps.signal), deps),
    scanWorkloads(cluster, everything, (workload: WorkloadImages) => workload, deps),
  ])
  if (problem) throw new HubspokeError(problem.class, problem.message, {suggestions: problem.suggestions})
  if (!isWhole) {
    const reason = `Only a part of the cluster could be read: ${unread[0]?.failure.message ?? ''}`
    return {identity, unread, saved: notSaved('not-whole', reason)}
  }
  const cache = buildImageCache({clusterUid: identity.uid, builtAt, resourceVersions, workloads, lastList: cost})
  if (identity.isFallback) {
    const reason = 'The UID of namespace "kube-system" may not be read, so the cluster of the cache would be unknown.'
    return {identity, unread, cache, saved: notSaved('unknown-cluster', reason)}
  }
  // No cache from before the lists is newer than they are: one that claims so is ahead of the cluster, and wrong.
  const distrusted = before?.state === 'present' ? before.resourceVersion : undefined
  const saved = await saveImageCache(cluster.configMaps, cacheNamespace, cache, {...deps, distrusted})
  return {identity, unread, cache, saved}
}

async function unlessForbidden<Result>(asked: Promise<Result>): Promise<Result | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof HubspokeError && error.failureClass === 'forbidden') return undefined
    throw error
  }
}

function notSaved(why: NotSaved, reason: string): SavedCache {
  return {isSaved: false, why, reason}
}
