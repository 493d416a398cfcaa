import type {ClusterReading, WorkloadMatch} from '../../model/cluster.ts'
import type {Failure} from '../../model/failure.ts'
import type {Planned} from '../../model/planned.ts'
import type {RecordedTarget} from '../../model/recorded-run.ts'
import type {SpokeResult} from '../../model/result.ts'
import {type WorkloadTarget, workloadKey, workloadTarget} from '../../model/workload-target.ts'
import {sameClusters, traitsOf} from '../plan/plan-targets.ts'
import type {RecordedTargets} from './find-recorded.ts'

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
  const wayTo = ({clusterUid, context}: WorkloadTarget) => {
    const ways = reached.filter(({identity}) => identity?.uid === clusterUid).map((reading) => reading.context)
    return ways.find(({name}) => name === context) ?? ways[0]
  }
  const seen = matchesOf(reached)
  const planned: WorkloadTarget[] = []
  const unreached: SpokeResult[] = []
  for (const recorded of targets) {
    const way = wayTo(recorded.target)
    if (way === undefined) unreached.push(unreachedResult(recorded, problemOf(recorded.target, readings), runId))
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

function problemOf({context}: WorkloadTarget, readings: readonly ClusterReading[]): Failure {
  const problem = readings.find((reading) => reading.context.name === context)?.problem
  if (problem === undefined) throw new Error(`${context} was not asked`)
  return problem
}

/** A write that may have arrived is not called missing because its cluster does not answer. */
function unreachedResult(
  {target, wrote, watched}: RecordedTarget<WorkloadTarget>,
  failure: Failure,
  runId: string,
): SpokeResult {
  const common = {target, attempts: 0, durationMs: 0, failure}
  if (wrote === 'no' && watched) {
    const reason = `the run ${runId} has found it written, and it could not be looked at: ${failure.message}`
    return {...common, outcome: 'unverified', reason}
  }
  if (wrote === 'no') return {...common, outcome: 'not-run', reason: `not started: ${failure.message}`}
  const written = wrote === 'yes' ? `the run ${runId} has written it` : `the run ${runId} may have written it`
  return {...common, outcome: 'unverified', reason: `${written}, and it could not be looked at: ${failure.message}`}
}
