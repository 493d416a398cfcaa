import type {ImageQuery} from '../../image/image-query.ts'
import type {ConfigMapObject, ConfigMaps} from '../../kube/ports/config-maps.ts'
import {isProblem, quoted} from '../../shared/problem.ts'
import {type ReadingDeps, retryRead} from '../retry-read.ts'
import {decodeImageCache} from './decode-image-cache.ts'
import type {CacheOrigin, ImageCache} from './image-cache.ts'
import {type ShardedCache, shardsFor} from './shard-index.ts'
import {type CachePlace, cacheName, readShards} from './shard-store.ts'

export const defaultCacheNamespace = 'hubspoke-system'
export const cacheKey = 'cache.json'

/** What is stored as the image cache. */
export type Stored<Cache extends CacheOrigin> =
  | {readonly state: 'missing'}
  | (StoredVersion & {readonly state: 'unreadable'; readonly problem: string})
  | (StoredVersion & {
      readonly state: 'present'
      readonly cache: Cache
      /** The time of the server's clock at the read: this machine's may be wrong. */
      readonly serverDate?: Date
    })

interface StoredVersion {
  /** Of its ConfigMap, which owns the shards. */
  readonly uid: string
  readonly resourceVersion: string
  /** The bytes that it takes in the cluster, with its shards. */
  readonly bytes: number
}

/** An image cache with its images. */
export type StoredCache = Stored<ImageCache>

/** An image cache, with its images unless they are in shards. */
export type StoredHead = Stored<ImageCache | ShardedCache>

/**
 * Reads the head of the image cache of a cluster, and its images unless they are in shards: one request.
 *
 * Rejects with the `HubspokeError` of the request; readable content that is not a cache is a state, not an error.
 */
export async function readCacheHead(configMaps: ConfigMaps, namespace: string, deps: ReadingDeps): Promise<StoredHead> {
  const stored = await retryRead(() => configMaps.read(namespace, cacheName, deps.signal), deps)
  return stored === undefined ? {state: 'missing'} : decodeStored(stored)
}

/**
 * Reads the image cache of a cluster; of one in shards only those that can match the query: one request, and one per shard.
 * Where a shard is gone, the head was replaced meanwhile and is read once more. The result is always of one head.
 *
 * Rejects as `readCacheHead`.
 */
export async function readImageCache(
  configMaps: ConfigMaps,
  namespace: string,
  deps: ReadingDeps,
  query?: ImageQuery,
): Promise<StoredCache> {
  const read = () => readCacheHead(configMaps, namespace, deps)
  const load = (head: StoredHead) => loadImages({configMaps, namespace, deps}, head, query)
  const stored = await load(await read())
  if (stored !== undefined) return stored
  const head = await read()
  return (await load(head)) ?? unreadable(head, 'A shard of the image cache is missing.')
}

function unreadable(head: StoredHead, problem: string): StoredCache {
  if (head.state === 'missing') return head
  const {uid, resourceVersion, bytes} = head
  return {state: 'unreadable', problem, uid, resourceVersion, bytes}
}

/** Undefined: a shard does not exist. */
async function loadImages(
  place: CachePlace,
  head: StoredHead,
  query: ImageQuery | undefined,
): Promise<StoredCache | undefined> {
  if (head.state !== 'present') return head
  const {cache, ...version} = head
  if ('images' in cache) return {...version, cache}
  const {index, ...origin} = cache
  const numbers = query ? shardsFor(query, index) : [...index.shards.keys()]
  const images = await readShards(place, index, numbers)
  if (images === undefined) return undefined
  if (isProblem(images)) return unreadable(head, images.problem)
  return {...version, cache: {...origin, images, wholeCounts: index.counts}}
}

function decodeStored({data, uid, resourceVersion, serverDate}: ConfigMapObject): StoredHead {
  const text = Object.hasOwn(data, cacheKey) ? data[cacheKey] : undefined
  const version = {uid, resourceVersion, bytes: Buffer.byteLength(text ?? '')}
  if (text === undefined) {
    return {state: 'unreadable', problem: `The image cache has no key ${quoted(cacheKey)}.`, ...version}
  }
  const cache = decodeImageCache(text)
  if (isProblem(cache)) return {state: 'unreadable', problem: cache.problem, ...version}
  const bytes = version.bytes + shardBytes(cache)
  return {state: 'present', cache, ...version, bytes, ...(serverDate && {serverDate})}
}

function shardBytes(cache: ImageCache | ShardedCache): number {
  return 'images' in cache ? 0 : cache.index.shards.reduce((sum, {bytes}) => sum + bytes, 0)
}
