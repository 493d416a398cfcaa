import {type JsonObject, objectOf, objectsAt, textAt} from '../json-fields.ts'
import {forms} from './forms.ts'
import {listProblem} from './object-problem.ts'
import {type Question, Unexpected} from './question.ts'
import {type Query, type Resource, resourcePath} from './resource.ts'

export interface SomeQuestion {
  readonly namespace: string
  readonly query: Query
  /** Requests only the metadata of each object, or one table row. */
  readonly form?: keyof typeof accepted
}

const accepted = {metadata: forms.metadataList, rows: forms.table} as const

/** A page of objects; where rows were requested, the rows, from a server that supports them. */
export interface SomeObjects {
  readonly items: readonly JsonObject[]
  readonly rows: readonly JsonObject[]
  /** The titles of the rows' cells. */
  readonly titles: readonly string[]
  /** Requests the next page; empty: there is none. */
  readonly continue: string
}

/**
 * A page of objects that are only displayed: no decision depends on them, so they need no version, and pages need not belong
 * together. Objects of another kind are still refused.
 */
export function someObjects(resource: Resource, {namespace, query, form}: SomeQuestion): Question<SomeObjects> {
  return {
    path: resourcePath(resource, namespace, [], query),
    about: {resource, namespace, mayMiss: []},
    ...(form && {accept: accepted[form]}),
    read(body) {
      const {kind, metadata, items, rows} = objectOf(body)
      const isTable = form === 'rows' && kind === 'Table'
      const problem = isTable ? undefined : listProblem(body, resource)
      if (problem !== undefined) return new Unexpected(problem)
      if (!Array.isArray(isTable ? rows : items)) return new Unexpected(`it has no ${isTable ? 'rows' : 'items'}`)
      return {
        items: objectsAt(body, 'items'),
        rows: objectsAt(body, 'rows'),
        titles: objectsAt(body, 'columnDefinitions').map((column) => textAt(column, 'name')),
        continue: textAt(metadata, 'continue'),
      }
    },
  }
}
