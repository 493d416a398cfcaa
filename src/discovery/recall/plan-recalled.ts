import type {ClusterReading, WorkloadMatch} from '../../model/cluster.ts'
import type {Exclusion} from '../../model/exclusion.ts'
import type {Failure} from '../../model/failure.ts'
import type {RecordedTarget} from '../../model/recorded-run.ts'
import type {SpokeResult} from '../../model/result.ts'
import {type Target, targetKey} from '../../model/target.ts'
import type {Planned} from '../plan/plan-targets.ts'

/**
 * The recorded targets as a plan, in their order, each through its own context or the one that stands in for it, with the
 * images that it runs now; where those could not be read, or are others by now, with the recorded ones. Those of
 * clusters that could not be asked have their results already: nothing can be sent there, and none of them is forgotten.
 */
export function planRecalled(
  readings: readonly ClusterReading[],
  {
    runId,
    targets,
    excluded,
  }: {
    readonly runId: string
    readonly targets: readonly RecordedTarget[]
    readonly excluded: readonly Exclusion[]
  },
): Planned {
  const reached = readings.filter(({identity}) => identity !== undefined)
  const wayTo = ({clusterUid, context}: Target) => {
    const ways = reached.filter(({identity}) => identity?.uid === clusterUid).map((reading) => reading.context.name)
    return ways.includes(context) ? context : ways[0]
  }
  const seen = matchesOf(reached)
  const planned: Target[] = []
  const unreached: SpokeResult[] = []
  for (const recorded of targets) {
    const context = wayTo(recorded.target)
    if (context === undefined) unreached.push(unreachedResult(recorded, problemOf(recorded.target, readings), runId))
    else {
      const {matched} = seen.get(targetKey(recorded.target)) ?? recorded.target
      planned.push({...recorded.target, context, matched})
    }
  }
  return {
    targets: planned,
    asRecorded: new Set(planned.map(targetKey).filter((key) => !seen.has(key))),
    traits: new Map([...seen].flatMap(([key, {traits}]) => (traits ? [[key, traits] as const] : []))),
    unreached,
    excluded,
    sameCluster: sameClusters(reached),
  }
}

function matchesOf(reached: readonly ClusterReading[]): ReadonlyMap<string, WorkloadMatch> {
  return new Map(
    reached.flatMap(({identity, matches}) =>
      matches.map((match) => [targetKey({...match, clusterUid: identity?.uid ?? ''}), match] as const),
    ),
  )
}

function problemOf({context}: Target, readings: readonly ClusterReading[]): Failure {
  const problem = readings.find((reading) => reading.context.name === context)?.problem
  if (problem === undefined) throw new Error(`${context} was not asked`)
  return problem
}

/** What may have been written is not called unwritten only because nobody could look. */
function unreachedResult({target, wrote, watched}: RecordedTarget, failure: Failure, runId: string): SpokeResult {
  const common = {target, attempts: 0, durationMs: 0, failure}
  if (wrote === 'no' && watched) {
    const reason = `the run ${runId} has found it written, and it could not be looked at: ${failure.message}`
    return {...common, outcome: 'unverified', reason}
  }
  if (wrote === 'no') return {...common, outcome: 'not-run', reason: `not started: ${failure.message}`}
  const written = wrote === 'yes' ? `the run ${runId} has written it` : `the run ${runId} may have written it`
  return {...common, outcome: 'unverified', reason: `${written}, and it could not be looked at: ${failure.message}`}
}

function sameClusters(reached: readonly ClusterReading[]): Planned['sameCluster'] {
  return [...Map.groupBy(reached, ({identity}) => identity?.uid ?? '')]
    .filter(([, contexts]) => contexts.length > 1)
    .map(([clusterUid, contexts]) => ({clusterUid, contexts: contexts.map(({context}) => context.name)}))
}
