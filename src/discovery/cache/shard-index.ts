import type {ImageQuery} from '../../image/image-query.ts'
import {isImageReference, parseImageReference} from '../../image/image-ref.ts'
import {workloadKinds} from '../../model/workload.ts'
import {type Problem, quoted} from '../../shared/problem.ts'
import {mayHoldDigest} from './digest-filter.ts'
import {type CountsByKind, encodeOrigin, type KnownOrigin, type WorkloadCounts} from './image-cache.ts'
import {areCounts, isCount, isName, isRecord} from './json-shape.ts'
import {shardHash, shardOfRepository, shardOfText} from './shard-of-image.ts'
import {noWorkloads} from './split-images.ts'

/** A shard, as listed in the head of the cache. */
export interface ShardEntry {
  /** The build that wrote it; later builds keep unchanged shards. */
  readonly build: string
  /** Of its text: @see fingerprint */
  readonly fingerprint: string
  /** Packed, as stored in its ConfigMap. */
  readonly bytes: number
  /** Of the digests in it: @see digestFilter */
  readonly digests: Uint8Array
}

/** The index of the shards: all that is needed to read only those that can contain an answer. */
export interface ShardIndex {
  readonly build: string
  readonly imageCount: number
  /** The shards with images that cannot be parsed; hardly ever any. */
  readonly unparsed: readonly number[]
  readonly counts: WorkloadCounts
  readonly shards: readonly ShardEntry[]
}

/** The content of the head of a cache whose images are in shards. */
export interface ShardedCache extends KnownOrigin {
  readonly index: ShardIndex
}

/** Of the head, which is read for every answer. */
const maxNamespacesBytes = 8 * 1024

/** The document of a head. It has no `images`, so that a reader without support for shards fails instead of finding nothing. */
export function encodeShardedHead({index, ...origin}: ShardedCache): string {
  const {build, imageCount, unparsed, counts, shards} = index
  const encoded = [...(counts.namespaces ?? [])].map(([namespace, byKind]) => [namespace, encodeCounts(byKind)])
  const namespaces = Object.fromEntries(encoded)
  return JSON.stringify({
    ...encodeOrigin(origin),
    shards: {
      build,
      hash: shardHash,
      count: shards.length,
      imageCount,
      unparsed,
      kinds: encodeCounts(counts.kinds),
      ...(counts.namespaces && JSON.stringify(namespaces).length <= maxNamespacesBytes && {namespaces}),
      each: shards.map(({digests, ...entry}) => ({...entry, digests: Buffer.from(digests).toString('base64')})),
    },
  })
}

function encodeCounts(byKind: CountsByKind): readonly number[] {
  return workloadKinds.map((kind) => byKind[kind])
}

/** Reads the `shards` of a head. Never throws. */
export function decodeShardIndex(listed: Readonly<Record<string, unknown>>): ShardIndex | Problem {
  const {build, hash, count, imageCount, unparsed, each} = listed
  if (hash !== shardHash) {
    const name = typeof hash === 'string' ? hash : (JSON.stringify(hash) ?? '')
    return {problem: `The image cache is sharded by ${quoted(name)}, which this hubspoke cannot read.`}
  }
  const shards = Array.isArray(each) ? each.flatMap((entry) => decodeEntry(entry) ?? []) : []
  const isWhole = shards.length > 0 && Array.isArray(each) && shards.length === each.length && shards.length === count
  const counts = decodeCounts(listed)
  if (!isWhole || !isBuild(build) || !isCount(imageCount) || !areCounts(unparsed) || !counts) return broken
  return {build, imageCount, unparsed, counts, shards}
}

const broken = {problem: 'The image cache has broken "shards".'}

function decodeEntry(entry: unknown): ShardEntry | undefined {
  if (!isRecord(entry)) return undefined
  const {build, fingerprint, bytes, digests} = entry
  if (!isBuild(build) || !isName(fingerprint) || !isCount(bytes) || typeof digests !== 'string') return undefined
  return {build, fingerprint, bytes, digests: new Uint8Array(Buffer.from(digests, 'base64'))}
}

/** It becomes a part of a name. */
function isBuild(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9]{1,32}$/.test(value)
}

function decodeCounts({kinds, namespaces}: Readonly<Record<string, unknown>>): WorkloadCounts | undefined {
  if (!areCounts(kinds)) return undefined
  if (namespaces === undefined) return {kinds: toCounts(kinds)}
  if (!isRecord(namespaces)) return undefined
  const entries = Object.entries(namespaces).flatMap(([namespace, numbers]) =>
    areCounts(numbers) ? [[namespace, toCounts(numbers)] as const] : [],
  )
  const isWhole = entries.length === Object.keys(namespaces).length
  return isWhole ? {kinds: toCounts(kinds), namespaces: new Map(entries)} : undefined
}

function toCounts(numbers: readonly number[]): CountsByKind {
  const byKind = {...noWorkloads}
  for (const [i, kind] of workloadKinds.entries()) byKind[kind] = numbers[i] ?? 0
  return byKind
}

/**
 * The shards that can contain the image of a query: one for a repository; for a bare digest those whose filter matches
 * it, hardly ever more than two or three, and often none.
 */
export function shardsFor({repository, digest, text}: ImageQuery, index: ShardIndex): readonly number[] {
  const {shards, unparsed} = index
  const found = new Set<number>()
  if (repository) found.add(shardOfRepository(repository, shards.length))
  else if (digest !== undefined) {
    for (const [n, {digests}] of shards.entries()) if (mayHoldDigest(digests, digest)) found.add(n)
  }
  // An invalid reference matches a query of exactly the same text: `matches` of image-query.ts.
  const ofText = shardOfText(text, shards.length)
  if (unparsed.includes(ofText) && !isImageReference(parseImageReference(text))) found.add(ofText)
  return [...found].sort((a, b) => a - b)
}
