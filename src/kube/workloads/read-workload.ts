import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadIdentity, WorkloadState} from '../../model/workload.ts'
import type {Api} from '../api.ts'
import {workloadPath} from './workload-paths.ts'
import {toWorkloadState} from './workload-state.ts'

/** The workload that has this name now, or undefined. It may be another one: whoever asks compares the UID. */
export async function readWorkload(
  api: Api,
  workload: WorkloadIdentity,
  signal: AbortSignal,
): Promise<WorkloadState | undefined> {
  const object = await unlessMissing(api.get(workloadPath(workload), signal))
  return object === undefined ? undefined : toWorkloadState(workload.kind, object)
}

/** The answer, or undefined where there is no such object (HTTP 404). */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof HubspokeError && error.status === 404) return undefined
    throw error
  }
}
