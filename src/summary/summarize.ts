import type {CacheEntry} from '../model/cache-entry.ts'
import type {CheckEntry, CheckReport} from '../model/check-report.ts'
import type {CacheReport, FindReport, RunReport} from '../model/report.ts'
import type {RunFacts} from '../model/run-facts.ts'
import {countOutcomes} from './count-outcomes.ts'
import {
  cachedOnlyEntries,
  clusterEntry,
  excludedEntries,
  resultEntries,
  sameClusterGroups,
  scopeEntry,
  waveEntry,
  workloadEntries,
} from './entries.ts'
import type {FindFacts} from './find-facts.ts'
import {nearImageCommands, nearImageEntries} from './near-images.ts'
import {verdictOfRun} from './verdict.ts'
import {type Besides, verdictOfCaches, verdictOfCheck, verdictOfFind} from './verdict-of-reads.ts'

/** The report of a run: a pure function of its facts. */
export function summarizeRun(facts: RunFacts): RunReport {
  const {id, verb, startedAt, durationMs, dryRun, waited, ledger} = facts
  const isEmpty = facts.results.length + facts.excluded.length === 0
  const near = isEmpty ? nearImageEntries(facts.readings) : []
  return {
    schemaVersion: 1,
    type: 'RunReport',
    run: {
      id,
      verb,
      retryOf: facts.retryOf?.id ?? null,
      reason: facts.reason ?? null,
      arguments: facts.arguments,
      startedAt: startedAt.toISOString(),
      durationMs: Math.round(durationMs),
      askedMs: Math.round(facts.askedMs),
      dryRun,
      waited,
      by: facts.by,
      consent: facts.consent,
      ledger,
      locks: facts.locks,
      waves: facts.waves.map(waveEntry),
    },
    scope: scopeEntry(facts.scope),
    clusters: facts.readings.map((reading) => clusterEntry(reading, facts.sameCluster)),
    results: resultEntries(facts),
    excluded: excludedEntries(facts.excluded),
    nearImages: near,
    suggestions: nearImageCommands(near),
    cachedOnly: cachedOnlyEntries(facts.readings),
    counts: countOutcomes(facts.results),
    verdict: verdictOfRun(facts),
  }
}

/** The report of `find`; a workload that several contexts can reach is in it once. */
export function summarizeFind(facts: FindFacts): FindReport {
  const workloads = workloadEntries(facts.readings)
  const cachedOnly = cachedOnlyEntries(facts.readings)
  const sameCluster = sameClusterGroups(facts.readings)
  const near = workloads.length + cachedOnly.length === 0 ? nearImageEntries(facts.readings) : []
  const images = new Set(workloads.flatMap(({matched}) => matched.map(({image}) => image)))
  return {
    schemaVersion: 1,
    type: 'FindReport',
    query: facts.query,
    scope: scopeEntry(facts.scope),
    clusters: facts.readings.map((reading) => clusterEntry(reading, sameCluster)),
    workloads,
    cachedOnly,
    nearImages: near,
    suggestions: nearImageCommands(near),
    images: [...images].sort(),
    verdict: verdictOfFind(facts, workloads, cachedOnly.length),
  }
}

/** The report of `check`, one entry per selected context; contexts of one cluster refer to each other. */
export function summarizeCheck(
  entries: readonly CheckEntry[],
  besides: Besides = {},
  unmatchedProtections: CheckReport['unmatchedProtections'] = [],
): CheckReport {
  const {contextsLeftOut = []} = besides
  const contexts = entries.map((entry) => ({
    ...entry,
    sameClusterAs: sameCluster(entry, entries, besides.firstContexts),
  }))
  const verdict = verdictOfCheck(contexts, besides)
  return {schemaVersion: 1, type: 'CheckReport', contexts, contextsLeftOut, unmatchedProtections, verdict}
}

function sameCluster(
  {context, uid}: CheckEntry,
  entries: readonly CheckEntry[],
  firstContexts: Besides['firstContexts'],
): readonly string[] {
  if (uid === null) return []
  const first = firstContexts?.get(context)
  return entries
    .filter((other) => other.uid === uid && other.context !== context && firstContexts?.get(other.context) === first)
    .map((other) => other.context)
}

/** The report of `cache refresh` and `cache show`, one entry per selected context. */
export function summarizeCaches(caches: readonly CacheEntry[], besides: Besides = {}): CacheReport {
  const {contextsLeftOut = []} = besides
  return {schemaVersion: 1, type: 'CacheReport', caches, contextsLeftOut, verdict: verdictOfCaches(caches, besides)}
}
