import type {CacheEntry} from '../model/cache-entry.ts'
import type {CheckEntry, CheckedPermission} from '../model/check-report.ts'
import type {ExitName} from '../model/exit-code.ts'
import type {Failure} from '../model/failure.ts'
import type {Verdict} from '../model/report.ts'
import {exitOfSignal, type StopReason} from '../model/stop.ts'
import type {WorkloadEntry} from '../model/workload-entry.ts'
import {countOf} from '../shared/words.ts'
import {countPlaces, sameClusterGroups} from './entries.ts'
import type {FindFacts} from './find-facts.ts'
import {notSelected, sameClusterOmissions, scopeOmissions, withOmissions} from './omissions.ts'
import {wasEveryContextRead, wasReadInFull} from './read-in-full.ts'
import {hitBug, toVerdict} from './verdict.ts'
import {emptySentence, unreadSentence} from './verdict-sentences.ts'

/** Facts about the contexts of a read, beside their answers. */
export interface Besides {
  /** Contexts of the kubeconfig that were not selected. */
  readonly contextsLeftOut?: readonly string[]
  /** Of contexts whose UID several clusters have: the first context of the same cluster. */
  readonly firstContexts?: ReadonlyMap<string, string>
  readonly stoppedBy?: StopReason | undefined
}

/** 4 if a context was not read in full, also when nothing matched; 3 if nothing matched; otherwise 0. */
export function verdictOfFind(facts: FindFacts, workloads: readonly WorkloadEntry[], cachedOnly = 0): Verdict {
  return withOmissions(verdictOfFound(facts, workloads, cachedOnly), [
    ...sameClusterOmissions(sameClusterGroups(facts.readings)),
    ...scopeOmissions(facts.scope, {isAnswer: true}),
  ])
}

function verdictOfFound(facts: FindFacts, workloads: readonly WorkloadEntry[], cachedOnly: number): Verdict {
  const {query, scope, readings} = facts
  const clusters = countPlaces(workloads, readings)
  const found = `${countOf(workloads.length, 'workload')} in ${countOf(clusters, 'cluster')}`
  if (facts.stoppedBy !== undefined) return verdictOfStop(facts.stoppedBy)
  return toVerdict(exitOfFind(facts, workloads), (name) => {
    if (name === 'bug') return bugSentence(readings.map(({problem}) => problem))
    if (name === 'context-not-read') {
      const rest = workloads.length === 0 ? 'nothing matched in what was read' : `found ${found}`
      const besides = cachedOnly === 0 ? '' : `; ${cachedOnly} more only in the image cache`
      return `${unreadSentence(readings)}; ${rest}${besides}.`
    }
    if (workloads.length === 0) return emptySentence(query, scope)
    return `Found ${found}.`
  })
}

function exitOfFind({scope, readings, allowEmpty}: FindFacts, workloads: readonly WorkloadEntry[]): ExitName {
  if (readings.some(hitBug)) return 'bug'
  if (!readings.every(wasReadInFull)) return 'context-not-read'
  if (!wasEveryContextRead(scope, readings)) return 'bug'
  if (workloads.length > 0) return 'ok'
  return allowEmpty && readings.length > 0 ? 'ok' : 'nothing-matched'
}

/**
 * 4 if a context has a problem, or lacks a permission that `find` requires; 3 if there was no context. A missing
 * permission to write does not matter here: reading needs none.
 */
export function verdictOfCheck(contexts: readonly CheckEntry[], besides: Besides): Verdict {
  return withOmissions(verdictOfChecked(contexts, besides), notSelected(besides.contextsLeftOut))
}

function verdictOfChecked(contexts: readonly CheckEntry[], {stoppedBy}: Besides): Verdict {
  if (stoppedBy !== undefined) return verdictOfStop(stoppedBy)
  const all = countOf(contexts.length, 'context')
  const bad = contexts.filter(({problem}) => problem !== null)
  const partial = contexts.filter((entry) => entry.problem === null && !maySee(entry))
  const name = exitOfReads(contexts, [...bad, ...partial].length)
  return toVerdict(name, () => {
    if (name === 'bug') return bugSentence(contexts.map(({problem}) => problem))
    if (name === 'nothing-matched') return 'There is no context to check.'
    if (bad.length > 0) return `${bad.length} of ${all} cannot be used.`
    if (partial.length > 0) return `${partial.length} of ${all} can be read only in part.`
    const bound = contexts.filter(({permissions}) => permissions.some(isMissed)).length
    if (bound > 0) return `${all} can be read; ${bound} of them may not be written in full.`
    const lesser = contexts.filter(({permissions}) => permissions.some(({allowed}) => !allowed)).length
    const less = lesser > 0 ? `, ${lesser} of them without all optional permissions` : ''
    return `${all} can be read and written${less}.`
  })
}

