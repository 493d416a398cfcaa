import type {ClusterReading, ContextRef} from '../../model/cluster.ts'
import type {Failure} from '../../model/failure.ts'
import type {RecordedTarget} from '../../model/recorded-run.ts'
import type {SpokeResult} from '../../model/result.ts'
import type {Target} from '../../model/target.ts'
import type {RecordedPlace} from './refusals.ts'

/** The context that leads to the cluster of a recorded target: its own one, else another one. Undefined: none was reached. */
export function wayTo(
  {clusterUid, context}: RecordedPlace,
  readings: readonly ClusterReading[],
): ContextRef | undefined {
  const ways = readings.filter(({identity}) => identity?.uid === clusterUid).map((reading) => reading.context)
  return ways.find(({name}) => name === context) ?? ways[0]
}

/**
 * The result of a target whose cluster was not reached. What may have been written is not called unwritten only because
 * the cluster did not answer.
 */
export function unreachedResult(
  {target, wrote, watched}: RecordedTarget<Target & RecordedPlace>,
  readings: readonly ClusterReading[],
  runId: string,
): SpokeResult {
  const failure = problemOf(target, readings)
  const common = {target, attempts: 0, durationMs: 0, failure}
  if (wrote === 'no' && watched) {
    const reason = `the run ${runId} has found it written, and it could not be looked at: ${failure.message}`
    return {...common, outcome: 'unverified', reason}
  }
  if (wrote === 'no') return {...common, outcome: 'not-run', reason: `not started: ${failure.message}`}
  const written = wrote === 'yes' ? `the run ${runId} has written it` : `the run ${runId} may have written it`
  return {...common, outcome: 'unverified', reason: `${written}, and it could not be looked at: ${failure.message}`}
}

function problemOf({context}: RecordedPlace, readings: readonly ClusterReading[]): Failure {
  const problem = readings.find((reading) => reading.context.name === context)?.problem
  if (problem === undefined) throw new Error(`${context} was not asked`)
  return problem
}
