import {type WorkloadKind, workloadKinds} from '../../../model/workload.ts'
import {readImageCache} from '../cache-store.ts'
import {judgeCache} from '../freshness.ts'
import {listKinds} from './list-kinds.ts'
import type {Watching} from './watch-state.ts'

/**
 * Reads the state of the cluster: from the saved cache, with the versions from which its changes can be read, or, without
 * a usable cache, by lists. A newer known state stays. Returns the source, as a clause. Rejects with the `HubspokeError`
 * of a request that failed.
 */
export async function loadSaved(watching: Watching, signal: AbortSignal): Promise<string> {
  const {cluster, clusterUid, namespace, state, clock} = watching
  const {mirror} = state
  const begunAt = clock.now()
  const stored = await readImageCache(cluster.configMaps, namespace, {clock, signal})
  // Read after the cache: a cache that is ahead of these versions is of another history.
  const newest = new Map(
    await Promise.all(workloadKinds.map(async (kind) => [kind, await cluster.workloads.newest(kind, signal)] as const)),
  )
  const builtAt = newest.get('Deployment')?.serverDate ?? clock.date()
  const isAhead = (versionOf: (kind: WorkloadKind) => bigint | undefined) =>
    workloadKinds.some((kind) => (versionOf(kind) ?? 0n) > (newest.get(kind)?.version ?? 0n))
  if (isAhead(mirror.versionOf)) mirror.forget()
  const knewAll = mirror.isWhole()
  const judged = judgeCache(stored, {uid: clusterUid, isFallback: false})
  state.saved = undefined
  state.superseded = false
  if (!('cache' in judged)) return listAll(judged.reason)
  const {cache} = judged
  if (stored.state === 'present' && isAhead((kind) => BigInt(cache.resourceVersions.get(kind) ?? 0))) {
    state.distrusted = stored.resourceVersion
    return listAll('the image cache is ahead of the cluster')
  }
  if (cache.clusterUid === undefined || !mirror.adopt(cache)) {
    return listAll('the image cache has too little data to continue from')
  }
  state.lastList ??= cache.lastList
  if (!knewAll) {
    state.proof = {builtAt: cache.builtAt ?? builtAt, provenAt: cache.provenAt}
    state.saved = {changes: mirror.changes(), provenAt: cache.provenAt}
  }
  return 'from the saved image cache'

  async function listAll(why: string): Promise<string> {
    if (mirror.isWhole()) return `saved again: ${why}`
    await listKinds(watching, workloadKinds, signal)
    state.proof = {builtAt, begunAt}
    return `listed: ${why}`
  }
}
