import type {HubspokeError} from '../model/failure.ts'
import {isNamespaceName} from '../shared/kubernetes-name.ts'
import {isPrintable} from '../shared/printable.ts'
import {groupOf, isRecord, type JsonRecord, type Manifest, type Origin} from './manifest.ts'

/** Makes the error about a key of a mapping; without a key, or where it is not there, about the mapping. */
export type RefuseAt = (part: JsonRecord, key: string | undefined, sentence: string) => HubspokeError

/** Set by a server. An object with `managedFields` is refused by a server-side apply, one with another `uid` as a conflict. */
export const serverSetMetadata: ReadonlySet<string> = new Set([
  ...['managedFields', 'resourceVersion', 'uid', 'creationTimestamp', 'generation', 'selfLink'],
  ...['deletionTimestamp', 'deletionGracePeriodSeconds'],
])

/**
 * Checks what an object needs so that it can be applied: apiVersion, kind and metadata.name. Its `status` and the metadata
 * that a server sets are removed, so that an exported object can be applied. So is the namespace of a Namespace, which
 * an API server ignores.
 *
 * @throws what `refuseAt` makes
 */
export function manifestOf(object: JsonRecord, origin: Origin, refuseAt: RefuseAt): Manifest {
  const apiVersion = textOf(object, 'apiVersion', refuseAt)
  const kind = textOf(object, 'kind', refuseAt)
  if (!/^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9]{1,63}$/.test(apiVersion)) {
    throw refuseAt(object, 'apiVersion', 'apiVersion is not possible: it has to be like "v1" or "apps/v1".')
  }
  if (!/^[A-Za-z][A-Za-z0-9]{0,252}$/.test(kind)) {
    throw refuseAt(object, 'kind', 'kind is not possible: it has to be a word like "ConfigMap".')
  }
  const {metadata} = object
  if (metadata === undefined || metadata === null) throw refuseAt(object, undefined, 'metadata is missing.')
  if (!isRecord(metadata)) throw refuseAt(object, 'metadata', 'metadata has to be a mapping.')
  const name = nameOf(metadata, refuseAt)
  const isNamespace = kind === 'Namespace' && groupOf({apiVersion}) === ''
  const namespace = isNamespace ? undefined : namespaceOf(metadata, refuseAt)
  const kept = Object.entries(metadata).filter(
    ([key]) => !serverSetMetadata.has(key) && !(key === 'namespace' && namespace === undefined),
  )
  const {status: _, ...rest} = object
  return {apiVersion, kind, name, namespace, object: {...rest, metadata: Object.fromEntries(kept)}, origin}
}

function textOf(object: JsonRecord, key: string, refuseAt: RefuseAt, path = key): string {
  const value = object[key]
  if (value === undefined || value === null || value === '') throw refuseAt(object, undefined, `${path} is missing.`)
  if (typeof value === 'string') return value
  throw refuseAt(object, key, `${path} has to be text; a number or a word like "yes" has to be in quotes.`)
}

function nameOf(metadata: JsonRecord, refuseAt: RefuseAt): string {
  if ((metadata.name ?? '') === '' && metadata.generateName !== undefined) {
    const sentence =
      'metadata.name is missing: apply needs it to find the object again, and generateName gives another one each time.'
    throw refuseAt(metadata, 'generateName', sentence)
  }
  const name = textOf(metadata, 'name', refuseAt, 'metadata.name')
  // It becomes a part of a path of the API, where these have a meaning of their own.
  const isPossible = isPrintable(name) && !/[\s/%]/.test(name) && name !== '.' && name !== '..' && name.length <= 253
  if (isPossible) return name
  throw refuseAt(metadata, 'name', 'metadata.name is not a possible name of an object.')
}

function namespaceOf(metadata: JsonRecord, refuseAt: RefuseAt): string | undefined {
  if ((metadata.namespace ?? '') === '') return undefined
  const namespace = textOf(metadata, 'namespace', refuseAt, 'metadata.namespace')
  if (isNamespaceName(namespace)) return namespace
  throw refuseAt(metadata, 'namespace', 'metadata.namespace is not a possible name of a namespace.')
}
