import type {ClusterReading, Scope} from '../model/cluster.ts'
import type {Exclusion} from '../model/exclusion.ts'
import type {Verdict} from '../model/report.ts'
import type {RunFacts} from '../model/run-facts.ts'
import type {UnreadContext} from '../model/unread-context.ts'
import {workloadKinds} from '../model/workload.ts'
import {isWorkloadTarget} from '../model/workload-target.ts'
import {formatDuration} from '../shared/duration.ts'
import {countOf, listOf, someOf} from '../shared/words.ts'
import {neverSearched} from './entries.ts'

const groupsNamed = 3
const contextsNamed = 5
const kindsOfResourcesNamed = 3

/**
 * A verdict that also lists what its plan or answer does not include: one sentence, after the one that explains the code.
 * The verdict of a bug is unchanged.
 */
export function withOmissions(verdict: Verdict, omissions: readonly string[]): Verdict {
  if (omissions.length === 0 || verdict.name === 'bug') return verdict
  return {...verdict, sentence: `${verdict.sentence} Not included: ${omissions.join('; ')}.`}
}

/** Everything that a run leaves out although its command line may suggest it, one clause each. */
export function runOmissions(facts: RunFacts): readonly string[] {
  const {excluded, sameCluster, results, readings, scope} = facts
  return [
    ...excludedOmissions(excluded),
    ...droppedOmissions(results),
    ...cacheOmissions(readings),
    ...sameClusterOmissions(sameCluster),
    ...scopeOmissions(scope, {isAnswer: results.length === 0}),
  ]
}

/** The same for a past run, as far as its ledger records it. */
export function recordedOmissions({
  excluded,
  scope,
  sameCluster,
  unread,
}: Pick<RunFacts, 'excluded' | 'sameCluster'> & {
  readonly scope: Scope | undefined
  readonly unread: readonly UnreadContext[]
}): readonly string[] {
  return [
    ...(unread.length === 0
      ? []
      : [
          `${countOf(unread.length, 'context')} that could not be read in full (${someOf(
            unread.map(({context}) => context),
            contextsNamed,
          )})`,
        ]),
    ...excludedOmissions(excluded),
    ...sameClusterOmissions(sameCluster),
    ...(scope === undefined ? [] : scopeOmissions(scope, {isAnswer: false})),
  ]
}

/** `2 workloads in kube-system (-n kube-system includes them)`. */
function excludedOmissions(excluded: readonly Exclusion[]): readonly string[] {
  return [...Map.groupBy(excluded, ({reason}) => reason)].map(([reason, group]) => {
    const include = group[0]?.include ?? ''
    const noun = group.every(({target}) => isWorkloadTarget(target)) ? 'workload' : 'target'
    return `${countOf(group.length, noun)} ${reason} (${include} includes ${group.length === 1 ? 'it' : 'them'})`
  })
}

/** Targets without anything left to do, with the reason: `1 target dropped (it does not exist any more)`. */
function droppedOmissions(results: RunFacts['results']): readonly string[] {
  const dropped = results.filter(({outcome, failure}) => outcome === 'skipped' && failure === undefined)
  return [...Map.groupBy(dropped, ({reason}) => reason)].map(
    ([reason, group]) => `${countOf(group.length, 'target')} dropped (${reason.replace(/\.$/, '')})`,
  )
}

/** `context b, the same cluster as a`. */
export function sameClusterOmissions(groups: readonly (readonly string[])[]): readonly string[] {
  const named = groups.slice(0, groupsNamed).map(([first = '', ...others]) => {
    const noun = others.length === 1 ? 'context' : 'contexts'
    return `${noun} ${someOf(others, contextsNamed)}, the same cluster as ${first}`
  })
  const rest = groups.slice(groupsNamed).reduce((sum, group) => sum + group.length - 1, 0)
  return [...named, ...(rest > 0 ? [`${countOf(rest, 'more context')} of a cluster that has another one`] : [])]
}

/** What a plan from image caches may miss, because they hold an earlier state. */
function cacheOmissions(readings: readonly ClusterReading[]): readonly string[] {
  // Those of a file have results.
  const dropped = readings.flatMap(({tier, dropped: of = []}) => (tier === 'file' ? [] : of))
  const fromCache = readings.filter(({tier}) => tier === 'cache')
  const oldest = Math.max(0, ...fromCache.map(({cacheAgeMs = 0}) => cacheAgeMs))
  const isDated = fromCache.every(({cacheAgeMs}) => cacheAgeMs !== undefined)
  const age = isDated ? `${formatDuration(oldest)} old` : 'of unknown age'
  return [
    ...(dropped.length > 0
      ? [`${countOf(dropped.length, 'workload')} of the image cache dropped (gone, or runs another image)`]
      : []),
    ...(fromCache.length > 0 ? [`workloads newer than the image cache (${age})`] : []),
  ]
}

export function notSelected(contexts: readonly string[] = []): readonly string[] {
  return contexts.length === 0 ? [] : [`${countOf(contexts.length, 'context')} not selected`]
}

/**
 * What was not searched. Where a run or a file names the targets, no search is claimed; without kinds, the contexts are the targets.
 *
 * @param options.isAnswer the verdict answers what runs an image, so it also lists what is never searched
 */
export function scopeOmissions(scope: Scope, options: {readonly isAnswer: boolean}): readonly string[] {
  if (scope.targetsOf !== undefined) return []
  if (scope.kinds.length === 0) return notSelected(scope.contextsLeftOut)
  const kinds = workloadKinds.filter((kind) => !scope.kinds.includes(kind)).map((kind) => `${kind}s`)
  const never = [...neverSearched.slice(0, kindsOfResourcesNamed), 'other kinds']
  return [
    ...notSelected(scope.contextsLeftOut),
    ...(scope.namespaces.length > 0 ? ['other namespaces'] : []),
    ...(scope.selector === undefined ? [] : ['workloads with other labels']),
    ...(kinds.length === 0 ? [] : [listOf(kinds)]),
    ...(options.isAnswer && scope.contexts.length > 0 ? [listOf(never)] : []),
  ]
}
