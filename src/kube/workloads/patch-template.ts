import {HubspokeError} from '../../model/failure.ts'
import type {ContainerImage, WorkloadIdentity, WorkloadState} from '../../model/workload.ts'
import {oneObject} from '../answers/object-question.ts'
import {unlessMissing} from '../answers/unless-missing.ts'
import type {Api} from '../api.ts'
import {quoted, unexpectedAnswer} from '../errors.ts'
import {type JsonObject, objectAt} from '../json-fields.ts'
import type {TemplateWrite} from '../ports/workloads.ts'
import {readWorkload} from './read-workload.ts'
import {workloadResources} from './workload-resources.ts'
import {restartedAtAnnotation, toWorkloadState} from './workload-state.ts'

/** The field manager that the server records for our writes. */
export const fieldManager = 'hubspoke'

/**
 * Sets the restart stamp as `kubectl rollout restart` does, or restores the previous one, or none; and images, as `kubectl set
 * image` does. UID and resource version in the patch
 * make the server refuse it (409) when the object is another one, or has changed: it is written exactly once or not at all.
 *
 * The answer is trusted if it has the stamp, the images and a higher generation. Otherwise the workload is read: the write is
 * either there, or was dropped or changed (class `reverted`).
 */
export async function patchTemplate(
  api: Api,
  workload: WorkloadIdentity,
  write: TemplateWrite,
  signal: AbortSignal,
): Promise<WorkloadState | undefined> {
  const {resourceVersion, annotations, dryRun} = write
  const {kind, namespace, name, uid} = workload
  const body = {
    metadata: {uid, resourceVersion, annotations},
    spec: {template: templatePatch(write)},
  }
  const query = {fieldManager, dryRun: dryRun ? 'All' : undefined}
  const question = oneObject(workloadResources[kind], {namespace, name, uid, query})
  const contentType = 'application/strategic-merge-patch+json'
  const answer = await unlessMissing(api.write({method: 'PATCH', question, body, contentType}, signal))
  if (answer === undefined) return undefined
  const accepted = toWorkloadState(kind, answer)
  if (isWritten(accepted, write)) return accepted
  if (dryRun) throw notAsWritten(api, accepted, write)
  const found = await readWorkload(api, workload, signal)
  if (found === undefined || found.uid !== uid) throw unexpectedAnswer(api.party, 'it is not what was written')
  if (!isWritten(found, write)) throw notAsWritten(api, found, write)
  return found
}

/** The mark and the images, or a whole template with the mark: `$patch: replace` is how ControllerRevisions record theirs. */
function templatePatch({restartedAt, images = [], template}: TemplateWrite): JsonObject {
  if (template === undefined) {
    const metadata = {annotations: {[restartedAtAnnotation]: restartedAt}}
    return {metadata, ...(images.length > 0 && {spec: imagesByList(images)})}
  }
  const metadata = objectAt(template, 'metadata')
  const {[restartedAtAnnotation]: _, ...kept} = objectAt(metadata, 'annotations')
  const annotations = restartedAt === null ? kept : {...kept, [restartedAtAnnotation]: restartedAt}
  return {...template, metadata: {...metadata, annotations}, $patch: 'replace'}
}

/** The lists of a pod spec merge by the name of the container. Sidecars are in the list of init containers. */
function imagesByList(images: readonly ContainerImage[]) {
  const list = (belongs: (role: ContainerImage['role']) => boolean) =>
    images.filter(({role}) => belongs(role)).map(({container, image}) => ({name: container, image}))
  const containers = list((role) => role === 'container')
  const initContainers = list((role) => role !== 'container')
  return {...(containers.length > 0 && {containers}), ...(initContainers.length > 0 && {initContainers})}
}

/** A gateway may answer with an older, cached object. */
function isWritten(state: WorkloadState, write: TemplateWrite): boolean {
  const {resourceVersion, generation, dryRun} = write
  const isNewer = state.generation > generation && (dryRun || state.resourceVersion !== resourceVersion)
  return isNewer && isMarked(state, write) && otherImage(state, write) === undefined
}

function isMarked(state: WorkloadState, {restartedAt}: TemplateWrite): boolean {
  return state.restartedAt === (restartedAt ?? undefined)
}

/** The first container that does not have the image that was written. An admission policy may add the digest to it. */
function otherImage({images: found}: WorkloadState, {images = []}: TemplateWrite) {
  for (const {container, image} of images) {
    const has = found.find((one) => one.container === container)?.image ?? 'no image'
    if (has !== image && !has.startsWith(`${image}@`)) return {container, image, has}
  }
  return undefined
}

function notAsWritten({party}: Api, state: WorkloadState, write: TemplateWrite): HubspokeError {
  const said = `The server of context ${quoted(party.context)} accepted the write and`
  const other = isMarked(state, write) ? otherImage(state, write) : undefined
  if (other === undefined) {
    const message = `${said} dropped it: an admission policy may remove the annotation ${restartedAtAnnotation}.`
    return new HubspokeError('reverted', message, {refused: true})
  }
  const {container, image, has} = other
  const message = `${said} changed it: container ${quoted(container)} has ${quoted(has)}, not ${quoted(image)}. An admission policy may replace images.`
  return new HubspokeError('reverted', message)
}
