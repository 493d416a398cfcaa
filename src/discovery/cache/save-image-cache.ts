import type {ConfigMaps} from '../../kube/ports/config-maps.ts'
import {HubspokeError} from '../../model/failure.ts'
import {type WorkloadKind, workloadKinds} from '../../model/workload.ts'
import {quoted} from '../../shared/problem.ts'
import type {ReadingDeps} from '../retry-read.ts'
import {readCacheHead} from './cache-store.ts'
import type {BuiltImageCache, CacheOrigin} from './image-cache.ts'
import {maxShardBytes, type ReplacedCache, replaceCache} from './replace-cache.ts'

const maxTries = 4

/** The result of saving; `reason` is a sentence for display. */
export type SavedCache =
  | (ReplacedCache & {readonly isSaved: true})
  | {readonly isSaved: false; readonly why: NotSaved; readonly reason: string}

/** `no-namespace` can be fixed after a prompt: create it, and save again. */
export type NotSaved =
  | 'no-namespace'
  | 'forbidden'
  | 'rejected'
  | 'too-large'
  | 'newer-there'
  | 'contended'
  | 'not-whole'
  | 'unknown-cluster'

export interface SavingDeps extends ReadingDeps {
  /** The version of a stored cache that is replaced in any case, because it is known to be wrong. */
  readonly distrusted?: string | undefined
}

/**
 * Replaces exactly the stored cache. Keeps a cache of the same cluster with a newer version of any kind, and stops when
 * another client was faster four times in a row.
 *
 * Rejects with the `HubspokeError` of a request that failed otherwise than by being refused.
 */
export async function saveImageCache(
  configMaps: ConfigMaps,
  namespace: string,
  cache: BuiltImageCache,
  deps: SavingDeps,
): Promise<SavedCache> {
  try {
    for (let tries = 1; tries <= maxTries; tries++) {
      const stored = await readCacheHead(configMaps, namespace, deps)
      if (
        stored.state === 'present' &&
        stored.resourceVersion !== deps.distrusted &&
        isNewerAnywhere(stored.cache, cache)
      ) {
        return notSaved('newer-there', 'Another client has saved a newer image cache in the meantime.')
      }
      const replaced = await replaceCache({configMaps, namespace, deps}, stored, cache)
      if (replaced === 'too-large') return notSaved('too-large', tooLarge)
      if (replaced !== 'contended') return {isSaved: true, ...replaced}
    }
  } catch (error) {
    return refusal(error, namespace)
  }
  return notSaved('contended', `Another client wrote the image cache at the same time, ${maxTries} times in a row.`)
}

/** Versions increase only within one cluster: a cache of another one, or of none, is never newer. */
function isNewerAnywhere(theirs: CacheOrigin, ours: BuiltImageCache): boolean {
  if (theirs.clusterUid !== ours.clusterUid) return false
  return workloadKinds.some((kind) => versionOf(theirs, kind) > versionOf(ours, kind))
}

function versionOf({resourceVersions}: CacheOrigin, kind: WorkloadKind): bigint {
  return BigInt(resourceVersions.get(kind) ?? -1)
}

function refusal(error: unknown, namespace: string): SavedCache {
  if (!(error instanceof HubspokeError)) throw error
  if (error.failureClass === 'not-found') {
    return notSaved('no-namespace', `There is no namespace ${quoted(namespace)} to save the image cache in.`)
  }
  if (error.failureClass === 'forbidden' || error.failureClass === 'rejected') {
    return notSaved(error.failureClass, error.message)
  }
  throw error
}

const tooLarge = `The images of one repository take more than the ${maxShardBytes / 1024} KiB that fit into one ConfigMap; this cluster is scanned instead.`

function notSaved(why: NotSaved, reason: string): SavedCache {
  return {isSaved: false, why, reason}
}
