import {own} from '../../shared/own.ts'
import type {Catalog} from '../objects/catalog.ts'
import type {Resource} from '../objects/resources.ts'
import type {ApiVerb} from '../trouble.ts'

/** The meaning of a path of the API. */
export interface ResourceRequest {
  readonly verb: ApiVerb
  readonly group: string
  readonly version: string
  /** Plural, as in the path, whether it is served or not. */
  readonly plural: string
  /** Undefined: the resource or its subresource is not served. */
  readonly resource: Resource | undefined
  readonly subresource: string | undefined
  readonly namespace: string | undefined
  readonly name: string | undefined
  /** Undefined: this method is not allowed on this path. */
  readonly operation: Operation | undefined
}

export type Operation = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

/**
 * Parses a request for a resource; undefined: another path (`/version`, discovery, health).
 * Source: `RequestInfoFactory` in k8s.io/apiserver/pkg/endpoints/request.
 */
export function parseRequest(
  catalog: Catalog,
  method: string,
  path: string,
  query: URLSearchParams,
): ResourceRequest | undefined {
  const place = placeOf(path)
  if (place === undefined) return undefined
  const {group, version, plural, namespace, name, subresource} = place
  const resource = catalog.find(group, version, plural)
  const isWatched = place.isOldWatch || ['1', 'true'].includes(query.get('watch') ?? '')
  const operation = operationOf(method, name, isWatched)
  const isKnown = subresource === undefined || resource?.subresources.some((each) => each.name === subresource)
  const isAcrossNamespaces = operation === 'list' || operation === 'watch'
  const isAllowed = resource?.namespaced !== true || namespace !== undefined || isAcrossNamespaces
  return {
    verb: operation ?? verbOfMethod(method),
    group,
    version,
    plural,
    resource: isKnown ? resource : undefined,
    subresource,
    namespace,
    name,
    operation: isAllowed && isServed(resource, subresource, operation) ? operation : undefined,
  }
}

type Place = Pick<ResourceRequest, 'group' | 'version' | 'plural' | 'namespace' | 'name' | 'subresource'> & {
  /** `/watch/` before the resource, as old clients request a watch. */
  readonly isOldWatch: boolean
}

function placeOf(path: string): Place | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
  const tree = parts.shift()
  if (tree !== 'api' && tree !== 'apis') return undefined
  const group = tree === 'api' ? '' : parts.shift()
  const version = parts.shift()
  const isOldWatch = parts[0] === 'watch'
  if (isOldWatch) parts.shift()
  if (group === undefined || version === undefined || parts.length === 0) return undefined
  const namespace = parts[0] === 'namespaces' ? parts[1] : undefined
  const isInside = parts.length >= 3 && namespace !== undefined && !isNamespaceSubresource(parts)
  const [plural = '', name, subresource] = isInside ? parts.slice(2) : parts
  return {group, version, plural, namespace, name, subresource, isOldWatch}
}

function isNamespaceSubresource(rest: readonly string[]): boolean {
  return rest.length === 3 && ['status', 'finalize'].includes(rest[2] ?? '')
}

function operationOf(method: string, name: string | undefined, isWatched: boolean): Operation | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (name !== undefined) return 'get'
      return isWatched ? 'watch' : 'list'
    case 'POST':
      return name === undefined ? 'create' : undefined
    case 'PUT':
      return name === undefined ? undefined : 'update'
    case 'PATCH':
      return name === undefined ? undefined : 'patch'
    case 'DELETE':
      return name === undefined ? undefined : 'delete'
    default:
      return undefined
  }
}

/** The verb for the authoriser when the path does not allow the method. */
function verbOfMethod(method: string): ApiVerb {
  const verbs: Readonly<Record<string, ApiVerb>> = {POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete'}
  return own(verbs, method) ?? 'get'
}

function isServed(
  resource: Resource | undefined,
  subresource: string | undefined,
  operation: Operation | undefined,
): boolean {
  if (resource === undefined || operation === undefined) return true
  if (subresource === undefined) return resource.verbs.includes(operation)
  return resource.subresources.find(({name}) => name === subresource)?.verbs.includes(operation) ?? true
}
