import type {ClusterReading} from '../../model/cluster.ts'
import {kubeSystemExclusion} from '../../model/exclusion.ts'
import type {ContextGroup, Planned} from '../../model/planned.ts'
import {type WorkloadTarget, workloadKey, workloadTarget} from '../../model/workload-target.ts'

export interface PlanOptions {
  /** The patterns of `-n` as they were given. */
  readonly namespaces: readonly string[]
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
  const isExcluded = ({namespace}: WorkloadTarget): boolean =>
    namespace === 'kube-system' && !namespaces.includes('kube-system')
  return {
    targets: inTurns(found.map((targets) => targets.filter((target) => !isExcluded(target)))),
    traits: traitsOf(readings),
    excluded: found
      .flat()
      .filter(isExcluded)
      .map((target) => ({target, ...kubeSystemExclusion})),
    sameCluster: sameClusters(readings),
  }
}

/** The clusters that several contexts lead to, in the order of their first contexts. */
export function sameClusters(readings: readonly ClusterReading[]): readonly ContextGroup[] {
  return [...Map.groupBy(readings.filter(isKnown), ({identity}) => identity.uid)]
    .filter(([, contexts]) => contexts.length > 1)
    .map(([clusterUid, contexts]) => ({clusterUid, contexts: contexts.map(({context}) => context.name)}))
}

type KnownReading = ClusterReading & Required<Pick<ClusterReading, 'identity'>>

function isKnown(reading: ClusterReading): reading is KnownReading {
  if (reading.identity === undefined && reading.matches.length > 0) {
    throw new Error(`${reading.context.name} has workloads but no identity`)
  }
  return reading.identity !== undefined
}

function targetsOf(readings: readonly KnownReading[]): WorkloadTarget[] {
  const targets = new Map<string, WorkloadTarget>()
  for (const {context, identity, matches} of readings) {
    for (const {kind, namespace, name, uid, matched} of matches) {
      const place = {clusterUid: identity.uid, context: context.name, server: context.server}
      const target = workloadTarget({...place, kind, namespace, name, uid, matched})
      if (!targets.has(target.key)) targets.set(target.key, target)
    }
  }
  return [...targets.values()]
}

/** What the lists said about the workloads that match, by key of their targets. */
export function traitsOf(readings: readonly ClusterReading[]): Planned['traits'] {
  return new Map(
    readings.filter(isKnown).flatMap(({identity, matches}) =>
      matches.flatMap((match) => {
        const key = workloadKey({...match, clusterUid: identity.uid})
        return match.traits ? [[key, match.traits] as const] : []
      }),
    ),
  )
}

/** The first of every queue, then the second of every queue, and so on. */
function inTurns<T>(queues: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...queues.map((queue) => queue.length))
  return Array.from({length: longest}, (_, turn) => queues.flatMap((queue) => queue.slice(turn, turn + 1))).flat()
}
