import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {objectProblem} from '../answers/object-problem.ts'
import {type Question, Unexpected} from '../answers/question.ts'
import {type Resource, resourcePath} from '../answers/resource.ts'
import {unlessMissing} from '../answers/unless-missing.ts'
import type {Api} from '../api.ts'
import {quoted} from '../errors.ts'
import {type JsonObject, numberAt, objectAt, objectOf, textAt} from '../json-fields.ts'
import type {ScaleWrite} from '../ports/workloads.ts'
import {fieldManager} from './patch-template.ts'
import {readWorkload} from './read-workload.ts'
import {workloadResources} from './workload-resources.ts'

/** The document of the scale subresource, whatever the workload is. */
const scales: Resource = {group: 'autoscaling', version: 'v1', plural: 'scales', kind: 'Scale', scope: 'namespace'}

/**
 * Sets the replicas of a workload through its scale subresource. UID and resource version in the request make the server
 * refuse it (409) when the object is another one, or has changed: it is written exactly once or not at all.
 *
 * @param workload as it was read, with other replicas than those to write
 * @returns the workload with its new replicas, version and generation; undefined: there is no workload of this name any more
 */
export async function scaleWorkload(
  api: Api,
  workload: WorkloadState,
  write: ScaleWrite,
  signal: AbortSignal,
): Promise<WorkloadState | undefined> {
  const {namespace, name, uid, resourceVersion, generation} = workload
  const body = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {name, namespace, uid, resourceVersion},
    spec: {replicas: write.replicas},
  }
  const question = scaleQuestion(workload, write)
  const answer = await unlessMissing(api.write({method: 'PUT', question, body}, signal))
  if (answer === undefined) return undefined
  const written = textAt(objectAt(answer, 'metadata'), 'resourceVersion')
  const isChanged = write.dryRun || written !== resourceVersion
  if (isChanged && replicasOf(answer) === write.replicas) {
    // The version in the request is the proof that this change of the spec, and no other one, is between the two.
    return {...workload, wanted: write.replicas, resourceVersion: written, generation: generation + 1}
  }
  if (write.dryRun) throw changed(api, write)
  const found = await readWorkload(api, workload, signal)
  if (found !== undefined && found.uid === uid && found.wanted === write.replicas) return found
  throw changed(api, write)
}

function scaleQuestion(workload: WorkloadState, {dryRun}: ScaleWrite): Question<JsonObject> {
  const {kind, namespace, name, uid} = workload
  const resource = workloadResources[kind]
  const query = {fieldManager, dryRun: dryRun ? 'All' : undefined}
  return {
    path: resourcePath(resource, namespace, [name, 'scale'], query),
    about: {resource, namespace, name, mayMiss: ['object', 'namespace']},
    read(body) {
      const problem = objectProblem(body, scales, {namespace, name, uid})
      return problem === undefined ? objectOf(body) : new Unexpected(problem)
    },
  }
}

/** Absent: 0. */
function replicasOf(scale: JsonObject): number {
  return numberAt(objectAt(scale, 'spec'), 'replicas', 0)
}

function changed({party}: Api, {replicas}: ScaleWrite): HubspokeError {
  const message = `The server of context ${quoted(party.context)} accepted ${replicas} replicas and did not keep them: an admission policy may have changed the number.`
  return new HubspokeError('reverted', message)
}
