import type {AccessQuestion} from '../kube/ports/access-reviews.ts'
import type {ClusterAccess} from '../kube/ports/cluster-access.ts'
import type {CheckEntry, CheckedPermission} from '../model/check-report.ts'
import type {ContextRef} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import {mayBeByName, type Need, type PermittedVerb, permittedVerbs, type Reach} from '../model/permission.ts'
import {needsOf} from '../model/permissions.ts'
import type {Clock} from '../shared/clock.ts'
import {cacheAgeMs} from './cache/cache-age.ts'
import {readCacheHead, type StoredHead} from './cache/cache-store.ts'
import {judgeCache} from './cache/freshness.ts'
import {checkLock} from './check-lock.ts'
import {withEndOfCredentials} from './ended-credentials.ts'
import {type ReadingDeps, retryRead} from './retry-read.ts'

/**
 * Asks one cluster whether it can be worked with, without writing: version, identity, latency of one small request on a
 * connection that is open, what time it is there, when the credentials end, the permissions that each verb needs, and the
 * state of the image cache.
 *
 * Rejects with the `HubspokeError` of the first request: then nothing could be found out.
 */
export async function checkCluster(cluster: ClusterAccess, reach: Reach, deps: ReadingDeps): Promise<CheckEntry> {
  try {
    return await askCluster(cluster, reach, deps)
  } catch (error) {
    throw await withEndOfCredentials(error, cluster, deps.clock)
  }
}

async function askCluster(cluster: ClusterAccess, reach: Reach, deps: ReadingDeps): Promise<CheckEntry> {
  const {clock, signal} = deps
  const identity = await retryRead(() => cluster.identity(signal), deps)
  const from = clock.now()
  const version = await cluster.serverVersion(signal)
  const latencyMs = Math.round(clock.now() - from)
  const {serverNow, clockSkewMs} = await compareClocks(cluster, deps)
  const [permissions, imageCache, lock] = await Promise.all([
    askAll(cluster, reach, signal),
    readCacheState(cluster, reach.cacheNamespace, deps),
    checkLock(cluster, reach.cacheNamespace, {...deps, now: serverNow}),
  ])
  return {
    ...notChecked(cluster.context),
    uid: identity.uid,
    uidIsFallback: identity.isFallback,
    version,
    latencyMs,
    clockSkewMs,
    credentials: await credentialsLeft(cluster, serverNow),
    permissions,
    lock,
    imageCache: imageCache && describe(imageCache, judgeCache(imageCache, identity), clock),
  }
}

/** Null where it may not be read: the permissions say so. */
async function readCacheState(
  {configMaps}: ClusterAccess,
  namespace: string,
  deps: ReadingDeps,
): Promise<StoredHead | null> {
  try {
    return await readCacheHead(configMaps, namespace, deps)
  } catch (error) {
    if (error instanceof HubspokeError && error.failureClass === 'forbidden') return null
    throw error
  }
}

/** What is said of a context that could not be asked; the caller adds why. */
export function notChecked({name, server}: ContextRef): CheckEntry {
  return {
    context: name,
    server,
    uid: null,
    uidIsFallback: null,
    sameClusterAs: [],
    version: null,
    latencyMs: null,
    clockSkewMs: null,
    credentials: null,
    permissions: [],
    imageCache: null,
    protected: null,
    lock: null,
    problem: null,
  }
}

/** A server tells its time in whole seconds, and so half a second later on average. */
const halfSecondMs = 500

/** What time it is for the server, and how far this machine is ahead of it; where it does not say, this machine is right. */
async function compareClocks(
  cluster: ClusterAccess,
  {clock, signal}: ReadingDeps,
): Promise<{readonly serverNow: Date; readonly clockSkewMs: number | null}> {
  const before = clock.date().getTime()
  const serverDate = await cluster.serverDate(signal)
  const after = clock.date().getTime()
  if (serverDate === undefined) return {serverNow: new Date(after), clockSkewMs: null}
  const skew = (before + after) / 2 - (serverDate.getTime() + halfSecondMs)
  // Adding 0 makes a 0 of -0.
  return {serverNow: serverDate, clockSkewMs: Math.round(skew / 1000) * 1000 + 0}
}

async function credentialsLeft(cluster: ClusterAccess, serverNow: Date): Promise<CheckEntry['credentials']> {
  const expiry = await cluster.credentialsExpire()
  if (expiry === undefined) return null
  const {at, renewed} = expiry
  return {expiresAt: at.toISOString(), leftMs: at.getTime() - serverNow.getTime(), renewed}
}

/** Every answer is about something that a verb will do; what several verbs need is asked once. */
function askAll(cluster: ClusterAccess, reach: Reach, signal: AbortSignal): Promise<readonly CheckedPermission[]> {
  const answers = new Map<string, Promise<boolean>>()
  const mayI = (need: Need): Promise<boolean> => {
    const question = questionOf(need)
    const key = JSON.stringify(question)
    const answer = answers.get(key) ?? cluster.access.mayI(question, signal)
    answers.set(key, answer)
    return answer
  }
  const ask = async (purpose: PermittedVerb, need: Need): Promise<CheckedPermission> => {
    const {verb, group, resource, namespace = null, name = null, essential, without} = need
    const kind = group === '' ? resource : `${resource}.${group}`
    const allowed = await mayI(need)
    return {
      ...{purpose, verb, resource: kind, namespace, name, allowed},
      ...{mayBeByName: !allowed && mayBeByName(need), essential, without},
    }
  }
  return Promise.all(permittedVerbs.flatMap((verb) => needsOf(verb, reach).map((need) => ask(verb, need))))
}

/** What the server itself will ask when the request comes: it takes the name of a namespace for its namespace, too. */
function questionOf({verb, group, resource, namespace, name}: Need): AccessQuestion {
  const place = namespace ?? (group === '' && resource === 'namespaces' ? name : undefined)
  return {verb, group, resource, ...(place !== undefined && {namespace: place}), ...(name !== undefined && {name})}
}

function describe(
  stored: StoredHead,
  judged: ReturnType<typeof judgeCache>,
  clock: Clock,
): NonNullable<CheckEntry['imageCache']> {
  if (stored.state !== 'present') return {state: stored.state, ageMs: null, workloads: null}
  return {
    state: 'cache' in judged ? 'present' : 'foreign',
    ageMs: cacheAgeMs(stored, clock) ?? null,
    workloads: stored.cache.workloads ?? null,
  }
}
