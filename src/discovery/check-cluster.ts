import type {AccessQuestion, ClusterAccess} from '../kube/ports.ts'
import type {ContextRef} from '../model/cluster.ts'
import type {CheckEntry, CheckedPermission} from '../model/report.ts'
import {workloadKinds} from '../model/workload.ts'
import {readImageCache, type StoredCache} from './cache-store.ts'
import {judgeCache} from './freshness.ts'
import {type AccessNeed, workloadResource} from './preflight.ts'
import {type ReadingDeps, retryRead} from './retry-read.ts'

type Purpose = CheckedPermission['purpose']
type Question = AccessQuestion & {readonly purpose: Purpose}

/**
 * Asks one cluster whether it can be worked with, without writing: version, identity, latency of one small request on a
 * connection that is open, the permissions that each verb needs, and the state of the image cache.
 *
 * Rejects with the `HubspokeError` of the first request: then nothing could be found out.
 */
export async function checkCluster(
  cluster: ClusterAccess,
  cacheNamespace: string,
  deps: ReadingDeps,
): Promise<CheckEntry> {
  const {clock, signal} = deps
  const identity = await retryRead(() => cluster.identity(signal), deps)
  const from = clock.now()
  const version = await cluster.serverVersion(signal)
  const latencyMs = Math.round(clock.now() - from)
  const [permissions, stored] = await Promise.all([
    Promise.all(questions(cacheNamespace).map((question) => ask(cluster, question, signal))),
    readImageCache(cluster.configMaps, cacheNamespace, deps),
  ])
  return {
    context: cluster.context.name,
    server: cluster.context.server,
    uid: identity.uid,
    version,
    latencyMs,
    permissions,
    imageCache: describe(stored, judgeCache(stored, identity), clock.date()),
    problem: null,
  }
}

/** What is said of a context that could not be asked; the caller adds why. */
export function notChecked({name, server}: ContextRef): CheckEntry {
  return {
    context: name,
    server,
    uid: null,
    version: null,
    latencyMs: null,
    permissions: [],
    imageCache: null,
    problem: null,
  }
}

/** What the verbs need, so that every answer of `check` is about something that a verb will do. */
function questions(cacheNamespace: string): readonly Question[] {
  const forKinds = (purpose: Purpose, verbs: readonly AccessNeed['verb'][]) =>
    workloadKinds.flatMap((kind) =>
      verbs.map((verb) => ({purpose, verb, group: 'apps', resource: workloadResource(kind)})),
    )
  const forCache = (verb: AccessNeed['verb']) =>
    ({purpose: 'cache refresh', verb, group: '', resource: 'configmaps', namespace: cacheNamespace}) as const
  return [
    ...forKinds('find', ['list']),
    ...forKinds('restart', ['get', 'list', 'watch', 'patch']),
    ...(['get', 'create', 'update'] as const).map(forCache),
  ]
}

async function ask(
  cluster: ClusterAccess,
  {purpose, ...question}: Question,
  signal: AbortSignal,
): Promise<CheckedPermission> {
  const {verb, group, resource, namespace} = question
  return {
    purpose,
    verb,
    resource: group === '' ? resource : `${resource}.${group}`,
    namespace: namespace ?? null,
    allowed: await cluster.access.mayI(question, signal),
  }
}

function describe(
  stored: StoredCache,
  judged: ReturnType<typeof judgeCache>,
  now: Date,
): NonNullable<CheckEntry['imageCache']> {
  if (stored.state !== 'present') return {state: stored.state, ageMs: null, workloads: null}
  const {builtAt, workloads} = stored.cache
  return {
    state: 'cache' in judged ? 'present' : 'foreign',
    ageMs: builtAt ? Math.max(0, now.getTime() - builtAt.getTime()) : null,
    workloads: workloads ?? null,
  }
}
