import {type FailureClass, type FailureDetails, HubspokeError} from '../model/failure.ts'
import {printable} from '../shared/printable.ts'
import {shellWord} from '../shared/shell-word.ts'
import {kubectlOn} from '../shared/suggested-command.ts'
import {fieldConflicts, isMistyped} from './answers/apply-refusals.ts'
import {genuineStatus, saysMissing} from './answers/genuine-status.ts'
import {isNotAdmitted} from './answers/not-admitted.ts'
import type {About} from './answers/question.ts'
import {numberAt, objectAt, objectOf, sentenceAt} from './json-fields.ts'

/** The sender of an answer: the context as the user knows it, and the server it points at. */
export interface Party {
  readonly context: string
  readonly server: string
}

/** An answer other than success, reduced to what may be shown. */
export interface Refusal {
  readonly status: number
  /** The `Retry-After` header, as received. */
  readonly retryAfter?: string | undefined
  /** The parsed body when it was JSON: normally a `Status` of the API. */
  readonly body?: unknown
  /** The object of the request. */
  readonly about: About
}

/**
 * Statuses that a gateway may send on its own behalf: log in, or wait. Any other status below 500 is a statement on the
 * requested object and needs a `Status` of the API.
 */
const gatewayStatuses = new Set([401, 408, 429])

/**
 * The failure for an HTTP answer. It keeps the server's own sentence (`Status.message`, capped) where that
 * says more than the code, and nothing else of the answer: no headers, no other part of the body.
 *
 * `not-found` needs a `Status` of reason NotFound about exactly the requested object. `refused` is true where the
 * answer proves that the request was not carried out: a `Status` with any 4xx but 408, or of an admission webhook that could not be
 * called. `status` is left out where the number proves nothing.
 */
export function answerError(party: Party, {status, retryAfter, body, about}: Refusal): HubspokeError {
  const genuine = genuineStatus(body, status, about)
  const said = genuine === undefined ? '' : sentenceAt(genuine, 'message')
  const isMissing = genuine !== undefined && saysMissing(genuine, about)
  const isRefusal = status >= 400 && genuine !== undefined
  const isBelieved = status === 404 ? isMissing : isRefusal || status >= 500 || gatewayStatuses.has(status)
  const notAdmitted = genuine !== undefined && isNotAdmitted(genuine)
  const mistyped = genuine !== undefined && isMistyped(genuine)
  const waitMs = retryAfterMs(retryAfter) ?? statusRetryAfterMs(body)
  const answer = {
    context: quoted(party.context),
    server: printable(party.server),
    name: shellWord(party.context),
    status,
    said,
    notAdmitted,
    mistyped,
  }
  const {failureClass, message, suggestions} = isBelieved ? describe(answer) : foreign(answer)
  const details: FailureDetails = {
    ...(isBelieved && {status}),
    suggestions,
    refused: notAdmitted || mistyped || (isBelieved && isRefusal && status < 500 && status !== 408),
    ...(waitMs === undefined ? {} : {retryAfterMs: waitMs}),
    ...(status === 409 && genuine !== undefined && {conflicts: fieldConflicts(genuine)}),
  }
  return new HubspokeError(failureClass, message, details)
}

/** The name as quoted in our sentences. */
export function quoted(name: string): string {
  return `"${printable(name)}"`
}

interface Answer {
  readonly context: string
  readonly server: string
  readonly name: string
  readonly status: number
  readonly said: string
  /** An admission webhook could not be called. */
  readonly notAdmitted: boolean
  /** The fields that were applied are not those of the kind. */
  readonly mistyped: boolean
}

interface Description {
  readonly failureClass: FailureClass
  readonly message: string
  readonly suggestions: readonly string[]
}

function describe(answer: Answer): Description {
  const {context, name, status, said} = answer
  switch (status) {
    case 401:
      return {
        failureClass: 'unauthenticated',
        message: `The cluster of context ${context} did not accept the credentials (HTTP 401).`,
        suggestions: [kubectlOn(name, 'auth whoami'), 'log in again as your cluster provider describes'],
      }
    case 403:
      return isAdmissionRefusal(answer) ? rejected(answer) : forbidden(answer)
    case 404:
      return {
        failureClass: 'not-found',
        message: `Context ${context} does not have what was asked for (HTTP 404)${tail(said)}`,
        suggestions: [],
      }
    case 408:
      return {
        failureClass: 'timeout',
        message: `Context ${context} timed out the request (HTTP 408)${tail(said)}`,
        suggestions: reach(name),
      }
    case 409:
      return {
        failureClass: 'conflict',
        message: `Context ${context} refused the write (HTTP 409)${tail(said || 'the object was changed in the meantime')}`,
        suggestions: [],
      }
    case 429:
      return {
        failureClass: 'throttled',
        message: `Context ${context} throttles requests (HTTP 429)${tail(said)}`,
        suggestions: ['repeat it later, or with a lower --concurrency-per-cluster'],
      }
    default:
      return otherAnswer(answer)
  }
}

