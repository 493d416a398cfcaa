import type {WorkloadIdentity, WorkloadState} from '../../model/workload.ts'
import type {Api} from '../api.ts'
import type {RestartWrite} from '../ports/workloads.ts'
import {workloadPath} from './workload-paths.ts'
import {restartedAtAnnotation, toWorkloadState} from './workload-state.ts'

/** Whom the server notes as the writer of a field. */
export const fieldManager = 'hubspoke'

/**
 * Sets the restart stamp as `kubectl rollout restart` does, or puts back the one before, or none. UID and resource version in the patch make the server refuse
 * it (409) when the object is another one, or has changed: it is written exactly once or not at all.
 */
export async function restartWorkload(
  api: Api,
  workload: WorkloadIdentity,
  {restartedAt, resourceVersion, annotations, dryRun}: RestartWrite,
  signal: AbortSignal,
): Promise<WorkloadState> {
  const body = {
    metadata: {uid: workload.uid, resourceVersion, annotations},
    spec: {template: {metadata: {annotations: {[restartedAtAnnotation]: restartedAt}}}},
  }
  const path = workloadPath(workload, {fieldManager, dryRun: dryRun ? 'All' : undefined})
  const contentType = 'application/strategic-merge-patch+json'
  return toWorkloadState(workload.kind, await api.write({method: 'PATCH', path, body, contentType}, signal))
}
