import {type JsonObject, objectOf, sentenceAt, textAt} from '../json-fields.ts'
import {apiPath} from './api-path.ts'
import {kindProblem} from './object-problem.ts'
import {type Question, type Topic, Unexpected} from './question.ts'
import {accessReviews, pods, type Query, type Resource, resourcePath, selfReviews} from './resource.ts'

/** The server's version: `v1.33.0`. */
export const serverVersion: Question<string> = {
  path: apiPath(['version']),
  about: {mayMiss: []},
  read: (body) => sentenceAt(body, 'gitVersion', 64) || new Unexpected('it has no gitVersion'),
}

/** May the user do this? An answer without a clear yes or no is unexpected. */
export function accessReview(asked: JsonObject): Question<boolean> {
  return {
    path: resourcePath(accessReviews, undefined),
    about: {resource: accessReviews, mayMiss: []},
    read(body) {
      const {spec, status} = objectOf(body)
      const problem = kindProblem(body, accessReviews, accessReviews.kind)
      if (problem !== undefined) return new Unexpected(problem)
      const {allowed} = objectOf(status)
      if (typeof allowed !== 'boolean') return new Unexpected('its status does not say whether it is allowed')
      const {resourceAttributes = asked} = objectOf(spec)
      const isOurs = Object.keys(asked).every((key) => textAt(resourceAttributes, key) === textAt(asked, key))
      return isOurs ? allowed : new Unexpected('it answers another question')
    },
  }
}

/** The user that the server authenticates this client as, safe to print. */
export const selfReview: Question<string> = {
  path: resourcePath(selfReviews, undefined),
  about: {resource: selfReviews, mayMiss: []},
  read(body) {
    const problem = kindProblem(body, selfReviews, selfReviews.kind)
    if (problem !== undefined) return new Unexpected(problem)
    const {userInfo} = objectOf(objectOf(body).status)
    return sentenceAt(userInfo, 'username', 200) || new Unexpected('its status names no user')
  },
}

/** The log of a container. Any text is accepted. */
export function podLog(namespace: string, pod: string, query: Query): Topic & {readonly path: string} {
  return {
    path: resourcePath(pods, namespace, [pod, 'log'], query),
    about: {resource: pods, namespace, name: pod, mayMiss: ['object']},
  }
}

/** The changes of a resource, from a version on. */
export function changesOf(
  resource: Resource,
  namespace: string | undefined,
  query: Query,
): Topic & {readonly path: string} {
  return {path: resourcePath(resource, namespace, [], query), about: {resource, namespace, mayMiss: []}}
}
