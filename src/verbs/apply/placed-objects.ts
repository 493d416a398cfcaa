import type {ApiObject, ObjectPlace} from '../../kube/ports/objects.ts'
import {type Manifest, partName} from '../../manifests/manifest.ts'
import {type ClusterKinds, fieldsOf} from './cluster-kinds.ts'

/** An object of the manifests, as it is to be in one cluster. */
export interface PlacedObject {
  readonly manifest: Manifest
  /** The name of the part. */
  readonly name: string
  readonly place: ObjectPlace
  /** As it is sent. */
  readonly body: ApiObject
}

/** @param defaultNamespace of objects that name none, and whose kind has namespaces */
export function placedObject(
  manifest: Manifest,
  {kinds, defaultNamespace}: {readonly kinds: Pick<ClusterKinds, 'scopeOf'>; readonly defaultNamespace: string},
): PlacedObject {
  const scope = kinds.scopeOf(manifest)
  const named = manifest.namespace ?? (scope === 'namespace' ? defaultNamespace : undefined)
  const namespace = scope === 'cluster' ? undefined : named
  const {namespace: _, ...metadata} = fieldsOf(manifest.object.metadata)
  const body = {...manifest.object, metadata: namespace === undefined ? metadata : {...metadata, namespace}}
  return {manifest, name: partName(manifest, namespace), place: {namespace, name: manifest.name}, body}
}
