import {type JsonObject, objectAt, objectOf, objectsAt, textAt} from '../json-fields.ts'
import type {About} from './question.ts'
import {namespaces, type Resource} from './resource.ts'

/**
 * The `Status` that an API server sends with an HTTP status other than success. Undefined for the page of a gateway, for a
 * `Status` about another object, and for one that a client library made from an unreadable answer (cause
 * `UnexpectedServerResponse`).
 */
export function genuineStatus(body: unknown, status: number, about: About): JsonObject | undefined {
  const found = objectOf(body)
  const isStatus =
    found.kind === 'Status' &&
    (found.apiVersion ?? 'v1') === 'v1' &&
    found.status !== 'Success' &&
    (found.code ?? status) === status
  if (!isStatus) return undefined
  const details = objectAt(found, 'details')
  if (objectsAt(details, 'causes').some(({reason}) => reason === 'UnexpectedServerResponse')) return undefined
  return isAbout(details, about) ? found : undefined
}

/** Does a genuine `Status` say that exactly the requested object does not exist? */
export function saysMissing(status: JsonObject, {resource, namespace, name, mayMiss, bareNotFound}: About): boolean {
  if (status.reason !== 'NotFound' || resource === undefined) return false
  if (bareNotFound && status.details === undefined) return true
  const details = objectAt(status, 'details')
  const names = (of: Resource, expected: string | undefined) =>
    expected !== undefined && textAt(details, 'name') === expected && isOf(details, of)
  return mayMiss.some((what) => (what === 'object' ? names(resource, name) : names(namespaces, namespace)))
}

/**
 * Details without a name count as those of the requested object: some refusals have none. Others are about the namespace of
 * the object, or about a quota that was changed while the object was counted.
 */
function isAbout(details: JsonObject, {resource, namespace, name}: About): boolean {
  const kind = textAt(details, 'kind')
  if (kind === '' || kind === 'resourcequotas' || resource === undefined) return true
  const found = textAt(details, 'name')
  const isNamed = (expected: string | undefined) => found === '' || found === expected
  return (isOf(details, resource) && isNamed(name)) || (isOf(details, namespaces) && isNamed(namespace))
}

/** Refusals of a version name the plural, refusals of a content the kind (apimachinery `api/errors`). */
function isOf(details: JsonObject, {group, plural, kind}: Resource): boolean {
  const found = textAt(details, 'kind')
  return (found === plural || found === kind) && textAt(details, 'group') === group
}
