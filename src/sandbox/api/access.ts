import {timingSafeEqual} from 'node:crypto'
import type {AccessRule} from '../spec.ts'
import {type ApiError, forbidden} from '../status.ts'
import type {Trouble} from '../trouble.ts'
import type {ResourceRequest} from './request-info.ts'
import {matchesRequest, type Question} from './request-match.ts'

/** Somebody who has a token. */
export interface User {
  readonly name: string
  readonly token: string
  /** Undefined: everything. */
  readonly may?: readonly AccessRule[]
}

/** Whose token the request carries; undefined: nobody's. */
export function authenticate(users: readonly User[], authorization: string | undefined): User | undefined {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  return token === undefined ? undefined : users.find((user) => isSame(user.token, token))
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Everybody may ask what they may. */
const forEverybody = 'selfsubjectaccessreviews'

export function isAllowed(user: User, question: Question, troubles: readonly Trouble[]): boolean {
  if (question.plural === forEverybody) return true
  const isForbidden = troubles.some(
    (trouble) => trouble.type === 'forbidden' && matchesRequest(trouble, question, user.name),
  )
  return !isForbidden && (user.may === undefined || user.may.some((rule) => isGranted(rule, question)))
}

function isGranted({verbs, resources, namespaces}: AccessRule, question: Question): boolean {
  const {verb, plural, namespace = ''} = question
  return (
    (verbs.includes('*') || verbs.some((each) => each === verb)) &&
    (resources.includes('*') || resources.includes(plural)) &&
    (namespaces === undefined || namespaces.includes(namespace))
  )
}

/** The refusal of a request, in the words of the API. */
export function refusal(user: User, request: ResourceRequest): ApiError {
  const {verb, group, plural, subresource, namespace, name} = request
  const what = subresource === undefined ? plural : `${plural}/${subresource}`
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const subject = verb === 'create' ? undefined : name
  return forbidden(
    {group, plural},
    subject,
    `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`,
  )
}
