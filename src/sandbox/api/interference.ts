import type {Clock} from '../../shared/clock.ts'
import {ApiError} from '../status.ts'
import type {Answer} from '../transport/answer.ts'
import type {ActiveTroubles} from './active-troubles.ts'
import {replyError, replyText} from './replies.ts'
import type {Question} from './request-match.ts'

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

const messages: Readonly<Record<number, string>> = {
  429: 'Too many requests, please try again later.',
  500: 'Internal error occurred: etcdserver: request timed out',
  503: 'the server is currently unable to handle the request',
  504: 'Timeout: request did not complete within the allotted duration',
}

/**
 * Applies the troubles of a cluster to a request before it is carried out. False: it was answered, or the client is
 * gone.
 */
export async function interfere(
  troubles: ActiveTroubles,
  question: Question,
  {user, answer, clock, signal}: {user: string; answer: Answer; clock: Clock; signal: AbortSignal},
): Promise<boolean> {
  const latency = troubles.take('latency', question, user)
  if (latency !== undefined) {
    await clock.sleep(latency.ms, AbortSignal.any([signal, answer.closed]))
    if (signal.aborted || answer.closed.aborted) return false
  }
  const cut = troubles.take('cut', question, user)
  if (cut !== undefined) answer.cut(cut.afterBytes)
  if (troubles.take('lost-reply', question, user) !== undefined) answer.lose()
  const scripted = troubles.take('answer', question, user)
  if (scripted === undefined) return true
  const {status, reason = reasons[status], retryAfterSeconds, plain = false} = scripted
  const message = scripted.message ?? messages[status] ?? `the server has answered ${status}`
  if (plain) {
    replyText(
      answer,
      status,
      `${message}\n`,
      retryAfterSeconds === undefined ? {} : {'retry-after': String(retryAfterSeconds)},
    )
    return false
  }
  const wait = retryAfterSeconds === undefined ? {} : {retryAfterSeconds}
  const details = retryAfterSeconds === undefined ? {} : {details: wait}
  replyError(
    answer,
    new ApiError({code: status, message, ...(reason === undefined ? {} : {reason}), ...details, ...wait}),
  )
  return false
}
