import type {ApiObject} from '../api-object.ts'
import type {Resource} from '../objects/resources.ts'
import {keyOf, type Store} from '../objects/store.ts'
import {ApiError, badRequest, expired, forbiddenValue, invalid} from '../status.ts'

/** One page of a list. */
export interface Page {
  readonly items: readonly ApiObject[]
  readonly metadata: {
    readonly resourceVersion: string
    readonly continue?: string
    readonly remainingItemCount?: number
  }
}

export interface ListQuery {
  readonly resource: Resource
  /** Undefined: all. */
  readonly namespace: string | undefined
  /** Undefined: every object matches, so the remaining objects can be counted. */
  readonly matches: ((object: ApiObject) => boolean) | undefined
  readonly limit: number
  readonly token: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
}

interface Token {
  readonly v: string
  readonly rv: number
  readonly start: string
}

const tokenVersion = 'meta.k8s.io/v1'
const tooOldToken =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

/** The query of a list in its text form. */
export function readListQuery(query: URLSearchParams): Omit<ListQuery, 'resource' | 'namespace' | 'matches'> {
  const limit = query.get('limit') ?? '0'
  if (!/^-?\d+$/.test(limit)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`)
  }
  return {
    limit: Number(limit),
    token: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
  }
}

/**
 * One page: from the start at the newest version, or from a page token at the version that the first page showed.
 *
 * Rules: https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 *
 * @throws ApiError 400 for an invalid token, 410 for one that is too old, 504 for a future version
 */
export function listPage(store: Store, query: ListQuery): Page {
  const {resource, namespace, limit, token, resourceVersion} = query
  checkVersions(store, query)
  const from = token === '' ? undefined : readToken(token)
  if (from !== undefined && !['', '0'].includes(resourceVersion)) {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
  const version = versionOf(store, query, from)
  const all = store.allAt(resource, version)
  if (all === undefined) throw from === undefined ? tooOldVersion() : expiredToken(from)
  const prefix = namespace === undefined ? '' : `${namespace}/`
  const start = from === undefined ? prefix : `${prefix}${from.start.replace(/^\//, '')}`
  const inScope = all.filter((object) => {
    const key = keyOf(object)
    return key.startsWith(prefix) && key >= start
  })
  const matching = query.matches === undefined ? inScope : inScope.filter(query.matches)
  const isPaged = limit > 0 && limit < matching.length && resourceVersion !== '0'
  const items = isPaged ? matching.slice(0, limit) : matching
  const last = items.at(-1)
  const rest =
    isPaged && last !== undefined
      ? {
          continue: writeToken(version, `/${keyOf(last).slice(prefix.length)}\u0000`),
          ...(query.matches === undefined ? {remainingItemCount: matching.length - limit} : {}),
        }
      : {}
  return {items, metadata: {resourceVersion: String(version), ...rest}}
}

/** The answer to a page token that is too old, with a token to continue inconsistently. */
export function expiredToken({start}: Pick<Token, 'start'>): ApiError {
  return expired(tooOldToken, writeToken(-1, start.replace(/^\//, '')))
}

function tooOldVersion(): ApiError {
  return expired('The resourceVersion for the provided list is too old.')
}

function versionOf(store: Store, {resourceVersion, resourceVersionMatch}: ListQuery, from: Token | undefined): number {
  if (from !== undefined) return from.rv < 0 ? store.version : from.rv
  return resourceVersionMatch === 'Exact' ? Number(resourceVersion) : store.version
}

function checkVersions(store: Store, {resourceVersion, resourceVersionMatch}: ListQuery): void {
  if (resourceVersionMatch !== '' && resourceVersion === '') {
    const why = 'resourceVersionMatch is forbidden unless resourceVersion is provided'
    throw invalid({group: 'meta.k8s.io', kind: 'ListOptions'}, '', [forbiddenValue('resourceVersionMatch', why)])
  }
  checkVersion(store, resourceVersion)
}

/** @throws ApiError 400 for an invalid version, 504 for one that the server has not reached */
export function checkVersion(store: Store, resourceVersion: string): void {
  if (resourceVersion === '') return
  if (!/^\d+$/.test(resourceVersion)) {
    const text = JSON.stringify(resourceVersion)
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${text}: strconv.ParseUint: parsing ${text}: invalid syntax`,
    )
  }
  if (BigInt(resourceVersion) <= BigInt(store.version)) return
  throw new ApiError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${resourceVersion}, current: ${store.version}`,
    details: {
      causes: [{reason: 'ResourceVersionTooLarge', message: 'Too large resource version'}],
      retryAfterSeconds: 1,
    },
    retryAfterSeconds: 1,
  })
}

function writeToken(rv: number, start: string): string {
  return Buffer.from(JSON.stringify({v: tokenVersion, rv, start} satisfies Token)).toString('base64url')
}

/** @throws ApiError 400 */
export function readToken(text: string): Token {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Token>
    const {v, rv, start} = token
    if (v === tokenVersion && typeof rv === 'number' && typeof start === 'string') return {v, rv, start}
  } catch {
    // The answer is the same for every invalid token.
  }
  throw badRequest('invalid continue token: continue key is not valid')
}
