import type {ApiObject} from '../api-object.ts'
import {ApiError, conflict, forbidden, notFound} from '../status.ts'
import {namespaces, qualifiedName, type Resource} from './resources.ts'
import type {Store} from './store.ts'

const undeletable = new Set(['default', 'kube-public', 'kube-system'])

/**
 * Refuses to create in a namespace that does not exist, or is terminating.
 *
 * @throws ApiError
 */
export function admitCreate(store: Store, resource: Resource, {metadata}: ApiObject): void {
  const {name, namespace} = metadata
  if (namespace === undefined) return
  const found = store.get(namespaces, namespace)
  if (found === undefined) throw notFound(namespaces, namespace)
  if (found.metadata.deletionTimestamp === undefined) return
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  throw new ApiError({
    code: 403,
    reason: 'Forbidden',
    message: `${qualifiedName(resource)} "${name}" is forbidden: ${why}`,
    details: {
      name,
      ...(resource.group ? {group: resource.group} : {}),
      kind: resource.plural,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  })
}

/**
 * Refuses to delete a protected object, or another object than the one in the precondition.
 *
 * @throws ApiError
 */
export function admitDelete(
  resource: Resource,
  {metadata}: ApiObject,
  wanted: {readonly uid?: string; readonly resourceVersion?: string},
): void {
  const {name} = metadata
  if (resource === namespaces && undeletable.has(name)) {
    throw forbidden(resource, name, 'this namespace may not be deleted')
  }
  const expected: readonly ['UID' | 'ResourceVersion', string | undefined, string | undefined][] = [
    ['UID', wanted.uid, metadata.uid],
    ['ResourceVersion', wanted.resourceVersion, metadata.resourceVersion],
  ]
  for (const [what, given, found] of expected) {
    if (given === undefined || given === found) continue
    const why = `the ${what} in the precondition (${given}) does not match the ${what} in record (${found}). The object might have been deleted and then recreated`
    throw conflict({group: resource.group, plural: resource.kind}, name, why)
  }
}
