import type {ClusterReading, WorkloadMatch} from '../../model/cluster.ts'
import type {Planned} from '../../model/planned.ts'
import type {SpokeResult} from '../../model/result.ts'
import {type WorkloadTarget, workloadKey, workloadTarget} from '../../model/workload-target.ts'
import {sameClusters, traitsOf} from '../plan/plan-targets.ts'
import type {RecordedTargets} from './find-recorded.ts'
import {unreachedResult, wayTo} from './recorded-ways.ts'

/**
 * The recorded targets as a plan, in their order, each through its own context or the one that replaces it, with the
 * images that it runs now; where those could not be read, or are others by now, with the recorded ones. Targets of
 * clusters that did not answer have their results already, so that none of them is missing.
 */
export function planRecorded(
  readings: readonly ClusterReading[],
  {runId, targets, excluded, changes}: Pick<RecordedTargets, 'runId' | 'targets' | 'excluded' | 'changes'>,
): Planned {
  const reached = readings.filter(({identity}) => identity !== undefined)
  const seen = matchesOf(reached)
  const planned: WorkloadTarget[] = []
  const unreached: SpokeResult[] = []
  for (const recorded of targets) {
    const way = wayTo(recorded.target, readings)
    if (way === undefined) unreached.push(unreachedResult(recorded, readings, runId))
    else {
      const {matched} = seen.get(recorded.target.key) ?? recorded.target
      planned.push(workloadTarget({...recorded.target, context: way.name, server: way.server, matched}))
    }
  }
  return {
    targets: planned,
    ...(changes && {changes}),
    asRecorded: new Set(planned.map(({key}) => key).filter((key) => !seen.has(key))),
    traits: traitsOf(reached),
    unreached,
    excluded,
    sameCluster: sameClusters(reached),
  }
}

function matchesOf(reached: readonly ClusterReading[]): ReadonlyMap<string, WorkloadMatch> {
  return new Map(
    reached.flatMap(({identity, matches}) =>
      matches.map((match) => [workloadKey({...match, clusterUid: identity?.uid ?? ''}), match] as const),
    ),
  )
}
