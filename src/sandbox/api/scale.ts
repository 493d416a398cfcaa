import type {ApiObject} from '../api-object.ts'
import {withoutZeros} from '../controllers/simulation.ts'
import {defineResource} from '../objects/define-resource.ts'
import type {Resource} from '../objects/resources.ts'
import {type JsonObject, objectAt} from '../patches/json.ts'
import {badRequest, conflict, invalid, invalidValue} from '../status.ts'
import {labelPairs} from './table-cells.ts'

/** The kind of the document that the subresource reads and writes. */
export const scaleKind = defineResource('autoscaling', 'Scale', 'scales')

const workloadPaths = {specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas'}

/** The `Scale` of an object, as the subresource shows it. */
export function scaleOf({custom}: Resource, object: ApiObject): ApiObject {
  const {name, namespace, uid, resourceVersion, creationTimestamp} = object.metadata
  const {specReplicasPath, statusReplicasPath} = custom?.scale ?? workloadPaths
  const selector = custom === undefined ? {selector: labelPairs(objectAt(object.spec, 'selector', 'matchLabels'))} : {}
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {name, namespace, uid, resourceVersion, creationTimestamp} as ApiObject['metadata'],
    spec: withoutZeros({replicas: numberAt(object, specReplicasPath)}),
    status: {replicas: numberAt(object, statusReplicasPath), ...selector},
  }
}

/**
 * The object with the replicas of a `Scale`.
 *
 * @throws ApiError 409 when the scale has another version or another UID, 400 or 422 for invalid replicas
 */
export function withScale(resource: Resource, object: ApiObject, scale: JsonObject): ApiObject {
  const {name, uid, resourceVersion} = object.metadata
  const wanted = objectAt(scale, 'metadata')
  if (wanted.uid && wanted.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${String(wanted.uid)}, UID in object meta: ${uid}`
    throw conflict({group: resource.group, plural: `${resource.plural}/scale`}, name, why)
  }
  if (wanted.resourceVersion && wanted.resourceVersion !== resourceVersion) throw conflict(resource, name)
  const {replicas = 0} = objectAt(scale, 'spec')
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    const why = 'cannot unmarshal into Go struct field ScaleSpec.spec.replicas of type int32'
    throw badRequest(`Scale in version "v1" cannot be handled as a Scale: json: ${why}`)
  }
  if (replicas < 0) {
    const cause = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')
    throw invalid(scaleKind, name, [cause])
  }
  const [first = '', ...rest] = pathOf(resource.custom?.scale?.specReplicasPath ?? workloadPaths.specReplicasPath)
  return {...object, [first]: withAt(objectAt(object[first]), rest, replicas)}
}

function pathOf(dotted: string): readonly string[] {
  return dotted.split('.').filter((part) => part !== '')
}

function numberAt(object: ApiObject, dotted: string): number {
  const path = pathOf(dotted)
  return Number(objectAt(object, ...path.slice(0, -1))[path.at(-1) ?? ''] ?? 0)
}

function withAt(object: JsonObject, path: readonly string[], value: number): JsonObject {
  const [first = '', ...rest] = path
  return {...object, [first]: rest.length === 0 ? value : withAt(objectAt(object, first), rest, value)}
}
