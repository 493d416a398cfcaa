import {isImageReference, parseImageReference} from '../../image/image-ref.ts'
import {digestFilter} from './digest-filter.ts'
import {type BuiltImageCache, type CachedImages, encodeImages} from './image-cache.ts'
import {fingerprint, pack} from './pack-text.ts'
import type {ShardEntry, ShardIndex} from './shard-index.ts'
import {countWorkloads, splitImages} from './split-images.ts'

/** A shard that must be written. */
export interface PackedShard {
  readonly build: string
  readonly number: number
  readonly packed: Uint8Array
}

/** The shards of a cache: their index, and those that are not stored yet. */
export interface PackedCache {
  readonly index: ShardIndex
  readonly changed: readonly PackedShard[]
}

export interface PackRequest {
  readonly shards: number
  /** The unique name of this build. */
  readonly build: string
  /** The stored shard of this number; undefined where there is none to keep. */
  kept(number: number): ShardEntry | undefined
}

/** Of the head, for all digests together. */
const filterBytes = 20 * 1024
const maxBitsPerDigest = 10

/** Splits a cache and packs the shards that are not in the cluster already. The same cache gives the same shards. */
export async function packShards(
  {images}: Pick<BuiltImageCache, 'images'>,
  {shards, build, kept}: PackRequest,
): Promise<PackedCache> {
  const parts = splitImages(images, shards).map(describePart)
  const digestCount = parts.reduce((sum, {digests}) => sum + digests.size, 0)
  const bits = Math.max(1, Math.min(maxBitsPerDigest, Math.floor((8 * filterBytes) / Math.max(1, digestCount))))
  const changed: PackedShard[] = []
  const entries: ShardEntry[] = []
  for (const [number, part] of parts.entries()) {
    const text = JSON.stringify({images: encodeImages(part.images)})
    const print = await fingerprint(text)
    const before = kept(number)
    const digests = digestFilter(part.digests, bits)
    if (before?.fingerprint === print) entries.push({...before, digests})
    else {
      const packed = await pack(text)
      changed.push({build, number, packed})
      entries.push({build, fingerprint: print, bytes: packed.length, digests})
    }
  }
  const unparsed = parts.flatMap(({hasUnparsed}, number) => (hasUnparsed ? [number] : []))
  return {
    index: {build, imageCount: images.size, unparsed, counts: countWorkloads(images), shards: entries},
    changed,
  }
}

function describePart(images: CachedImages) {
  const references = [...images.keys()].map(parseImageReference)
  const parsed = references.filter(isImageReference)
  return {
    images,
    digests: new Set(parsed.flatMap(({digest}) => digest ?? [])),
    hasUnparsed: parsed.length < references.length,
  }
}
