import type {ClusterAccess} from '../kube/ports.ts'
import type {ClusterIdentity, ClusterReading, WorkloadMatch} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import type {WorkloadImages} from '../model/workload.ts'
import {answerFromCache} from './answer-from-cache.ts'
import {readImageCache, type StoredCache} from './cache-store.ts'
import {type Freshness, takenAsItIs, whyScanned} from './freshness.ts'
import {byPlace, type ImageCache} from './image-cache.ts'
import {type ImageQuery, matchWorkload} from './image-query.ts'
import {type ReadingDeps, retryRead} from './retry-read.ts'
import {type ScanRequest, scanWorkloads} from './scan-workloads.ts'

/** What every context is asked. */
export interface ReadRequest extends ScanRequest {
  readonly query: ImageQuery
  readonly fresh: Freshness
  /** For a verb that writes: only what the cluster itself says now counts, and every workload is needed with its UID. */
  readonly writes: boolean
  /** Where the image cache is kept. */
  readonly cacheNamespace: string
}

/** A reading, and which patterns of `-n` had a workload in it. */
export interface ClusterAnswer {
  readonly reading: ClusterReading
  readonly patternsSeen: ReadonlySet<string>
}

type Answer = Pick<
  ClusterReading,
  'identity' | 'tier' | 'tierReason' | 'cacheAgeMs' | 'workloadsRead' | 'matches' | 'unread' | 'problem'
> & {
  readonly patternsSeen: ReadonlySet<string>
}

interface Reader {
  readonly cluster: ClusterAccess
  readonly request: ReadRequest
  readonly deps: ReadingDeps
  /** Asked once, by whoever needs it first. */
  identity(): Promise<ClusterIdentity>
}

/**
 * Reads one cluster through one context: who it is, and which of its workloads run what is asked for, from the image
 * cache or from a list, as `fresh` says. The tier and its reason are always told. Matches from the cache have an empty
 * `uid`; for a verb that writes there are none.
 *
 * Rejects with the `HubspokeError` of a request without which nothing can be said.
 */
export async function readCluster(
  cluster: ClusterAccess,
  request: ReadRequest,
  deps: ReadingDeps,
): Promise<ClusterAnswer> {
  let identity: Promise<ClusterIdentity> | undefined
  const askIdentity = (): Promise<ClusterIdentity> => {
    identity ??= retryRead(() => cluster.identity(deps.signal), deps)
    return identity
  }
  const reader = {cluster, request, deps, identity: askIdentity}
  const [serverVersion, {patternsSeen, ...answer}] = await Promise.all([
    readVersion(reader),
    answerAsAsked(reader),
    // A cache that is taken as it is says itself which cluster it is of.
    mayTakeCache(request) || askIdentity(),
  ])
  const reading = {
    context: cluster.context,
    identity: await (answer.identity ?? askIdentity()),
    ...(serverVersion !== undefined && {serverVersion}),
    ...answer,
    matches: answer.matches.toSorted(byPlace),
    cost: cluster.cost(),
  }
  return {reading, patternsSeen}
}

/** Nobody waits for it twice, and an answer from the cache costs no request for it. */
async function readVersion({cluster, request, deps}: Reader): Promise<string | undefined> {
  if (mayTakeCache(request)) return undefined
  try {
    return await cluster.serverVersion(deps.signal)
  } catch (error) {
    if (error instanceof HubspokeError) return undefined
    throw error
  }
}

/** A selector needs labels, which the cache does not hold. */
function mayTakeCache({fresh, writes, selector}: ReadRequest): boolean {
  return fresh === 'cache' && !writes && selector === undefined
}

async function answerAsAsked(reader: Reader): Promise<Answer> {
  const {fresh, writes} = reader.request
  if (mayTakeCache(reader.request)) return takeCache(reader)
  if (fresh === 'scan') return scan(reader, 'asked for')
  if (fresh !== 'cache') return scan(reader, explainScan(reader, fresh))
  return scan(reader, writes ? 'what is written is never taken from a cache' : 'the image cache knows no labels')
}

/** `why` is looked for while the lists are read. */
async function scan({cluster, request, deps}: Reader, why: string | Promise<string>): Promise<Answer> {
  const {query, ...scanRequest} = request
  const keep = (workload: WorkloadImages): WorkloadMatch | undefined => matchWorkload(query, workload)
  const [{kept, workloadsRead, patternsSeen, unread, problem}, tierReason] = await Promise.all([
    scanWorkloads(cluster, scanRequest, keep, deps),
    why,
  ])
  const read = {matches: kept, workloadsRead, patternsSeen, unread}
  return problem ? {...read, problem} : {...read, tier: 'scan', tierReason}
}

async function explainScan(reader: Reader, fresh: Freshness): Promise<string> {
  const stored = await tryCache(reader)
  return typeof stored === 'string' ? stored : whyScanned(stored, await reader.identity(), fresh)
}

/** One request, where the cache says which cluster it is of; whoever wants to know whether that is so asks for `exact`. */
async function takeCache(reader: Reader): Promise<Answer> {
  const stored = await tryCache(reader)
  const judged = typeof stored === 'string' ? {reason: stored} : takenAsItIs(stored)
  if (!('cache' in judged)) return (await Promise.all([scan(reader, judged.reason), reader.identity()]))[0]
  const {cache, reason} = judged
  const age = ageMs(cache, reader.deps)
  return {
    ...answerFromCache(cache, reader.request),
    ...(cache.clusterUid !== undefined && {identity: {uid: cache.clusterUid, standsIn: false, fromCache: true}}),
    tier: 'cache',
    tierReason: reason,
    ...(age !== undefined && {cacheAgeMs: age}),
  }
}

/** What stands in the place of the cache, or the clause that says why it could not be read. */
async function tryCache({cluster, request, deps}: Reader): Promise<StoredCache | string> {
  try {
    return await readImageCache(cluster.configMaps, request.cacheNamespace, deps)
  } catch (error) {
    if (!(error instanceof HubspokeError) || (mayTakeCache(request) && isLost(error))) throw error
    return `the image cache could not be read: ${error.message.replace(/\.$/, '')}`
  }
}

/** What did not answer its first request is not asked for lists: a dead cluster costs its own timeout once. */
function isLost({failureClass}: HubspokeError): boolean {
  return failureClass === 'unreachable' || failureClass === 'timeout' || failureClass === 'unauthenticated'
}

/** Clocks differ: a cache from the future is as new as can be. */
function ageMs({builtAt}: ImageCache, {clock}: ReadingDeps): number | undefined {
  return builtAt && Math.max(0, clock.date().getTime() - builtAt.getTime())
}
