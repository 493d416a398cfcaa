import type {ConfigMaps} from '../../kube/ports/config-maps.ts'
import {HubspokeError} from '../../model/failure.ts'
import {isProblem, type Problem} from '../../shared/problem.ts'
import {type ReadingDeps, retryRead} from '../retry-read.ts'
import {atMost} from './at-most.ts'
import {decodeShard} from './decode-image-cache.ts'
import type {CachedImages} from './image-cache.ts'
import type {PackedShard} from './pack-shards.ts'
import {fingerprint, unpack} from './pack-text.ts'
import type {ShardIndex} from './shard-index.ts'
import {joinImages} from './split-images.ts'

/** The ConfigMap that is the image cache, or the head of its shards. */
export const cacheName = 'deployment-image-cache'

/** The place of the image cache of a cluster, and access to it. */
export interface CachePlace {
  readonly configMaps: ConfigMaps
  readonly namespace: string
  readonly deps: ReadingDeps
}

const buildLabel = 'hubspoke.dev/cache-build'
const key = 'shard.json.gz'
/** The content of a ConfigMap unpacks to less, unless it is a decompression bomb. */
const maxUnpackedBytes = 64 * 1024 * 1024
const maxReads = 16
const maxWrites = 8

/** `deployment-image-cache-4f2a91c03b-17` */
export function shardName(build: string, number: number): string {
  return `${cacheName}-${build}-${number}`
}

/** The ConfigMaps of the shards in a head. */
export function shardNames({shards}: ShardIndex): readonly string[] {
  return shards.map(({build}, number) => shardName(build, number))
}

/**
 * The images of these shards. Undefined where one of them does not exist: another writer has stored a new build. A shard
 * that is not the one of the head is a problem.
 *
 * Rejects with the `HubspokeError` of a request that failed.
 */
export async function readShards(
  {configMaps, namespace, deps}: CachePlace,
  {shards}: ShardIndex,
  numbers: readonly number[],
): Promise<CachedImages | undefined | Problem> {
  const read = await atMost(maxReads, numbers, async (number) => {
    const entry = shards[number]
    if (entry === undefined) return broken
    const name = shardName(entry.build, number)
    const stored = await retryRead(() => configMaps.read(namespace, name, deps.signal), deps)
    if (stored === undefined) return undefined
    const packed = stored.binaryData[key]
    const text = packed && (await unpack(packed, maxUnpackedBytes))
    if (text === undefined || (await fingerprint(text)) !== entry.fingerprint) return broken
    return decodeShard(text)
  })
  const parts: CachedImages[] = []
  for (const part of read) {
    if (part === undefined || isProblem(part)) return part
    parts.push(part)
  }
  return joinImages(parts)
}

const broken = {problem: 'A shard of the image cache is not the one that its head lists.'}

/** Creates the shards, owned by the head. One that exists already was created by a request whose reply was lost. */
export async function writeShards(
  {configMaps, namespace, deps}: CachePlace,
  headUid: string,
  shards: readonly PackedShard[],
): Promise<void> {
  await atMost(maxWrites, shards, async ({build, number, packed}) => {
    const content = {
      binaryData: {[key]: packed},
      labels: {[buildLabel]: build},
      owner: {name: cacheName, uid: headUid},
    }
    try {
      await retryRead(() => configMaps.write(namespace, shardName(build, number), content, deps.signal), deps)
    } catch (error) {
      if (!(error instanceof HubspokeError) || error.failureClass !== 'conflict') throw error
    }
  })
}

/** The names of all shards, also without a head; undefined where they may not be listed. */
export async function listShards({configMaps, namespace, deps}: CachePlace): Promise<ReadonlySet<string> | undefined> {
  try {
    return new Set(await retryRead(() => configMaps.list(namespace, buildLabel, deps.signal), deps))
  } catch (error) {
    if (error instanceof HubspokeError && error.failureClass === 'forbidden') return undefined
    throw error
  }
}

/** Removes shards. Shards that cannot be removed are left, and the first reason returned: the cache stays valid. */
export async function removeShards(
  {configMaps, namespace, deps}: CachePlace,
  names: readonly string[],
): Promise<string | undefined> {
  try {
    await atMost(maxWrites, names, (name) => configMaps.delete(namespace, name, deps.signal))
    return undefined
  } catch (error) {
    if (error instanceof HubspokeError) return error.message
    throw error
  }
}
