import type {ClusterAccess} from '../kube/ports/cluster-access.ts'
import type {ClusterIdentity, ClusterReading} from '../model/cluster.ts'
import {onFailure} from '../model/failure.ts'
import {answerByChanges} from './answer/answer-by-changes.ts'
import {answerByScan} from './answer/answer-by-scan.ts'
import {answerFromCache} from './answer/answer-from-cache.ts'
import {answerOfUnread} from './answer/answer-of-unread.ts'
import {listCostOf, whyListIsCheaper} from './answer/cheaper-proof.ts'
import {readNamed} from './answer/read-named.ts'
import type {Answer, Reader, ReadRequest} from './answer/reader.ts'
import {cacheAgeMs} from './cache/cache-age.ts'
import type {StoredCache} from './cache/cache-store.ts'
import {judgeCache, judgeForChanges, judgeProof, takenAsItIs} from './cache/freshness.ts'
import {byPlace, type ImageCache} from './cache/image-cache.ts'
import {tryCache} from './cache/try-cache.ts'
import {type ReadingDeps, retryRead} from './retry-read.ts'

/** A reading, and which patterns of `-n` had a workload in it. */
export interface ClusterAnswer {
  readonly reading: ClusterReading
  readonly patternsSeen: ReadonlySet<string>
}

/**
 * Reads one cluster through one context: who it is, and which of its workloads run what is asked for, from the image
 * cache, from it and what has changed since, or from lists, as `fresh` says. The tier and its reason are always told.
 * Matches from the cache have an empty `uid`; for a verb that writes each of them was read from the cluster itself.
 *
 * Rejects with the `HubspokeError` of a request without which nothing can be said.
 */
export async function readCluster(
  cluster: ClusterAccess,
  request: ReadRequest,
  deps: ReadingDeps,
): Promise<ClusterAnswer> {
  const reader = openReader(cluster, request, deps)
  const {patternsSeen, cache: _, ...answer} = await answerAsAsked(reader)
  const cachedOnly = await answerOfUnread(reader, answer)
  const version = answer.tier === 'cache' ? undefined : await reader.version()
  const reading = {
    context: cluster.context,
    identity: await (answer.identity ?? reader.identity()),
    ...(version !== undefined && {serverVersion: version}),
    ...answer,
    matches: answer.matches.toSorted(byPlace),
    ...(cachedOnly && {cachedOnly}),
    cost: cluster.cost(),
  }
  return {reading, patternsSeen}
}

function openReader(cluster: ClusterAccess, request: ReadRequest, deps: ReadingDeps): Reader {
  let identity: Promise<ClusterIdentity> | undefined
  let version: Promise<string | undefined> | undefined
  let imageCache: Promise<StoredCache | string> | undefined
  return {
    cluster,
    request,
    deps,
    identity() {
      identity ??= retryRead(() => cluster.identity(deps.signal), deps)
      return identity
    },
    version() {
      version ??= tryVersion(cluster, deps)
      return version
    },
    imageCache(isFirst) {
      imageCache ??= tryCache({cluster, request, deps}, isFirst)
      return imageCache
    },
  }
}

/** It is waited for once. */
async function tryVersion(cluster: ClusterAccess, {signal}: ReadingDeps): Promise<string | undefined> {
  return cluster.serverVersion(signal).catch(onFailure(undefined))
}

async function answerAsAsked(reader: Reader): Promise<Answer> {
  const {fresh, writes, selector} = reader.request
  if (fresh === 'scan') return whileIdentified(reader, answerByScan(reader, 'asked for'))
  if (selector !== undefined) return whileIdentified(reader, answerByScan(reader, 'the image cache has no labels'))
  const answer =
    fresh === 'cache'
      ? takeCache(reader)
      : fresh === 'exact'
        ? whileIdentified(reader, answerExactly(reader))
        : takeProved(reader, fresh.provenWithinMs)
  return writes ? readNamed(reader, await answer) : answer
}