/** The required permissions of a command. */
const isMissed = ({allowed, essential}: CheckedPermission) => essential && !allowed
const maySee = ({permissions}: CheckEntry) =>
  permissions.every((permission) => permission.purpose !== 'find' || !isMissed(permission))

/**
 * 4 if a cluster could not be read; 1 if it was read and its cache could not be saved; 3 if there is no cache to
 * show. A refresh that kept a newer cache has no problem, and is in the desired state.
 */
export function verdictOfCaches(caches: readonly CacheEntry[], besides: Besides): Verdict {
  return withOmissions(verdictOfRead(caches, besides), notSelected(besides.contextsLeftOut))
}

function verdictOfRead(caches: readonly CacheEntry[], {stoppedBy}: Besides): Verdict {
  if (stoppedBy !== undefined) return verdictOfStop(stoppedBy, watchedSentence(caches))
  const count = (test: (entry: CacheEntry) => boolean) => caches.filter(test).length
  const counts = {
    unsaved: count(({state, problem}) => state === 'not-saved' && problem !== null),
    unread: count(({state}) => state === 'not-read'),
    refreshed: count(({state}) => state === 'saved' || state === 'not-saved'),
    present: count(({state}) => state === 'present'),
  }
  return toVerdict(exitOfCaches(caches, counts), (name) => sentenceOfCaches(name, caches, counts))
}

/** A watch ends only by a signal: nothing is missing then. */
function watchedSentence(caches: readonly CacheEntry[]): string | undefined {
  const watched = caches.filter(({state}) => state === 'watched' || state === 'standing-by').length
  return watched === 0 ? undefined : `Watched ${watched} of ${countOf(caches.length, 'context')} until stopped.`
}

interface CacheCounts {
  readonly unsaved: number
  readonly unread: number
  readonly refreshed: number
  readonly present: number
}

function exitOfCaches(caches: readonly CacheEntry[], {unsaved, unread, refreshed, present}: CacheCounts): ExitName {
  if (caches.some(({problem}) => problem?.class === 'internal')) return 'bug'
  if (unsaved > 0) return 'target-failed'
  if (unread > 0) return 'context-not-read'
  return refreshed + present === 0 ? 'nothing-matched' : 'ok'
}

function sentenceOfCaches(
  name: ExitName,
  caches: readonly CacheEntry[],
  {unsaved, unread, refreshed, present}: CacheCounts,
): string {
  const all = countOf(caches.length, 'context')
  if (name === 'bug') return bugSentence(caches.map(({problem}) => problem))
  if (name === 'target-failed') return `The image cache of ${unsaved} of ${all} could not be saved.`
  if (name === 'context-not-read') return `The image cache of ${unread} of ${all} could not be read.`
  if (caches.length === 0) return 'There is no context to search.'
  if (name === 'nothing-matched') return `There is no image cache in ${all}.`
  if (refreshed > 0) return `The image cache of ${all} is fresh.`
  return `${present} of ${all} ${present === 1 ? 'has' : 'have'} an image cache.`
}

function exitOfReads(entries: readonly {readonly problem: Failure | null}[], unread: number): ExitName {
  if (entries.some(({problem}) => problem?.class === 'internal')) return 'bug'
  if (unread > 0) return 'context-not-read'
  return entries.length === 0 ? 'nothing-matched' : 'ok'
}

/** Contexts that had not answered by then cannot be told from those that could not be read. */
function verdictOfStop(stoppedBy: StopReason, sentence = 'Stopped before all contexts had answered.'): Verdict {
  return toVerdict(exitOfSignal(stoppedBy) ?? 'stopped-early', () => sentence)
}

function bugSentence(failures: readonly (Failure | null | undefined)[]): string {
  const bug = failures.find((failure) => failure?.class === 'internal')
  return bug?.message ?? 'A bug in hubspoke: some of the requested results are missing.'
}
