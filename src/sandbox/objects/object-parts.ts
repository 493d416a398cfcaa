import type {ApiObject, ManagedFieldsEntry} from '../api-object.ts'
import {sameJson} from '../patches/json.ts'
import {orderedMetadata} from './metadata.ts'
import type {WriteOptions} from './write-options.ts'

/** The earlier entries, or those that a write of the whole object contains; a single empty one removes them all. */
export function entriesOf(
  wanted: ApiObject,
  current: ApiObject,
  {operation, subresource}: WriteOptions,
): ManagedFieldsEntry[] {
  const known = current.metadata.managedFields ?? []
  const given = wanted.metadata.managedFields ?? []
  if (operation === 'Apply') return given
  if (subresource !== undefined || given.length === 0 || sameJson(given, known)) return known
  return given.length === 1 && Object.keys(given[0] ?? {}).length === 0 ? [] : given
}

/** The fields that a writer cannot change. */
export function keptMetadata(
  {metadata}: ApiObject,
  managedFields: ManagedFieldsEntry[],
): Partial<ApiObject['metadata']> {
  const {name, generateName, namespace, uid, resourceVersion, generation} = metadata
  const {creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds} = metadata
  return defined({
    name,
    generateName,
    namespace,
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    managedFields,
  })
}

function defined<T extends object>(object: T): {[K in keyof T]: Exclude<T[K], undefined>} {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

export function withMetadata(object: ApiObject, metadata: Partial<ApiObject['metadata']>): ApiObject {
  return {...object, metadata: {...object.metadata, ...metadata}}
}

export function withoutTypeMeta(object: ApiObject): ApiObject {
  const {kind: _kind, apiVersion: _apiVersion, metadata, ...rest} = object
  return {metadata, ...rest}
}

export function ordered(object: ApiObject): ApiObject {
  return {...object, metadata: orderedMetadata(object.metadata)}
}

export function withoutBooks({metadata, ...rest}: ApiObject): object {
  const {managedFields: _managedFields, ...own} = orderedMetadata(metadata)
  return {...rest, metadata: own}
}
