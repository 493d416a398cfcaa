import type {Clock} from '../../shared/clock.ts'
import {changesOf} from '../answers/other-questions.ts'
import {Unexpected} from '../answers/question.ts'
import type {Query} from '../answers/resource.ts'
import type {Api} from '../api.ts'
import {answerError, unexpectedAnswer} from '../errors.ts'
import {watchForSilence} from './silence.ts'
import {readWatchEvents, type WatchEvent, type Watched} from './watch-stream.ts'

export interface WatchRun {
  readonly api: Api
  readonly clock: Clock
  readonly watched: Watched
  readonly query: Query
  readonly signal: AbortSignal
  /** How long it may say nothing at all, in milliseconds. Default: longer than the minute between two bookmarks. */
  readonly silenceMs?: number
  /** The server has accepted the watch. */
  onLive(): void
  onEvent(event: Exclude<WatchEvent, {readonly type: 'error'}>): void
}

const longestSilenceMs = 90_000

/**
 * One watch from its request to its end, which is the server's own, or ours when nothing was heard for too long. Rejects
 * with a `HubspokeError` where it was refused, cut, or ended with an error, and where it told something that no watch of
 * this resource tells.
 */
export async function watchOnce({api, clock, signal, silenceMs, onLive, onEvent, ...run}: WatchRun): Promise<void> {
  const {watched, query} = run
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  const silence = watchForSilence({clock, ms: silenceMs ?? longestSilenceMs, signal: either}, () => ending.abort())
  try {
    const {resource, namespace} = watched
    const question = changesOf(resource, namespace, query)
    const body = await api.watch(question, either)
    onLive()
    for await (const event of readWatchEvents(heard(body, silence.heard), watched)) {
      if (event instanceof Unexpected) throw unexpectedAnswer(api.party, event.why)
      if (event.type === 'error') throw answerError(api.party, {...event, about: question.about})
      onEvent(event)
      if (event.type === 'expired') return
    }
  } catch (error) {
    if (signal.aborted || !ending.signal.aborted) throw error
  } finally {
    ending.abort()
  }
}

async function* heard<T>(chunks: AsyncIterable<T>, tell: () => void): AsyncIterable<T> {
  for await (const chunk of chunks) {
    tell()
    yield chunk
  }
}