/** While the cluster answers, it is asked who it is and what it runs. */
async function whileIdentified(reader: Reader, answer: Promise<Answer>): Promise<Answer> {
  return (await Promise.all([answer, reader.identity(), reader.version()]))[0]
}

/** One request, where the cache names its cluster; only `exact` verifies that name. */
async function takeCache(reader: Reader): Promise<Answer> {
  const stored = await reader.imageCache(true)
  if (typeof stored === 'string') return whileIdentified(reader, answerByScan(reader, stored))
  const judged = reader.request.writes ? judgeCache(stored, await reader.identity()) : takenAsItIs(stored)
  if (!('cache' in judged)) return whileIdentified(reader, answerByScan(reader, judged.reason))
  return asItIs(reader, judged.cache, {tierReason: judged.reason, age: cacheAgeMs(stored, reader.deps.clock)})
}

/** One request, where a watcher has proved the cache recently enough; else an exact answer. */
async function takeProved(reader: Reader, withinMs: number): Promise<Answer> {
  const stored = await reader.imageCache(true)
  if (typeof stored === 'string') return whileIdentified(reader, answerByScan(reader, stored))
  const judged = judgeProof(stored, {withinMs, kinds: reader.request.kinds})
  if ('cache' in judged && (await isOfThisCluster(reader, stored)))
    return asItIs(reader, judged.cache, {tierReason: judged.reason, age: judged.ageMs})
  const {tierReason = '', ...answer} = await whileIdentified(reader, answerExactly(reader))
  const reason = stored.state === 'present' ? `${judged.reason}; ${tierReason}` : tierReason
  return answer.tier === undefined ? answer : {...answer, tierReason: reason}
}

function asItIs(
  reader: Reader,
  cache: ImageCache,
  {tierReason, age}: {tierReason: string; age: number | undefined},
): Answer {
  return {
    ...answerFromCache(cache, reader.request),
    cache,
    // Good for an answer, never for a write.
    ...(cache.clusterUid !== undefined &&
      !reader.request.writes && {identity: {uid: cache.clusterUid, isFallback: false, fromCache: true}}),
    tier: 'cache',
    tierReason,
    ...(age !== undefined && {cacheAgeMs: age}),
  }
}

/** By the cheapest way that proves it: a list of little, what has changed since the cache was built, or a list of all. */
async function answerExactly(reader: Reader): Promise<Answer> {
  const {namespaces} = reader.request
  if (namespaces.names.length > 0 && namespaces.names.length <= fewNamespaces && namespaces.globs.length === 0) {
    return answerByScan(reader, 'only named namespaces are asked for')
  }
  const stored = await reader.imageCache(false)
  if (typeof stored === 'string') return answerByScan(reader, stored)
  const [identity, version] = await Promise.all([reader.identity(), reader.version()])
  const judged = judgeForChanges(stored, {identity, version})
  if (!('cache' in judged)) return answerByScan(reader, judged.reason)
  const cheaper = whyListed(reader, judged.cache)
  if (cheaper !== undefined) return answerByScan(reader, cheaper)
  return answerByChanges(reader, judged.cache, cacheAgeMs(stored, reader.deps.clock))
}

/** The clause that says why a list is the cheaper proof; undefined: the changes since the cache was built are asked for. */
function whyListed({cluster, request}: Reader, {workloads, lastList}: ImageCache): string | undefined {
  if (workloads === undefined) return undefined
  const {smallCluster} = request
  if (smallCluster === undefined) return whyListIsCheaper(listCostOf({workloads, lastList}), cluster.link())
  return workloads < smallCluster ? `fewer than ${smallCluster} workloads` : undefined
}

/** A cache that was copied from another cluster must not name targets. */
async function isOfThisCluster(reader: Reader, stored: StoredCache): Promise<boolean> {
  return !reader.request.writes || 'cache' in judgeCache(stored, await reader.identity())
}

/** Each costs a small list per kind. */
const fewNamespaces = 10
