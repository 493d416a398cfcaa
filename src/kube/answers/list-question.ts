import {type JsonObject, objectOf, textAt} from '../json-fields.ts'
import {forms} from './forms.ts'
import {listProblem, memberProblem, namedMemberProblem} from './object-problem.ts'
import {type Question, Unexpected} from './question.ts'
import {type Query, type Resource, resourcePath} from './resource.ts'

export interface ListQuestion {
  /** Undefined: all namespaces. */
  readonly namespace?: string | undefined
  readonly query?: Query
  /** Requests only the metadata of the objects. */
  readonly form?: 'metadata'
  /** Only the names of the objects are used, not their identity, nor the version of the list. */
  readonly informs?: boolean
}

/** A list, or a page of one. */
export interface Page {
  readonly items: readonly JsonObject[]
  readonly resourceVersion: string
  /** Requests the next page; empty: there is none. */
  readonly continue: string
  /** How many objects the pages after this one have; undefined: the server did not say. */
  readonly remaining: number | undefined
}

/** A page of the objects of a resource. A collection that does not exist is a failure, not an empty list. */
export function onePage(resource: Resource, {namespace, query, form, informs = false}: ListQuestion): Question<Page> {
  return {
    path: resourcePath(resource, namespace, [], query),
    about: {resource, namespace, mayMiss: []},
    ...(form && {accept: forms.metadataList}),
    read(body) {
      const {metadata, items} = objectOf(body)
      const kind = listProblem(body, resource)
      if (kind !== undefined) return new Unexpected(kind)
      const page = toPage(objectOf(metadata), items)
      if (page instanceof Unexpected) return page
      if (!informs && page.resourceVersion === '') return new Unexpected('it has no resourceVersion')
      const memberProblemOf = informs ? namedMemberProblem : memberProblem
      const problem = page.items.map((item) => memberProblemOf(item, resource, namespace)).find((one) => one)
      return problem === undefined ? page : new Unexpected(problem)
    },
  }
}

function toPage(metadata: JsonObject, items: unknown): Page | Unexpected {
  if (!Array.isArray(items) && items !== null) return new Unexpected('it has no items')
  const resourceVersion = textAt(metadata, 'resourceVersion')
  const {continue: token = '', remainingItemCount: remaining} = metadata
  if (typeof token !== 'string') return new Unexpected('its continue token is not a string')
  const isCount = remaining === undefined || (typeof remaining === 'number' && remaining >= 0)
  if (!isCount) return new Unexpected('its remainingItemCount is not a number')
  if (token === '' && remaining) return new Unexpected(`${remaining} of its objects remain, and no token leads to them`)
  return {items: (items ?? []).map(objectOf), resourceVersion, continue: token, remaining}
}
