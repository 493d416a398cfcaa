import {externalText} from '../../shared/external-text.ts'
import {countOf} from '../../shared/words.ts'
import type {PushEvent} from '../push-event.ts'
import type {SourceRequest} from '../sources/source.ts'
import type {Hook} from './hook.ts'
import type {Rate} from './rate.ts'

/** What became of a request, for metrics. */
export const eventResults = [
  'accepted',
  'ignored',
  'unauthorized',
  'malformed',
  'not-allowed',
  'overloaded',
  'unwritable',
] as const

export type EventResult = (typeof eventResults)[number]

export interface Answer {
  readonly status: number
  readonly result: EventResult
  /** One sentence for the sender. */
  readonly message: string
  readonly retryAfterSeconds?: number
}

export interface ReceiveDeps {
  readonly rate: Rate
  /** Makes the events durable. False: that is not possible now. */
  accept(events: readonly PushEvent[], hook: Hook): Promise<boolean>
}

/**
 * Answers one request to a hook. Only bad credentials, too many requests and a journal that cannot be written are refused: a
 * registry sends a refused event again and again, and holds back all later ones meanwhile.
 */
export async function receive(request: SourceRequest, hook: Hook, {rate, accept}: ReceiveDeps): Promise<Answer> {
  if (hook.secret !== undefined && hook.source.verify(request, hook.secret) !== 'ok') {
    return {status: 401, result: 'unauthorized', message: 'The credentials of this event are missing or wrong.'}
  }
  const seconds = rate.take()
  if (seconds > 0) {
    const message = 'This source sends more requests than its rate allows.'
    return {status: 429, result: 'overloaded', message, retryAfterSeconds: seconds}
  }
  const parsed = hook.source.parse(request)
  if ('malformed' in parsed) return dropped('malformed', `Not used: ${externalText(parsed.malformed)}`)
  if (parsed.events.length === 0)
    return dropped('ignored', `Nothing to do: ${externalText(parsed.ignored ?? 'it names no image')}`)
  const allowed = parsed.events.filter(({repository}) => hook.allows(repository))
  if (allowed.length === 0) return dropped('not-allowed', 'Nothing to do: this source may not name this repository.')
  if (!(await accept(allowed, hook))) {
    const message = 'The journal cannot be written now. Send it again later.'
    return {status: 503, result: 'unwritable', message, retryAfterSeconds: 10}
  }
  return {status: 202, result: 'accepted', message: `${countOf(allowed.length, 'event')} accepted.`}
}

function dropped(result: EventResult, message: string): Answer {
  return {status: 202, result, message}
}
