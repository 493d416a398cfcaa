import type {ConfigMapObject, ConfigMaps} from '../kube/ports.ts'
import {HubspokeError} from '../model/failure.ts'
import {type WorkloadKind, workloadKinds} from '../model/workload.ts'
import {decodeImageCache} from './decode-image-cache.ts'
import {type BuiltImageCache, encodeImageCache, type ImageCache} from './image-cache.ts'
import {isProblem, quoted} from './problem.ts'
import {type ReadingDeps, retryRead} from './retry-read.ts'

export const defaultCacheNamespace = 'hubspoke-system'
const configMapName = 'deployment-image-cache'
const key = 'cache.json'

/** A ConfigMap holds 1 MiB with everything in it; what is near that is not written. */
export const maxCacheBytes = 900 * 1024
const maxTries = 4

/** What stands in the place of the image cache. */
export type StoredCache =
  | {readonly state: 'missing'}
  | {readonly state: 'unreadable'; readonly problem: string; readonly resourceVersion: string; readonly bytes: number}
  | {
      readonly state: 'present'
      readonly cache: ImageCache
      readonly resourceVersion: string
      readonly bytes: number
      /** What the clock of the server said when it was read: this machine's may be wrong. */
      readonly serverDate?: Date
    }

/** How saving ended; `reason` is a sentence for people. */
export type SavedCache =
  | {readonly isSaved: true; readonly bytes: number}
  | {readonly isSaved: false; readonly why: NotSaved; readonly reason: string}

/** `no-namespace` is the one that somebody can be asked about: create it, and save again. */
export type NotSaved =
  | 'no-namespace'
  | 'forbidden'
  | 'rejected'
  | 'too-large'
  | 'newer-there'
  | 'contended'
  | 'not-whole'
  | 'unknown-cluster'

/**
 * Reads the image cache of a cluster: one request.
 *
 * Rejects with the `HubspokeError` of the request; what can be read and is no cache is a state, not an error.
 */
export async function readImageCache(
  configMaps: ConfigMaps,
  namespace: string,
  deps: ReadingDeps,
): Promise<StoredCache> {
  const stored = await retryRead(() => configMaps.read(namespace, configMapName, deps.signal), deps)
  return stored === undefined ? {state: 'missing'} : decodeStored(stored)
}

function decodeStored({data, resourceVersion, serverDate}: ConfigMapObject): StoredCache {
  const text = Object.hasOwn(data, key) ? data[key] : undefined
  const bytes = Buffer.byteLength(text ?? '')
  if (text === undefined) {
    return {state: 'unreadable', problem: `The image cache has no key ${quoted(key)}.`, resourceVersion, bytes}
  }
  const cache = decodeImageCache(text)
  if (isProblem(cache)) return {state: 'unreadable', problem: cache.problem, resourceVersion, bytes}
  return {state: 'present', cache, resourceVersion, bytes, ...(serverDate && {serverDate})}
}

/**
 * Puts the cache in the place of the one that is there, exactly that one. Gives way to a cache of the same cluster that
 * knows a newer version of any kind, and gives up when somebody else is faster four times in a row.
 *
 * Rejects with the `HubspokeError` of a request that failed otherwise than by being refused.
 */
export async function saveImageCache(
  configMaps: ConfigMaps,
  namespace: string,
  cache: BuiltImageCache,
  deps: ReadingDeps,
): Promise<SavedCache> {
  const text = encodeImageCache(cache)
  const bytes = Buffer.byteLength(text)
  if (bytes > maxCacheBytes) return notSaved('too-large', tooLarge(bytes))
  try {
    for (let tries = 1; tries <= maxTries; tries++) {
      const stored = await readImageCache(configMaps, namespace, deps)
      if (stored.state === 'present' && isNewerAnywhere(stored.cache, cache)) {
        return notSaved('newer-there', 'Somebody else has saved a newer image cache in the meantime.')
      }
      const content = {
        data: {[key]: text},
        ...(stored.state !== 'missing' && {resourceVersion: stored.resourceVersion}),
      }
      if (await written(configMaps.write(namespace, configMapName, content, deps.signal))) return {isSaved: true, bytes}
    }
  } catch (error) {
    return refusal(error, namespace)
  }
  return notSaved('contended', `Somebody else wrote the image cache at the same time, ${maxTries} times in a row.`)
}

/** False: somebody was faster. */
async function written(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (error instanceof HubspokeError && error.failureClass === 'conflict') return false
    throw error
  }
}

/** Versions count up within one cluster only: a cache of another one, or of none, is never newer. */
function isNewerAnywhere(theirs: ImageCache, ours: BuiltImageCache): boolean {
  if (theirs.clusterUid !== ours.clusterUid) return false
  return workloadKinds.some((kind) => versionOf(theirs, kind) > versionOf(ours, kind))
}

function versionOf({resourceVersions}: ImageCache, kind: WorkloadKind): bigint {
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

function tooLarge(bytes: number): string {
  const kib = Math.ceil(bytes / 1024)
  return `The image cache would take ${kib} KiB, more than the ${maxCacheBytes / 1024} KiB that fit into one ConfigMap; this cluster is scanned instead.`
}

function notSaved(why: NotSaved, reason: string): SavedCache {
  return {isSaved: false, why, reason}
}
