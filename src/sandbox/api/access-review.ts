import {objectAt} from '../patches/json.ts'
import {decodeObject, protobufType} from '../protobuf/decode-object.ts'
import {invalid, invalidValue} from '../status.ts'
import type {ApiVerb, Trouble} from '../trouble.ts'
import {isAllowed, type User} from './access.ts'
import {decode} from './read-body.ts'

/**
 * The answer to a SelfSubjectAccessReview.
 *
 * @throws ApiError 400 or 422 for a review without a question
 */
export function reviewAccess(user: User, troubles: readonly Trouble[], bytes: Buffer, contentType: string): object {
  const isProtobuf = contentType === protobufType
  const body = isProtobuf ? (decodeObject(bytes) ?? {}) : objectAt(decode(bytes.toString(), 'yaml', (why) => why))
  const {resourceAttributes, nonResourceAttributes} = objectAt(body, 'spec')
  if ((resourceAttributes === undefined) === (nonResourceAttributes === undefined)) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
    const cause = invalidValue('spec.resourceAttributes', resourceAttributes ?? null, why)
    throw invalid({group: 'authorization.k8s.io', kind: ''}, '', [cause])
  }
  const {verb, resource, subresource, namespace, name} = objectAt(resourceAttributes)
  const question = {
    verb: String(verb) as ApiVerb,
    plural: String(resource),
    subresource: subresource ? String(subresource) : undefined,
    namespace: namespace ? String(namespace) : undefined,
    name: name ? String(name) : undefined,
  }
  const allowed = resourceAttributes === undefined || isAllowed(user, question, troubles)
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: body.spec ?? {},
    status: {allowed},
  }
}

/** The answer to a SelfSubjectReview. */
export function reviewSelf({name}: Pick<User, 'name'>): object {
  return {
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {creationTimestamp: null},
    status: {userInfo: {username: name, groups: ['system:authenticated']}},
  }
}
