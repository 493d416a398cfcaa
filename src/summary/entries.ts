import {type ClusterReading, isUnread, type Scope} from '../model/cluster.ts'
import type {ClusterEntry} from '../model/cluster-entry.ts'
import type {Exclusion} from '../model/exclusion.ts'
import type {MarksEntry, TargetMarks} from '../model/marks.ts'
import type {CachedOnlyEntry, ResultEntry, WaveEntry} from '../model/report.ts'
import type {Part, PartEntry, SpokeResult} from '../model/result.ts'
import type {RunFacts} from '../model/run-facts.ts'
import type {ScopeEntry} from '../model/scope-entry.ts'
import {workloadKinds} from '../model/workload.ts'
import {type ExcludedEntry, isWorkloadEntry, type WorkloadEntry} from '../model/workload-entry.ts'
import {targetEntry} from './target-names.ts'

/** Resources that may run an image but are never searched, by their common names. */
export const neverSearched = [
  'Jobs',
  'CronJobs',
  'bare Pods',
  'ReplicaSets without an owner',
  'Argo Rollouts and other custom resources',
  'ephemeral containers',
  'image volumes',
] as const

/** The scope as documents hold it. */
export function scopeEntry(scope: Scope): ScopeEntry {
  return {
    targetsOf: scope.targetsOf ?? null,
    kinds: scope.kinds,
    namespaces: scope.namespaces,
    selector: scope.selector ?? null,
    contexts: scope.contexts,
    contextsLeftOut: scope.contextsLeftOut,
    notSearched: {
      kinds: workloadKinds.filter((kind) => !scope.kinds.includes(kind)),
      otherNamespaces: scope.namespaces.length > 0,
      otherLabels: scope.selector !== undefined,
      resources: neverSearched,
    },
  }
}

/**
 * One context as documents hold it, with the names of its unread parts.
 *
 * @param sameCluster groups of contexts that point at the same cluster
 */
export function clusterEntry(reading: ClusterReading, sameCluster: readonly (readonly string[])[] = []): ClusterEntry {
  const {name} = reading.context
  return {
    context: name,
    server: reading.context.server,
    uid: reading.identity?.uid ?? null,
    sameClusterAs: (sameCluster.find((group) => group.includes(name)) ?? []).filter((other) => other !== name),
    version: reading.serverVersion ?? null,
    status: statusOf(reading),
    tier: reading.tier ?? null,
    tierReason: reading.tierReason ?? null,
    cacheAgeMs: reading.cacheAgeMs ?? null,
    workloadsRead: reading.workloadsRead,
    cost: reading.cost,
    unread: reading.unread.map(({kind, namespace, failure}) => ({kind, namespace: namespace ?? null, failure})),
    dropped: reading.dropped ?? [],
    problem: reading.problem ?? null,
  }
}

function statusOf({problem, unread}: ClusterReading): ClusterEntry['status'] {
  if (problem) return 'not-read'
  return unread.length > 0 ? 'partial' : 'read'
}

/**
 * The workloads of all readings, each once: contexts of one cluster see the same ones. One that only a list has
 * seen with its UID is the one that an image cache knows by its name.
 */
export function workloadEntries(readings: readonly ClusterReading[]): readonly WorkloadEntry[] {
  const entries = new Map<string, WorkloadEntry>()
  for (const reading of readings) {
    const {context, identity} = reading
    const clusterUid = identity?.uid ?? context.server
    const place = placeOf(reading)
    for (const {kind, namespace, name, uid, matched} of reading.matches) {
      const key = `${place}/${kind}/${namespace}/${name}`
      const known = entries.get(key)
      if (known && (known.uid !== '' || uid === '')) continue
      entries.set(key, {clusterUid, context: context.name, kind, namespace, name, uid, matched})
    }
  }
  return [...entries.values()]
}

