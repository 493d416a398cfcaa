import type {Workloads} from '../kube/ports/workloads.ts'
import {HubspokeError, toFailure} from '../model/failure.ts'
import type {RolloutReading} from '../model/status-report.ts'
import type {WorkloadState} from '../model/workload.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import type {PodFindings} from './assess-rollout.ts'

/** A workload whose rollout status is asked for. */
export interface StatusSubject {
  readonly target: WorkloadTarget
  readonly workloads: Pick<Workloads, 'read' | 'follow' | 'podTroubles'>
  /** Is it still a workload that the user asked about? */
  isWanted(state: WorkloadState): boolean
}

/** The status of a workload that was found, and is not there any more. */
export function goneReading(message: string): RolloutReading {
  return {status: 'gone', message, ...nothingKnown, failure: null, suggestions: []}
}

/** The status of a workload that could not be read. A bug is a failure of class `internal`. */
export function unreadReading(error: unknown): RolloutReading {
  const failure = toFailure(error)
  return {status: 'not-readable', message: failure.message, ...nothingKnown, failure, suggestions: failure.suggestions}
}

/** The status of a workload that was not read before the command was stopped. */
export function stoppedReading(): RolloutReading {
  return unreadReading(new HubspokeError('timeout', 'Stopped before it was read.'))
}

export const deletedMessage = 'deleted since it was found'
export const otherImageMessage = 'runs another image now'

/** What its pods say; that they may not be read, or could not be read, is a finding. Throws only bugs. */
export async function findInPods(
  {workloads}: StatusSubject,
  state: WorkloadState,
  signal: AbortSignal,
): Promise<PodFindings> {
  try {
    return {troubles: await workloads.podTroubles(state, signal)}
  } catch (error) {
    if (!(error instanceof HubspokeError)) throw error
    const why = error.failureClass === 'forbidden' ? 'may not read pods' : error.message
    return {troubles: [], unknown: `reason unknown: ${why}`}
  }
}

const nothingKnown = {lasting: false, pods: null, cause: null, causeUnknown: null} as const
