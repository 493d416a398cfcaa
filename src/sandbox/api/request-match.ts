import type {ApiVerb, RequestMatch} from '../trouble.ts'

/** The properties of a request by which troubles and permissions match it. */
export interface Question {
  readonly verb: ApiVerb
  readonly plural: string
  readonly subresource?: string | undefined
  readonly namespace?: string | undefined
  readonly name?: string | undefined
}

/** Does a trouble match a request? */
export function matchesRequest(match: RequestMatch, question: Question, user: string): boolean {
  return (
    includes(match.verb, question.verb) &&
    (includes(match.resource, question.plural) || includes(match.resource, resourceOf(question))) &&
    (match.namespace === undefined || match.namespace === (question.namespace ?? '')) &&
    (match.name === undefined || match.name === question.name) &&
    (match.user === undefined || match.user === user)
  )
}

/** As in permissions: `pods`, `pods/log`. */
export function resourceOf({plural, subresource}: Question): string {
  return subresource === undefined ? plural : `${plural}/${subresource}`
}

function includes<T>(wanted: T | readonly T[] | undefined, value: T): boolean {
  if (wanted === undefined) return true
  return Array.isArray(wanted) ? wanted.includes(value) : wanted === value
}
