import type {ClusterIdentity} from '../../model/cluster.ts'
import type {WorkloadKind} from '../../model/workload.ts'
import {formatDuration, parseDuration} from '../../shared/duration.ts'
import {printable} from '../../shared/printable.ts'
import type {Stored, StoredCache} from './cache-store.ts'
import type {CacheOrigin, ImageCache} from './image-cache.ts'

/**
 * The required freshness of an answer: `exact` is the result of a consistent list, `cache` is the image cache as it is,
 * `scan` always lists; a duration accepts a cache that was proved complete no longer ago than that.
 */
export type Freshness = 'exact' | 'cache' | 'scan' | {readonly provenWithinMs: number}

/** Parses `--fresh`; undefined for an invalid value. */
export function parseFreshness(text: string): Freshness | undefined {
  if (text === 'exact' || text === 'cache' || text === 'scan') return text
  const provenWithinMs = parseDuration(text)
  return provenWithinMs === undefined ? undefined : {provenWithinMs}
}

/** A cache that may answer, or the clause that says why there is none. */
export type JudgedCache<Cache extends CacheOrigin = ImageCache> =
  | {readonly cache: Cache; readonly reason: string}
  | {readonly reason: string}

/**
 * May the stored cache answer as it is? Only for its own cluster: it is refused if the UIDs differ. A cache that names no
 * cluster, or a cluster whose UID may not be read, cannot be checked; it is used, and the reason says so.
 */
export function judgeCache<Cache extends CacheOrigin>(
  stored: Stored<Cache>,
  identity: ClusterIdentity,
): JudgedCache<Cache> {
  if (stored.state === 'missing') return {reason: noCache}
  if (stored.state === 'unreadable') return {reason: unreadable(stored.problem)}
  const {cache} = stored
  if (cache.clusterUid === undefined) {
    return {cache, reason: nameless}
  }
  if (cache.clusterUid === identity.uid) return {cache, reason: 'the image cache was taken as it is'}
  if (identity.isFallback) {
    return {cache, reason: 'the image cache was taken unverified: the UID of this cluster may not be read'}
  }
  return {reason: foreign}
}

/**
 * The cache for an answer that uses it as it is. The identity of the cluster is not read: a cache that was copied from
 * another cluster would not be detected.
 */
export function takenAsItIs(stored: StoredCache): JudgedCache {
  if (stored.state === 'missing') return {reason: noCache}
  if (stored.state === 'unreadable') return {reason: unreadable(stored.problem)}
  const {cache} = stored
  return {cache, reason: cache.clusterUid === undefined ? nameless : 'the image cache was taken as it is, with its UID'}
}

/** What determines whether a cache belongs to a cluster, and whether the cluster can prove its changes. */
export interface KnownCluster {
  readonly identity: ClusterIdentity
  /** Undefined: unknown. */
  readonly version: string | undefined
}

/** A cache whose changes may be read, or the clause that says why the cluster is listed instead. */
export function judgeForChanges(
  stored: StoredCache,
  {identity, version}: KnownCluster,
): {readonly cache: ImageCache} | {readonly reason: string} {
  if (stored.state === 'missing') return {reason: noCache}
  if (stored.state === 'unreadable') return {reason: unreadable(stored.problem)}
  const {clusterUid, resourceVersions} = stored.cache
  if (clusterUid === undefined) return {reason: 'the image cache does not name its cluster'}
  if (clusterUid !== identity.uid) {
    const cannotTell = 'the UID of this cluster may not be read, so its image cache cannot be verified'
    return {reason: identity.isFallback ? cannotTell : foreign}
  }
  if (resourceVersions.size === 0) return {reason: 'the image cache has no resourceVersions'}
  if (seldomProves(version)) return {reason: `servers of version ${printable(version)} seldom prove what has changed`}
  return {cache: stored.cache}
}

/**
 * Before 1.31 a consistent list does not make a watch report its version, and usually it sends nothing in the 3 s that it
 * lasts (https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/2340-Consistent-reads-from-cache).
 */
function seldomProves(version: string | undefined): version is string {
  const [, minor] = /^v1\.(\d+)/.exec(version ?? '') ?? []
  return minor !== undefined && Number(minor) < 31
}

/** A server's date has whole seconds: the actual time may be this much later. */
const dateResolutionMs = 1000

/**
 * May the cache answer because it was proved complete no longer ago than `withinMs`? Both times are the server's, so that a
 * wrong clock of this machine has no influence. A proof in the future proves nothing.
 */
export function judgeProof(
  stored: StoredCache,
  {withinMs, kinds}: {readonly withinMs: number; readonly kinds: readonly WorkloadKind[]},
): {readonly cache: ImageCache; readonly ageMs: number; readonly reason: string} | {readonly reason: string} {
  if (stored.state === 'missing') return {reason: noCache}
  if (stored.state === 'unreadable') return {reason: unreadable(stored.problem)}
  const {cache, serverDate} = stored
  const unknown = kinds.filter((kind) => !cache.resourceVersions.has(kind))
  if (cache.provenAt === undefined || cache.clusterUid === undefined || unknown.length > 0) {
    return {reason: 'nothing has proved the image cache complete'}
  }
  if (serverDate === undefined) return {reason: 'the server reports no date'}
  const ageMs = serverDate.getTime() + dateResolutionMs - cache.provenAt.getTime()
  if (ageMs < 0) return {reason: 'the image cache was proved complete in the future'}
  const proved = `the image cache was proved complete ${formatDuration(ageMs)} ago`
  return ageMs > withinMs ? {reason: proved} : {cache, ageMs, reason: proved}
}

const noCache = 'no image cache in this cluster'
const nameless = 'the image cache was taken unverified: it does not name its cluster'
const foreign = 'the image cache is of another cluster'

/** Makes a sentence a clause. */
function unreadable(sentence: string): string {
  return `the image cache cannot be used: ${sentence.replace(/\.$/, '').replace(/^The/, 'the')}`
}
