import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {CacheEntry} from '../../model/cache-entry.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import type {ReadingDeps} from '../retry-read.ts'
import {describeCache, noCacheEntry} from './cache-entry.ts'
import {type RefreshedCache, refreshCache} from './refresh-cache.ts'
import {type NotSaved, type SavedCache, saveImageCache} from './save-image-cache.ts'

export interface RefreshRequest {
  readonly cacheNamespace: string
  /** Asks for confirmation to create the namespace of the cache; only when it is missing. */
  mayCreateNamespace(): Promise<boolean>
}

/**
 * Rebuilds the image cache of a cluster, saves it, and returns the result; a missing namespace is created after
 * confirmation. Rejects with the `HubspokeError` of a request that failed.
 */
export async function refreshEntry(
  cluster: ClusterAccess,
  request: RefreshRequest,
  deps: ReadingDeps,
): Promise<CacheEntry> {
  const startedAt = deps.clock.now()
  const refreshed = await refreshCache(cluster, request.cacheNamespace, deps)
  const saved = await saveInNewNamespace(cluster, refreshed, request, deps)
  const {cache, identity} = refreshed
  const facts = cache
    ? describeCache(cluster.context, identity, cache, Math.round(deps.clock.now() - startedAt))
    : noCacheEntry(cluster.context, identity)
  if (saved.isSaved) {
    const {bytes, shards, leftOver = ''} = saved
    return {...facts, state: 'saved', reason: leftOver, shards, bytes}
  }
  const {why, reason} = saved
  const unsaved = {...facts, state: 'not-saved', reason, shards: null} as const
  if (why === 'newer-there') return unsaved
  const failureClass = why === 'forbidden' || why === 'not-whole' ? 'forbidden' : 'rejected'
  const problem = {class: failureClass, message: reason, suggestions: nextSteps(why, cluster, request)} as const
  return {...unsaved, problem}
}

async function saveInNewNamespace(
  cluster: ClusterAccess,
  {saved, cache, identity}: RefreshedCache,
  {cacheNamespace, mayCreateNamespace}: RefreshRequest,
  deps: ReadingDeps,
): Promise<SavedCache> {
  if (saved.isSaved || saved.why !== 'no-namespace' || !cache || !(await mayCreateNamespace())) return saved
  const {configMaps} = cluster
  await cluster.confirmIdentity(identity.uid, deps.signal) // the prompt may have been open for a long time
  await configMaps.createNamespace(cacheNamespace, deps.signal)
  return saveImageCache(configMaps, cacheNamespace, cache, deps)
}

function nextSteps(why: NotSaved, {context}: ClusterAccess, {cacheNamespace}: RefreshRequest): readonly string[] {
  if (why !== 'no-namespace') return []
  return [kubectlCommand({context: context.name}, 'create', 'namespace', cacheNamespace)]
}
