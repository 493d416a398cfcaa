import type {ConfigMapContent, ConfigMapVersion} from '../../kube/ports/config-maps.ts'
import {HubspokeError} from '../../model/failure.ts'
import {cacheKey, type StoredHead} from './cache-store.ts'
import {type BuiltImageCache, encodeImageCache} from './image-cache.ts'
import {type PackedCache, packShards} from './pack-shards.ts'
import {encodeShardedHead, type ShardIndex} from './shard-index.ts'
import {
  type CachePlace,
  cacheName,
  listShards,
  removeShards,
  shardName,
  shardNames,
  writeShards,
} from './shard-store.ts'
import {chooseShardCount} from './split-images.ts'

/** A ConfigMap is limited to 1 MiB in total; a cache is split well before that. */
export const maxWholeBytes = 700 * 1024
/** Packed. A shard near the limit of a ConfigMap is not written. */
export const maxShardBytes = 900 * 1024

/** What is stored as the cache now. */
export interface ReplacedCache {
  /** The bytes that it takes in the cluster, with its shards. */
  readonly bytes: number
  /** 0: it is in one ConfigMap. */
  readonly shards: number
  /** Why shards of older builds may still exist. */
  readonly leftOver?: string
}

/**
 * Replaces exactly the stored cache that was read; `contended`: another client was faster.
 *
 * A reader meanwhile finds the old cache or the new one, also when this process dies: the shards of every build have
 * unique names, the head that refers to them is written when all of them exist, and the shards of the previous build stay
 * until the next one, for readers of its head. The shards that are removed then existed before the head was written and are
 * in neither build: they are of older builds, of writers that died, or of a writer at work whose head will be refused,
 * because it replaces the same version.
 */
export async function replaceCache(
  place: CachePlace,
  stored: StoredHead,
  cache: BuiltImageCache,
): Promise<ReplacedCache | 'contended' | 'too-large'> {
  try {
    const text = encodeImageCache(cache)
    const bytes = Buffer.byteLength(text)
    if (bytes > maxWholeBytes) return await replaceWithShards(place, stored, cache, text)
    const mayHaveShards = stored.state === 'unreadable' || indexOf(stored) !== undefined || bytes > maxWholeBytes / 2
    const existing = mayHaveShards ? await listShards(place) : new Set<string>()
    await writeHead(place, stored, text)
    return {bytes, shards: 0, ...(await sweep(place, existing, [indexOf(stored)]))}
  } catch (error) {
    if (error instanceof HubspokeError && error.failureClass === 'conflict') return 'contended'
    throw error
  }
}

async function replaceWithShards(
  place: CachePlace,
  stored: StoredHead,
  cache: BuiltImageCache,
  whole: string,
): Promise<ReplacedCache | 'too-large'> {
  // Shards are owned by their head. Without the key it is not a cache for any reader.
  const head =
    stored.state === 'missing'
      ? await place.configMaps.write(place.namespace, cacheName, {}, place.deps.signal)
      : stored
  const existing = await listShards(place)
  const {index, changed} = await packChanges(stored, {cache, whole, existing})
  if (index.shards.some((shard) => shard.bytes > maxShardBytes)) return 'too-large'
  const text = encodeShardedHead({...cache, index})
  try {
    await writeShards(place, head.uid, changed)
    await writeHead(place, head, text)
  } catch (error) {
    // After a refusal no head will refer to these shards; after a lost reply one may.
    if (error instanceof HubspokeError && ['conflict', 'forbidden', 'rejected'].includes(error.failureClass)) {
      await removeShards(
        place,
        changed.map(({build, number}) => shardName(build, number)),
      )
    }
    throw error
  }
  const packedBytes = index.shards.reduce((sum, shard) => sum + shard.bytes, 0)
  return {
    bytes: Buffer.byteLength(text) + packedBytes,
    shards: index.shards.length,
    ...(await sweep(place, existing, [index, indexOf(stored)])),
  }
}

/** The shards of the cache; unchanged ones that are stored in the cluster are kept. */
function packChanges(
  stored: StoredHead,
  {cache, whole, existing}: {cache: BuiltImageCache; whole: string; existing: ReadonlySet<string> | undefined},
): Promise<PackedCache> {
  const before = indexOf(stored)
  const shards = chooseShardCount(Buffer.byteLength(whole), before?.shards.length)
  return packShards(cache, {
    shards,
    // Random, so that no other writer has the name; nothing else depends on it.
    build: crypto.randomUUID().replaceAll('-', '').slice(0, 10),
    kept(number) {
      const entry = before?.shards.length === shards ? before.shards[number] : undefined
      const isThere = entry && (existing?.has(shardName(entry.build, number)) ?? true)
      return isThere ? entry : undefined
    },
  })
}

async function writeHead(
  {configMaps, namespace, deps}: CachePlace,
  before: StoredHead | ConfigMapVersion,
  text: string,
) {
  const content: ConfigMapContent = {
    data: {[cacheKey]: text},
    ...('resourceVersion' in before && {resourceVersion: before.resourceVersion}),
  }
  await configMaps.write(namespace, cacheName, content, deps.signal)
}

/** Removes the existing shards, except those of the given builds. */
async function sweep(
  place: CachePlace,
  existing: ReadonlySet<string> | undefined,
  kept: readonly (ShardIndex | undefined)[],
): Promise<Pick<ReplacedCache, 'leftOver'>> {
  const names = new Set(kept.flatMap((index) => (index ? shardNames(index) : [])))
  if (existing === undefined) {
    return names.size > 0 ? {leftOver: 'Shards of older builds may be left: ConfigMaps may not be listed.'} : {}
  }
  const problem = await removeShards(
    place,
    [...existing].filter((name) => !names.has(name)),
  )
  return problem === undefined ? {} : {leftOver: `Shards of older builds are left: ${problem}`}
}

function indexOf(stored: StoredHead): ShardIndex | undefined {
  return stored.state === 'present' && 'index' in stored.cache ? stored.cache.index : undefined
}
