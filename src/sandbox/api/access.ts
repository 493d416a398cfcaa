import {timingSafeEqual} from 'node:crypto'
import {builtInResources} from '../objects/resources.ts'
import type {AccessRule} from '../spec.ts'
import {type ApiError, forbidden} from '../status.ts'
import type {RequestMatch, Trouble} from '../trouble.ts'
import type {ResourceRequest} from './request-info.ts'
import {matchesRequest, type Question, resourceOf} from './request-match.ts'

/** A user with a token. */
export interface User {
  readonly name: string
  readonly token: string
  /** Undefined: everything. */
  readonly may?: readonly AccessRule[]
}

/** The user whose token the request carries; undefined: an unknown user. */
export function authenticate(users: readonly User[], authorization: string | undefined): User | undefined {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  return token === undefined ? undefined : users.find((user) => isSame(user.token, token))
}

/**
 * The user whose permissions apply: the authenticated user, or the one that `Impersonate-User` names, where the
 * authenticated user may do everything. An unknown name has no permissions.
 *
 * @throws ApiError 403 when the user may not impersonate others
 */
export function actingUser(asker: User, users: readonly User[], impersonated: string | undefined): User {
  if (!impersonated) return asker
  if (asker.may !== undefined) {
    const why = `User "${asker.name}" cannot impersonate resource "users" in API group "" at the cluster scope`
    throw forbidden({group: '', plural: 'users'}, impersonated, why)
  }
  return users.find(({name}) => name === impersonated) ?? {name: impersonated, token: '', may: []}
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Every user may review its own access and identity. */
const forEverybody = ['selfsubjectaccessreviews', 'selfsubjectreviews']

export function isAllowed(user: User, question: Question, troubles: readonly Trouble[]): boolean {
  if (forEverybody.includes(question.plural)) return true
  const isForbidden = troubles.some((trouble) => trouble.type === 'forbidden' && isDenied(trouble, question, user.name))
  return !isForbidden && (user.may === undefined || user.may.some((rule) => isGranted(rule, question)))
}

/** Permissions only add up: a user who is denied something in one namespace cannot have it in all namespaces. */
function isDenied(match: RequestMatch, question: Question, user: string): boolean {
  const isAcross =
    question.namespace === undefined &&
    !builtInResources.some(({plural, namespaced}) => !namespaced && plural === question.plural)
  const {namespace: _namespace, ...everywhere} = match
  return matchesRequest(isAcross ? everywhere : match, question, user)
}

function isGranted(rule: AccessRule, question: Question): boolean {
  const {verb, namespace = '', name = ''} = question
  return (
    (rule.verbs.includes('*') || rule.verbs.includes(verb)) &&
    (rule.resources.includes('*') || rule.resources.includes(resourceOf(question))) &&
    (rule.namespaces === undefined || rule.namespaces.includes(namespace)) &&
    (rule.names === undefined || rule.names.includes(name))
  )
}

/** The refusal of a request, in the words of the API. */
export function refusal(user: User, request: ResourceRequest): ApiError {
  const {verb, group, plural, namespace, name} = request
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const subject = verb === 'create' ? undefined : name
  return forbidden(
    {group, plural},
    subject,
    `User "${user.name}" cannot ${verb} resource "${resourceOf(request)}" in API group "${group}" ${where}`,
  )
}
