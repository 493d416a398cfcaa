import type {WorkloadIdentity, WorkloadState} from '../../model/workload.ts'
import {oneObject} from '../answers/object-question.ts'
import {unlessMissing} from '../answers/unless-missing.ts'
import type {Api} from '../api.ts'
import {workloadResources} from './workload-resources.ts'
import {toWorkloadState} from './workload-state.ts'

/** The workload that has this name now, or undefined. It may be another one: the caller compares the UID. */
export async function readWorkload(
  api: Api,
  {kind, namespace, name}: WorkloadIdentity,
  signal: AbortSignal,
): Promise<WorkloadState | undefined> {
  const object = await unlessMissing(api.get(oneObject(workloadResources[kind], {namespace, name}), signal))
  return object === undefined ? undefined : toWorkloadState(kind, object)
}