/** Groups of several contexts that point at the same cluster. */
export function sameClusterGroups(readings: readonly ClusterReading[]): readonly (readonly string[])[] {
  return [
    ...Map.groupBy(
      readings.filter(({identity}) => identity !== undefined),
      placeOf,
    ).values(),
  ]
    .filter(({length}) => length > 1)
    .map((group) => group.map(({context}) => context.name))
}

/** A cluster UID that another cluster has, or that only a cache tells, which may have been copied, must not hide workloads. */
export function placeOf({context, identity}: ClusterReading): string {
  const clusterUid = identity?.uid ?? context.server
  const besides = identity?.sharedFrom ?? (identity?.fromCache ? context.server : undefined)
  return besides === undefined ? clusterUid : `${clusterUid} ${besides}`
}

/** In how many clusters the entries are. */
export function countPlaces(
  entries: readonly Pick<WorkloadEntry, 'context'>[],
  readings: readonly ClusterReading[],
): number {
  const places = new Map(readings.map((reading) => [reading.context.name, placeOf(reading)]))
  return new Set(entries.map(({context}) => places.get(context))).size
}

/** The excluded workloads as documents hold them. */
export function excludedEntries(excluded: readonly Exclusion[]): readonly ExcludedEntry[] {
  return excluded.map(({target, reason, include}) => ({...targetEntry(target), reason, include}))
}

/**
 * Workloads known only from image caches, each once. Those that another context of the same cluster could read are left out:
 * they were found there, or no longer run the image.
 */
export function cachedOnlyEntries(readings: readonly ClusterReading[]): readonly CachedOnlyEntry[] {
  const entries = new Map<string, CachedOnlyEntry>()
  for (const reading of readings) {
    const {context, identity, cachedOnly} = reading
    if (identity === undefined || cachedOnly === undefined) continue
    const {uid: clusterUid} = identity
    const place = placeOf(reading)
    const cluster = readings.filter((other) => !other.problem && placeOf(other) === place)
    for (const match of cachedOnly.matches) {
      const {kind, namespace, name, matched} = match
      const key = `${place}/${kind}/${namespace}/${name}`
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
  const waveOf = new Map(waves.flatMap(({targets}, index) => targets.map(({key}) => [key, index + 1] as const)))
  return results.map((result) =>
    resultEntry(result, waveOf.get(result.target.key) ?? null, marks.get(result.target.key)),
  )
}

function resultEntry(result: SpokeResult, wave: number | null, marks?: TargetMarks): ResultEntry {
  const {outcome, attempts, failedTries = [], durationMs, startedAt, endedAt, reason, failure, undo, parts} = result
  const entry = targetEntry(result.target)
  const ended = {
    wave,
    outcome,
    attempts,
    failedTries,
    durationMs: Math.round(durationMs),
    startedAt: startedAt ?? null,
    endedAt: endedAt ?? null,
    reason,
    failure: failure ?? null,
    undo: undo ?? null,
    parts: partEntries(parts),
    logTail: null,
  }
  return isWorkloadEntry(entry) ? {...entry, ...ended, ...marksEntry(marks)} : {...entry, ...ended}
}

/** The parts of a target as documents hold them. */
export function partEntries(parts: readonly Part[] = []): readonly PartEntry[] {
  return parts.map(({name, outcome, reason, failure, diff = []}) => ({
    ...{name, outcome, reason, diff},
    failure: failure ?? null,
  }))
}

function marksEntry(marks: TargetMarks | undefined): MarksEntry {
  return {
    owner: marks?.owner ?? null,
    otherOwners: marks?.otherOwners ?? [],
    obstacles: marks === undefined ? null : (marks.obstacles ?? []),
    disruption: marks?.disruption ?? null,
  }
}

/** One wave as documents hold it. */
export function waveEntry({targets, state}: RunFacts['waves'][number], index: number): WaveEntry {
  const clusters = new Set(targets.map(({place}) => place)).size
  return {wave: index + 1, targets: targets.length, clusters, state}
}
