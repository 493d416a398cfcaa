import type {ClusterReading} from '../../model/cluster.ts'
import {type Exclusion, kubeSystemExclusion} from '../../model/exclusion.ts'
import type {SpokeResult} from '../../model/result.ts'
import {type Plan, type Target, targetKey} from '../../model/target.ts'
import type {Traits} from './mark-targets.ts'

export interface PlanOptions {
  /** The patterns of `-n` as they were given. */
  readonly namespaces: readonly string[]
}

/** Selected contexts that lead to one cluster, in their order. */
export interface ContextGroup {
  readonly clusterUid: string
  readonly contexts: readonly string[]
}

/** The plan, and what is not in it. */
export interface Planned {
  readonly targets: Plan
  /** Those of a retry whose images are the recorded ones, by `targetKey`; default: none. */
  readonly asRecorded?: ReadonlySet<string>
  /** Targets that are known from elsewhere and in clusters that could not be reached, with how they so ended; default: none. */
  readonly unreached?: readonly SpokeResult[]
  /** What is known of them besides, and of those that are excluded. */
  readonly traits: Traits
  /** Workloads that match and are not acted on. */
  readonly excluded: readonly Exclusion[]
  /** Clusters that several of the selected contexts lead to. */
  readonly sameCluster: readonly ContextGroup[]
}

/**
 * The targets of the readings, each once however many contexts lead to it, reached through the first of them.
 *
 * Clusters take turns, in the order of their first context: so a large one does not keep the others waiting. Within a
 * cluster the order is that of its readings.
 */
export function planTargets(readings: readonly ClusterReading[], {namespaces}: PlanOptions): Planned {
  const clusters = Map.groupBy(readings.filter(isKnown), ({identity}) => identity.uid)
  const found = [...clusters.values()].map(targetsOf)
  const isExcluded = ({namespace}: Target): boolean =>
    namespace === 'kube-system' && !namespaces.includes('kube-system')
  return {
    targets: inTurns(found.map((targets) => targets.filter((target) => !isExcluded(target)))),
    traits: traitsOf(clusters.values()),
    excluded: found
      .flat()
      .filter(isExcluded)
      .map((target) => ({target, ...kubeSystemExclusion})),
    sameCluster: [...clusters]
      .filter(([, contexts]) => contexts.length > 1)
      .map(([clusterUid, contexts]) => ({clusterUid, contexts: contexts.map(({context}) => context.name)})),
  }
}

type KnownReading = ClusterReading & Required<Pick<ClusterReading, 'identity'>>

function isKnown(reading: ClusterReading): reading is KnownReading {
  if (reading.identity === undefined && reading.matches.length > 0) {
    throw new Error(`${reading.context.name} has workloads but no identity`)
  }
  return reading.identity !== undefined
}

function targetsOf(readings: readonly KnownReading[]): Target[] {
  const targets = new Map<string, Target>()
  for (const {context, identity, matches} of readings) {
    for (const {kind, namespace, name, uid, matched} of matches) {
      const target = {kind, namespace, name, uid, matched, clusterUid: identity.uid, context: context.name}
      const key = targetKey(target)
      if (!targets.has(key)) targets.set(key, target)
    }
  }
  return [...targets.values()]
}

function traitsOf(clusters: Iterable<readonly KnownReading[]>): Traits {
  const matches = [...clusters]
    .flat()
    .flatMap(({identity, matches: found}) =>
      found.map((match) => ({key: targetKey({...match, clusterUid: identity.uid}), traits: match.traits})),
    )
  return new Map(matches.flatMap(({key, traits}) => (traits ? [[key, traits] as const] : [])))
}

/** The first of every queue, then the second of every queue, and so on. */
function inTurns<T>(queues: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...queues.map((queue) => queue.length))
  return Array.from({length: longest}, (_, turn) => queues.flatMap((queue) => queue.slice(turn, turn + 1))).flat()
}
