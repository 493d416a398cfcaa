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
  const object = withData(manifest)
  const body = {...object, metadata: namespace === undefined ? metadata : {...metadata, namespace}}
  return {manifest, name: partName(manifest, namespace), place: {namespace, name: manifest.name}, body}
}

/**
 * A Secret as the server stores it. `stringData` is written and never read: fields in it are no conflict with a value of another
 * manager, and a key that is removed from it stays.
 */
function withData({apiVersion, kind, object}: Manifest): ApiObject {
  const {stringData, data, ...rest} = object
  if (kind !== 'Secret' || apiVersion !== 'v1' || stringData === undefined) return object
  const texts = Object.entries(fieldsOf(stringData))
  if (texts.some(([, value]) => typeof value !== 'string')) return object // the server says what is wrong
  const encoded = texts.map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')])
  return {...rest, data: {...fieldsOf(data), ...Object.fromEntries(encoded)}}
}
