import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {controllerRevisions, replicaSets} from '../answers/resource.ts'
import {someObjects} from '../answers/some-objects.ts'
import type {Api} from '../api.ts'
import {type JsonObject, numberAt, objectAt, objectOf, objectsAt, textAt} from '../json-fields.ts'
import type {WorkloadRevision} from '../ports/workloads.ts'
import {podTemplateImages} from './workload-state.ts'

/** The history of a workload has 10 revisions unless it says otherwise; no more than these are read. */
const maxRevisions = 200

/** The label that the Deployment controller adds to the template of a ReplicaSet. */
const hashLabel = 'pod-template-hash'

/**
 * The pod templates of a workload, newest first: those of the ReplicaSets of a Deployment, and of the ControllerRevisions of the
 * other kinds.
 *
 * Rejects with class `conflict` when the controller has not observed the newest template, as the newest revision is then of an
 * earlier one; with class `server-error` when there are more revisions than are read.
 */
export async function readRevisions(
  api: Api,
  {kind, uid, namespace, podSelector, generation, observedGeneration}: WorkloadState,
  signal: AbortSignal,
): Promise<readonly WorkloadRevision[]> {
  if (observedGeneration < generation) {
    throw new HubspokeError('conflict', 'Its controller has not observed its newest pod template yet.')
  }
  if (podSelector === '') return []
  const isDeployment = kind === 'Deployment'
  const query = {labelSelector: podSelector, limit: String(maxRevisions)}
  const resource = isDeployment ? replicaSets : controllerRevisions
  const answer = await api.get(someObjects(resource, {namespace, query}), signal)
  if (answer.continue !== '') {
    throw new HubspokeError('server-error', `It has more than ${maxRevisions} revisions, or shares its pod selector.`)
  }
  return answer.items
    .filter((object) => objectsAt(object.metadata, 'ownerReferences').some((owner) => textAt(owner, 'uid') === uid))
    .map(isDeployment ? ofReplicaSet : ofControllerRevision)
    .filter(({revision}) => revision > 0)
    .sort((a, b) => b.revision - a.revision)
}

function ofReplicaSet({metadata, spec}: JsonObject): WorkloadRevision {
  const annotations = objectAt(metadata, 'annotations')
  const template = objectAt(spec, 'template')
  const {labels, ...others} = objectAt(template, 'metadata')
  const {[hashLabel]: _, ...kept} = objectOf(labels)
  const revision = Number(textAt(annotations, 'deployment.kubernetes.io/revision')) || 0
  return toRevision(revision, {...template, metadata: {...others, labels: kept}})
}

function ofControllerRevision(object: JsonObject): WorkloadRevision {
  const {$patch: _, ...template} = objectAt(object.data, 'spec', 'template')
  return toRevision(numberAt(object, 'revision'), template)
}

function toRevision(revision: number, template: JsonObject): WorkloadRevision {
  return {revision, images: podTemplateImages(objectAt(template, 'spec')), template}
}
