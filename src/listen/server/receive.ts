import {externalText} from '../../shared/external-text.ts'
import {countOf} from '../../shared/words.ts'
import type {PushEvent} from '../push-event.ts'
import type {SourceRequest} from '../sources/source.ts'
import type {Hook} from './hook.ts'
import type {Rate} from './rate.ts'

/** What became of an event, for metrics. */
export const eventResults = [
  'accepted',
  'duplicate',
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
  /** Of each event; one for a request that names none. */
  readonly results: readonly EventResult[]
  /** One sentence for the sender. */
  readonly message: string
  readonly retryAfterSeconds?: number
}

/** What became of an event that its source may send. */
export interface Accepted {
  readonly result: 'accepted' | 'duplicate' | 'ignored' | 'unwritable'
  /** The end of a sentence; undefined: it was accepted. */
  readonly why?: string
}

export interface ReceiveDeps {
  readonly rate: Rate
  /** Makes the events durable: the results are theirs, in the same order. Never rejects. */
  accept(events: readonly PushEvent[], hook: Hook): Promise<readonly Accepted[]>
}

/**
 * Answers one request to a hook. Only bad credentials, too many requests and a journal that cannot be written are refused: a
 * registry sends a refused event again and again, and holds back all later ones meanwhile.
 */
export async function receive(request: SourceRequest, hook: Hook, {rate, accept}: ReceiveDeps): Promise<Answer> {
  if (hook.secret !== undefined && hook.source.verify(request, hook.secret) !== 'ok') {
    return {status: 401, results: ['unauthorized'], message: 'The credentials of this event are missing or wrong.'}
  }
  const seconds = rate.take()
  if (seconds > 0) {
    const message = 'This source sends more requests than its rate allows.'
    return {status: 429, results: ['overloaded'], message, retryAfterSeconds: seconds}
  }
  const parsed = hook.source.parse(request)
  if ('malformed' in parsed) return dropped('malformed', `Not used: ${externalText(parsed.malformed)}`)
  if (parsed.events.length === 0)
    return dropped('ignored', `Nothing to do: ${externalText(parsed.ignored ?? 'it names no image')}`)
  const allowed = parsed.events.filter(({repository}) => hook.allows(repository))
  const refused = parsed.events.filter(({repository}) => !hook.allows(repository)).map(() => 'not-allowed' as const)
  if (allowed.length === 0) {
    return {status: 202, results: refused, message: 'Nothing to do: this source may not name this repository.'}
  }
  const accepted = await accept(allowed, hook)
  const results = [...accepted.map(({result}) => result), ...refused]
  if (results.includes('unwritable')) {
    const message = 'The journal cannot be written now. Send it again later.'
    return {status: 503, results, message, retryAfterSeconds: 10}
  }
  return {status: 202, results, message: messageOf(accepted)}
}

function messageOf(accepted: readonly Accepted[]): string {
  const {length} = accepted.filter(({result}) => result === 'accepted')
  const [first] = accepted
  if (length > 0) return `${countOf(length, 'event')} accepted.`
  return `Nothing to do: ${externalText(first?.why ?? 'it names no image').replace(/\.$/, '')}.`
}

function dropped(result: EventResult, message: string): Answer {
  return {status: 202, results: [result], message}
}
