import type {ApiObject} from '../api-object.ts'
import {withoutZeros} from '../controllers/simulation.ts'
import type {Resource} from '../objects/resources.ts'
import {type JsonObject, objectAt} from '../patches/json.ts'
import {conflict} from '../status.ts'
import {labelPairs} from './table-cells.ts'

/** The `Scale` of a workload, as the subresource shows it. */
export function scaleOf({metadata, spec, status}: ApiObject): ApiObject {
  const {name, namespace, uid, resourceVersion, creationTimestamp} = metadata
  const selector = labelPairs(objectAt(spec, 'selector', 'matchLabels'))
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {name, namespace, uid, resourceVersion, creationTimestamp} as ApiObject['metadata'],
    spec: withoutZeros({replicas: Number(objectAt(spec).replicas ?? 0)}),
    status: {replicas: objectAt(status).replicas ?? 0, selector},
  }
}

/**
 * The workload with the replicas of a `Scale`.
 *
 * @throws ApiError 409 when the scale is of another version
 */
export function withScale(resource: Resource, workload: ApiObject, scale: JsonObject): ApiObject {
  const {resourceVersion} = objectAt(scale, 'metadata')
  if (resourceVersion && resourceVersion !== workload.metadata.resourceVersion) {
    throw conflict(resource, workload.metadata.name)
  }
  return {...workload, spec: {...objectAt(workload.spec), replicas: objectAt(scale, 'spec').replicas ?? 0}}
}
