import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadIdentity, WorkloadState} from '../../model/workload.ts'
import {oneObject} from '../answers/object-question.ts'
import {unlessMissing} from '../answers/unless-missing.ts'
import type {Api} from '../api.ts'
import {quoted, unexpectedAnswer} from '../errors.ts'
import type {TemplateWrite} from '../ports/workloads.ts'
import {readWorkload} from './read-workload.ts'
import {workloadResources} from './workload-resources.ts'
import {restartedAtAnnotation, toWorkloadState} from './workload-state.ts'

/** The field manager that the server records for our writes. */
export const fieldManager = 'hubspoke'

/**
 * Sets the restart stamp as `kubectl rollout restart` does, or restores the previous one, or none. UID and resource version in the patch
 * make the server refuse it (409) when the object is another one, or has changed: it is written exactly once or not at all.
 *
 * The answer is trusted if it has the stamp and a higher generation. Otherwise the workload is read: the write is either
 * there, or was dropped (class `reverted`).
 */
export async function patchTemplate(
  api: Api,
  workload: WorkloadIdentity,
  write: TemplateWrite,
  signal: AbortSignal,
): Promise<WorkloadState | undefined> {
  const {restartedAt, resourceVersion, annotations, dryRun} = write
  const {kind, namespace, name, uid} = workload
  const body = {
    metadata: {uid, resourceVersion, annotations},
    spec: {template: {metadata: {annotations: {[restartedAtAnnotation]: restartedAt}}}},
  }
  const query = {fieldManager, dryRun: dryRun ? 'All' : undefined}
  const question = oneObject(workloadResources[kind], {namespace, name, uid, query})
  const contentType = 'application/strategic-merge-patch+json'
  const answer = await unlessMissing(api.write({method: 'PATCH', question, body, contentType}, signal))
  if (answer === undefined) return undefined
  const accepted = toWorkloadState(kind, answer)
  if (isWritten(accepted, write)) return accepted
  if (dryRun) throw dropped(api)
  const found = await readWorkload(api, workload, signal)
  if (found === undefined || found.uid !== uid) throw unexpectedAnswer(api.party, 'it is not what was written')
  if (!isWritten(found, write)) throw dropped(api)
  return found
}

/** A gateway may answer with an older, cached object. */
function isWritten(state: WorkloadState, {restartedAt, resourceVersion, generation, dryRun}: TemplateWrite): boolean {
  const isMarked = state.restartedAt === (restartedAt ?? undefined)
  return isMarked && state.generation > generation && (dryRun || state.resourceVersion !== resourceVersion)
}

function dropped({party}: Api): HubspokeError {
  const message = `The server of context ${quoted(party.context)} accepted the write and dropped it: an admission policy may remove the annotation ${restartedAtAnnotation}.`
  return new HubspokeError('reverted', message, {refused: true})
}