function otherAnswer(answer: Answer): Description {
  const {context, name, status, said, notAdmitted, mistyped} = answer
  if (mistyped) return rejected(answer)
  if (notAdmitted) {
    return {
      failureClass: 'server-error',
      message: `The API server of context ${context} could not ask an admission webhook and made no change (HTTP ${status})${tail(said)}`,
      suggestions: [kubectlOn(name, 'get validatingwebhookconfigurations,mutatingwebhookconfigurations')],
    }
  }
  if (status === 410 || status >= 500) {
    return {
      failureClass: 'server-error',
      message: `The API server of context ${context} failed to answer (HTTP ${status})${tail(said)}`,
      suggestions: reach(name),
    }
  }
  return status >= 400 ? rejected(answer) : foreign(answer)
}

/** An answer of a gateway that does not reach its server, or of a server that has not registered its paths yet. */
function foreign({context, server, name, status, said}: Answer): Description {
  return {
    failureClass: 'server-error',
    message: `The server of context ${context} at ${server} answered with HTTP ${status}, which is not an answer of Kubernetes to this request${tail(said)}`,
    suggestions: reach(name),
  }
}

/** The failure for a success status with another answer than the requested one. */
export function unexpectedAnswer({context, server}: Party, why: string): HubspokeError {
  const message = `The server of context ${quoted(context)} at ${printable(server)} sent something else than what was asked for: ${why}.`
  return new HubspokeError('server-error', message, {suggestions: reach(shellWord(context))})
}

/** The server's sentence of a 403 names the user, the verb, the resource and the namespace. */
function forbidden({context, name, said}: Answer): Description {
  return {
    failureClass: 'forbidden',
    message: `Context ${context} does not permit this (HTTP 403)${tail(said)}`,
    suggestions: [
      kubectlOn(name, 'auth can-i --list'),
      ...(/ at the cluster scope\.?$/.test(said) ? ['-n NAMESPACE  where only single namespaces may be read'] : []),
    ],
  }
}

function rejected({context, status, said}: Answer): Description {
  return {
    failureClass: 'rejected',
    message: `The API server of context ${context} rejected the request (HTTP ${status})${tail(said)}`,
    suggestions: [],
  }
}

/**
 * Admission plug-ins answer 403 too. Only their sentences distinguish them (apiserver
 * `admission/errors.go`, `plugin/webhook/errors`, resourcequota, podsecurity); RBAC's says `cannot <verb> resource`.
 */
function isAdmissionRefusal({said}: Answer): boolean {
  if (/ cannot [a-z]+ (resource|path) /.test(said)) return false
  return /denied the request|exceeded quota|violates PodSecurity|denied request|admission/i.test(said)
}

function tail(said: string): string {
  if (said === '') return '.'
  return `: ${said}${/[.!?…]$/.test(said) ? '' : '.'}`
}

/**
 * The command that shows the same problem without hubspoke, and the flag that leaves out the context.
 *
 * @param word the name of the context as `shellWord` gives it
 */
export function reach(word: string): readonly string[] {
  return [kubectlOn(word, 'get --raw /readyz --request-timeout 10s'), goOnWithout(word)]
}

/** The flag that leaves out a context, and what it is for. */
export function goOnWithout(word: string): string {
  // Unquoted, an exclamation mark is history expansion in a shell.
  return `-c ${word.startsWith("'") ? `'!${word.slice(1)}` : `'!${word}'`}  to go on without it`
}

/** Seconds, as API servers send it; the date form of RFC 9110 needs synchronised clocks and is not used. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? believedMs(Number(header)) : undefined
}

function statusRetryAfterMs(body: unknown): number | undefined {
  const seconds = numberAt(objectAt(objectOf(body), 'details'), 'retryAfterSeconds')
  return seconds > 0 ? believedMs(seconds) : undefined
}

/** The longest wait that a server may ask for, in milliseconds. API servers ask for seconds. */
const longestRetryAfterMs = 600_000

function believedMs(seconds: number): number {
  return Math.min(seconds * 1000, longestRetryAfterMs)
}
