import {type ClusterReading, isUnread, type Scope} from '../model/cluster.ts'
import type {TargetMarks} from '../model/marks.ts'
import type {CachedOnlyEntry, ClusterEntry, ResultEntry, ScopeEntry, WaveEntry, WorkloadEntry} from '../model/report.ts'
import type {SpokeResult} from '../model/result.ts'
import type {RunFacts} from '../model/run-facts.ts'
import {targetKey} from '../model/target.ts'

/** The scope as documents hold it. */
export function scopeEntry(scope: Scope): ScopeEntry {
  return {
    kinds: scope.kinds,
    namespaces: scope.namespaces,
    selector: scope.selector ?? null,
    contexts: scope.contexts,
    contextsLeftOut: scope.contextsLeftOut,
  }
}

/** One context as documents hold it; what could not be read stays in it, by name. */
export function clusterEntry(reading: ClusterReading): ClusterEntry {
  return {
    context: reading.context.name,
    server: reading.context.server,
    uid: reading.identity?.uid ?? null,
    version: reading.serverVersion ?? null,
    status: statusOf(reading),
    tier: reading.tier ?? null,
    tierReason: reading.tierReason ?? null,
    cacheAgeMs: reading.cacheAgeMs ?? null,
    workloadsRead: reading.workloadsRead,
    cost: reading.cost,
    unread: reading.unread.map(({kind, namespace, failure}) => ({kind, namespace: namespace ?? null, failure})),
    problem: reading.problem ?? null,
  }
}

function statusOf({problem, unread}: ClusterReading): ClusterEntry['status'] {
  if (problem) return 'not-read'
  return unread.length > 0 ? 'partial' : 'read'
}

/**
 * The workloads of all readings, each once: contexts that lead to one cluster see the same ones. One that only a list has
 * seen with its UID is the one that an image cache knows by its name.
 */
export function workloadEntries(readings: readonly ClusterReading[]): readonly WorkloadEntry[] {
  const entries = new Map<string, WorkloadEntry>()
  for (const {context, identity, matches} of readings) {
    const clusterUid = identity?.uid ?? context.server
    // A cache may have been copied: what it alone says of its cluster must not hide the workloads of another server.
    const place = identity?.fromCache ? `${clusterUid} ${context.server}` : clusterUid
    for (const {kind, namespace, name, uid, matched} of matches) {
      const key = `${place}/${kind}/${namespace}/${name}`
      const known = entries.get(key)
      if (known && (known.uid !== '' || uid === '')) continue
      entries.set(key, {clusterUid, context: context.name, kind, namespace, name, uid, matched})
    }
  }
  return [...entries.values()]
}

/**
 * What only the image caches name, each workload once. What another context of the same cluster could read is not among it:
 * it was found there, or runs the image no longer.
 */
export function cachedOnlyEntries(readings: readonly ClusterReading[]): readonly CachedOnlyEntry[] {
  const entries = new Map<string, CachedOnlyEntry>()
  for (const {context, identity, cachedOnly} of readings) {
    if (identity === undefined || cachedOnly === undefined) continue
    const {uid: clusterUid} = identity
    const cluster = readings.filter((reading) => reading.identity?.uid === clusterUid && !reading.problem)
    for (const match of cachedOnly.matches) {
      const {kind, namespace, name, matched} = match
      const key = `${clusterUid}/${kind}/${namespace}/${name}`
      if (entries.has(key) || cluster.some(({unread}) => !isUnread(unread, match))) continue
      const cacheAgeMs = cachedOnly.ageMs ?? null
      entries.set(key, {clusterUid, context: context.name, kind, namespace, name, matched, cacheAgeMs})
    }
  }
  return [...entries.values()]
}

/** The results of a run as documents hold them, each with the wave that its target belongs to. */
export function resultEntries({
  results,
  waves,
  marks,
}: Pick<RunFacts, 'results' | 'waves' | 'marks'>): readonly ResultEntry[] {
  const waveOf = new Map(waves.flatMap(({targets}, index) => targets.map((target) => [target, index + 1] as const)))
  return results.map((result) =>
    resultEntry(result, waveOf.get(result.target) ?? null, marks.get(targetKey(result.target))),
  )
}

function resultEntry(result: SpokeResult, wave: number | null, marks?: TargetMarks): ResultEntry {
  const {outcome, attempts, failedTries = [], durationMs, reason, failure, undo} = result
  const {clusterUid, context, kind, namespace, name, uid, matched} = result.target
  const workload = {clusterUid, context, kind, namespace, name, uid, matched}
  return {
    ...workload,
    wave,
    outcome,
    attempts,
    failedTries,
    durationMs: Math.round(durationMs),
    reason,
    failure: failure ?? null,
    undo: undo ?? null,
    lastWords: null,
    owner: marks?.owner ?? null,
    takesDown: marks?.takesDown ?? null,
  }
}

/** One wave as documents hold it. */
export function waveEntry({targets, state}: RunFacts['waves'][number], index: number): WaveEntry {
  const clusters = new Set(targets.map(({clusterUid}) => clusterUid)).size
  return {wave: index + 1, targets: targets.length, clusters, state}
}
