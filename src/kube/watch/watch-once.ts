import {HubspokeError} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import {changesOf} from '../answers/other-questions.ts'
import {Unexpected} from '../answers/question.ts'
import type {Query} from '../answers/resource.ts'
import type {Api} from '../api.ts'
import {answerError, quoted, unexpectedAnswer} from '../errors.ts'
import {watchForSilence} from './silence.ts'
import {readWatchEvents, type WatchEvent, type Watched} from './watch-stream.ts'

export interface WatchRun {
  readonly api: Api
  readonly clock: Clock
  readonly watched: Watched
  readonly query: Query
  readonly signal: AbortSignal
  /** The longest time without an event, in milliseconds. Default: `longestSilenceMs`. */
  readonly silenceMs?: number
  /** The server has accepted the watch. */
  onLive(): void
  onEvent(event: Exclude<WatchEvent, {readonly type: 'error'}>): void
}

/** Longer than the minute between two bookmarks. */
export const longestSilenceMs = 90_000

/** A server that accepts a watch responds at once: the same limit as for any other answer. */
const headMs = 30_000

/**
 * One watch from its request to its end: the server's own, or ours when no event came for too long, whatever other bytes
 * came. Rejects with a `HubspokeError` where it was refused, not accepted in time, cut, or ended with an error, and where it
 * sent something that is not an event of this resource.
 */
export async function watchOnce({api, clock, signal, silenceMs, onLive, onEvent, ...run}: WatchRun): Promise<void> {
  const {watched, query} = run
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  const silence = watchForSilence({clock, ms: silenceMs ?? longestSilenceMs, signal: either}, () => ending.abort())
  try {
    const {resource, namespace} = watched
    const question = changesOf(resource, namespace, query)
    const answer = api.watch(question, either)
    const body = await accepted(answer, {clock, signal: either}, () => ending.abort(notAccepted(api)))
    onLive()
    for await (const event of readWatchEvents(body, watched)) {
      silence.heard()
      if (event instanceof Unexpected) throw unexpectedAnswer(api.party, event.why)
      if (event.type === 'error') throw answerError(api.party, {...event, about: question.about})
      onEvent(event)
      if (event.type === 'expired') return
    }
  } catch (error) {
    const wasSilent = ending.signal.aborted && !(ending.signal.reason instanceof HubspokeError)
    if (signal.aborted || !wasSilent) throw error
  } finally {
    ending.abort()
  }
}

async function accepted<T>(
  answer: Promise<T>,
  {clock, signal}: {readonly clock: Clock; readonly signal: AbortSignal},
  onLate: () => void,
): Promise<T> {
  const done = new AbortController()
  void clock.sleep(headMs, AbortSignal.any([signal, done.signal])).then(() => {
    if (!signal.aborted && !done.signal.aborted) onLate()
  })
  try {
    return await answer
  } finally {
    done.abort()
  }
}

/** Proxies may hold back even the response headers until the first bytes of the body. */
function notAccepted({party}: Api): HubspokeError {
  return new HubspokeError(
    'timeout',
    `${party.server} (context ${quoted(party.context)}) did not accept a watch in time.`,
  )
}
