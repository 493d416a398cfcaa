import {type JsonObject, objectOf} from '../json-fields.ts'
import {forms} from './forms.ts'
import {objectProblem, type Wanted} from './object-problem.ts'
import {type About, type Question, Unexpected} from './question.ts'
import {type Query, type Resource, resourcePath} from './resource.ts'

export interface ObjectRequest extends Pick<Wanted, 'uid' | 'without' | 'ofAnyKind'> {
  /** Undefined: the resource has no namespaces. */
  readonly namespace?: string | undefined
  readonly name: string
  readonly query?: Query
  /** Requests only its metadata. */
  readonly form?: 'metadata'
  /** @see About */
  readonly bareNotFound?: true
}

/** One object that is read, patched, or replaced. */
export function oneObject(resource: Resource, request: ObjectRequest): Question<JsonObject> {
  const {namespace, name, query} = request
  return answeredBy(resource, request, {path: resourcePath(resource, namespace, [name], query), mayMiss: ['object']})
}

/** One object that is replaced: its namespace may be missing, too. */
export function replacedObject(resource: Resource, request: ObjectRequest): Question<JsonObject> {
  const {namespace, name, query} = request
  const path = resourcePath(resource, namespace, [name], query)
  return answeredBy(resource, request, {path, mayMiss: ['object', 'namespace']})
}

/** One object that is applied: it is created where it does not exist, so only its namespace can be missing. */
export function appliedObject(resource: Resource, request: ObjectRequest): Question<JsonObject> {
  const {namespace, name, query} = request
  const mayMiss: About['mayMiss'] = namespace === undefined ? [] : ['namespace']
  return answeredBy(resource, request, {path: resourcePath(resource, namespace, [name], query), mayMiss})
}

/** One object that is created: only its namespace can be missing. */
export function newObject(resource: Resource, request: ObjectRequest): Question<JsonObject> {
  const {namespace, query} = request
  const mayMiss: About['mayMiss'] = namespace === undefined ? [] : ['namespace']
  return answeredBy(resource, request, {path: resourcePath(resource, namespace, [], query), mayMiss})
}

/**
 * One object that is deleted: the answer is a `Status` of success, or the object itself where finalizers or a grace period
 * delay its removal (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-deletion).
 */
export function deletedObject(resource: Resource, request: ObjectRequest): Question<void> {
  const {read, ...question} = oneObject(resource, request)
  return {
    ...question,
    read(body) {
      const {kind, status, details} = objectOf(body)
      if (kind !== 'Status') {
        const object = read(body)
        return object instanceof Unexpected ? object : undefined
      }
      if (status !== 'Success') return new Unexpected('it is a Status of failure with the HTTP status of a success')
      const {name = request.name} = objectOf(details)
      return name === request.name ? undefined : new Unexpected('it is a Status of another object')
    },
  }
}

function answeredBy(
  resource: Resource,
  {namespace, name, uid, without, ofAnyKind, form, bareNotFound}: ObjectRequest,
  {path, mayMiss}: Pick<Question<unknown>, 'path'> & Pick<About, 'mayMiss'>,
): Question<JsonObject> {
  const wanted: Wanted = {
    ...{namespace, name},
    ...(uid !== undefined && {uid}),
    ...(without && {without}),
    ...(ofAnyKind && {ofAnyKind}),
  }
  return {
    path,
    about: {resource, namespace, name, mayMiss, ...(bareNotFound && {bareNotFound})},
    ...(form && {accept: forms.metadata}),
    read(body) {
      const problem = objectProblem(body, resource, wanted)
      return problem === undefined ? objectOf(body) : new Unexpected(problem)
    },
  }
}
