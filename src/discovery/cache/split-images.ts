import type {WorkloadKind} from '../../model/workload.ts'
import type {CachedImages, CachedWorkload, CountsByKind, WorkloadCounts} from './image-cache.ts'
import {shardOfImage} from './shard-of-image.ts'

/** So much JSON is about 9 KiB when packed: half a shard that came out twice as large as the others. */
const shardBytes = 64 * 1024
/** Each of them takes room in the head. */
const maxShards = 256

/**
 * The number of shards for so many bytes of JSON: a power of two, and the previous number while that is nearly right,
 * because another number moves every image.
 */
export function chooseShardCount(bytes: number, before?: number): number {
  if (before !== undefined && bytes <= before * shardBytes && bytes > (before * shardBytes) / 4) return before
  return Math.min(maxShards, 2 ** Math.ceil(Math.log2(Math.max(1, bytes / shardBytes))))
}

/** The images by shard: each image, with all its workloads, in one. */
export function splitImages(images: CachedImages, shards: number): readonly CachedImages[] {
  const split = Array.from({length: shards}, () => new Map<string, readonly CachedWorkload[]>())
  for (const [image, workloads] of images) split[shardOfImage(image, shards)]?.set(image, workloads)
  return split
}

/** Joins them again. */
export function joinImages(shards: Iterable<CachedImages>): CachedImages {
  const joined = new Map<string, readonly CachedWorkload[]>()
  for (const images of shards) for (const [image, workloads] of images) joined.set(image, workloads)
  return joined
}

export const noWorkloads: CountsByKind = {Deployment: 0, StatefulSet: 0, DaemonSet: 0}

/** How many workloads there are, each counted once, also with several images. */
export function countWorkloads(images: CachedImages): WorkloadCounts {
  const seen = new Set<string>()
  const kinds = {...noWorkloads}
  const namespaces = new Map<string, Record<WorkloadKind, number>>()
  for (const {kind, namespace, name} of [...images.values()].flat()) {
    const key = `${kind}/${namespace}/${name}`
    if (seen.has(key)) continue
    seen.add(key)
    const byKind = namespaces.get(namespace) ?? {...noWorkloads}
    byKind[kind]++
    kinds[kind]++
    namespaces.set(namespace, byKind)
  }
  return {kinds, namespaces}
}
