import type {ApiObject} from '../api-object.ts'
import type {Registry} from '../objects/registry.ts'
import type {Resource} from '../objects/resources.ts'
import {checkVersion, expiredToken, listPage, type Page, readListQuery, readToken} from './list-pages.ts'
import {parseFieldSelector, parseLabelSelector} from './selectors.ts'
import type {WatchProgress} from './watch-progress.ts'

export interface Scope {
  readonly resource: Resource
  readonly namespace: string | undefined
}

/** Reads objects as the API does. */
export class Reads {
  readonly #registry: Registry
  readonly #progress: WatchProgress

  constructor(registry: Registry, progress: WatchProgress) {
    this.#registry = registry
    this.#progress = progress
  }

  get({resource, namespace}: Scope, name: string, query: URLSearchParams): ApiObject {
    checkVersion(this.#registry.store, query.get('resourceVersion') ?? '')
    return this.#registry.read(resource, namespace, name)
  }

  /** @param areTokensExpired every page token counts as too old */
  list(scope: Scope, query: URLSearchParams, areTokensExpired: boolean): Page {
    const asked = readListQuery(query)
    if (areTokensExpired && asked.token !== '') throw expiredToken(readToken(asked.token))
    const page = listPage(this.#registry.store, {...scope, ...asked, matches: selectorOf(scope.resource, query)})
    const isConsistent = asked.resourceVersion === '' && asked.token === ''
    if (isConsistent) this.#progress.proved(scope.resource, Number(page.metadata.resourceVersion))
    return page
  }
}

/** The objects that match a label and a field selector; undefined: all. */
export function selectorOf(resource: Resource, query: URLSearchParams): ((object: ApiObject) => boolean) | undefined {
  const labels = query.get('labelSelector') ?? ''
  const fields = query.get('fieldSelector') ?? ''
  if (labels === '' && fields === '') return undefined
  const byLabels = parseLabelSelector(labels)
  const byFields = parseFieldSelector(fields, resource.kind)
  return (object) => byLabels(object.metadata.labels) && byFields(object)
}
