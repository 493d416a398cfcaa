import {externalText} from '../../shared/external-text.ts'
import {type JsonObject, objectOf, textAt} from '../json-fields.ts'
import {numberProblem} from './number-problem.ts'
import {apiVersionOf, type Resource} from './resource.ts'

const metadataForm = 'PartialObjectMetadata'

/** The object that was requested. */
export interface Wanted {
  readonly namespace?: string | undefined
  readonly name: string
  readonly uid?: string
  /** The field that is not required: an object that a dry run creates has no version, and of some only one of the two is used. */
  readonly without?: 'resourceVersion' | 'uid'
  /** Of any kind: its fields may have other types than those that hubspoke bases decisions on. */
  readonly ofAnyKind?: true
}

/** Why a body is not that object, as the rest of a sentence; undefined: it is. */
export function objectProblem(body: unknown, resource: Resource, wanted: Wanted): string | undefined {
  const metadata = objectOf(objectOf(body).metadata)
  const kind = kindProblem(body, resource, resource.kind, metadataForm)
  if (kind !== undefined) return kind
  if (metadata.name !== wanted.name) return other('name', metadata.name, wanted.name)
  if (wanted.namespace !== undefined && resource.scope === 'namespace' && metadata.namespace !== wanted.namespace) {
    return other('namespace', metadata.namespace, wanted.namespace)
  }
  const identity = identityProblem(metadata, wanted.without)
  if (identity !== undefined) return identity
  if (wanted.uid !== undefined && metadata.uid !== wanted.uid) return 'it is another object of the same name'
  return wanted.ofAnyKind ? undefined : numberProblem(body)
}

/** Why an element of a list that is only displayed does not belong to it: only its name is required. */
export function namedMemberProblem(item: unknown, resource: Resource, namespace?: string): string | undefined {
  const {kind, metadata} = objectOf(item)
  const fields = objectOf(metadata)
  const wrongKind = kind === undefined ? undefined : kindProblem(item, resource, resource.kind, metadataForm)
  if (wrongKind !== undefined) return wrongKind
  if (textAt(fields, 'name') === '') return 'an object in it has no name'
  const found = textAt(fields, 'namespace')
  return found === '' || namespace === undefined || found === namespace
    ? undefined
    : other('namespace', found, namespace)
}

/** Why an element of a list, or the object of an event, does not belong to the requested resource. */
export function memberProblem(item: unknown, resource: Resource, namespace?: string): string | undefined {
  const {metadata, kind} = objectOf(item)
  const fields = objectOf(metadata)
  // In a list of one kind, the API leaves the kind out of its elements.
  const wrongKind = kind === undefined ? undefined : kindProblem(item, resource, resource.kind, metadataForm)
  if (wrongKind !== undefined) return wrongKind
  if (textAt(fields, 'name') === '') return 'an object in it has no name'
  if (resource.scope === 'namespace') {
    const found = textAt(fields, 'namespace')
    if (found === '') return 'an object in it has no namespace'
    if (namespace !== undefined && found !== namespace) return other('namespace', found, namespace)
  }
  return identityProblem(fields) ?? numberProblem(item)
}

/**
 * Why a body is not a list of a resource. A generic `List`, which proxies send that merge several servers, is accepted if
 * each of its elements has the right kind.
 */
export function listProblem(body: unknown, resource: Resource): string | undefined {
  const {kind, apiVersion = 'v1', items} = objectOf(body)
  if (kind !== 'List' || apiVersion !== 'v1') {
    return kindProblem(body, resource, `${resource.kind}List`, `${metadataForm}List`)
  }
  const each = Array.isArray(items) ? items : []
  return each.map((item) => kindProblem(item, resource, resource.kind)).find((problem) => problem !== undefined)
}

/**
 * Why a body is not of a kind.
 *
 * @param form the kind of the answer where only metadata was requested
 */
export function kindProblem(body: unknown, resource: Resource, kind: string, form?: string): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'it is not an object'
  const found = objectOf(body)
  if (found.kind !== kind && (form === undefined || found.kind !== form)) return other('kind', found.kind, kind)
  const version = found.kind === kind ? apiVersionOf(resource) : 'meta.k8s.io/v1'
  // Kind, name and UID identify the object, so a missing version is accepted.
  return (found.apiVersion ?? version) === version ? undefined : other('apiVersion', found.apiVersion, version)
}

function identityProblem(metadata: JsonObject, without?: Wanted['without']): string | undefined {
  const lacks = (field: 'uid' | 'resourceVersion') => without !== field && textAt(metadata, field) === ''
  if (lacks('uid')) return 'it has no uid'
  return lacks('resourceVersion') ? 'it has no resourceVersion' : undefined
}

function other(field: string, found: unknown, wanted: string): string {
  const said = typeof found === 'string' && found !== '' ? `"${externalText(found)}"` : 'missing'
  return `its ${field} is ${said}, not "${externalText(wanted)}"`
}
