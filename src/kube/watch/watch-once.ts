import type {Clock} from '../../shared/clock.ts'
import type {Api} from '../api.ts'
import {watchForSilence} from './silence.ts'
import {readWatchEvents, type WatchEvent} from './watch-stream.ts'

export interface WatchRun {
  readonly api: Api
  readonly clock: Clock
  readonly path: string
  readonly signal: AbortSignal
  /** How long it may say nothing at all, in milliseconds. Default: longer than the minute between two bookmarks. */
  readonly silenceMs?: number
  /** The server has accepted the watch. */
  onLive(): void
  onEvent(event: WatchEvent): void
}

const longestSilenceMs = 90_000

/**
 * One watch from its request to its end, which is the server's own, or ours when nothing was heard for too long. Rejects
 * with a `HubspokeError` where it was refused or cut.
 */
export async function watchOnce({api, clock, path, signal, silenceMs, onLive, onEvent}: WatchRun): Promise<void> {
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  const silence = watchForSilence({clock, ms: silenceMs ?? longestSilenceMs, signal: either}, () => ending.abort())
  try {
    const body = await api.watch(path, either)
    onLive()
    for await (const event of readWatchEvents(heard(body, silence.heard))) {
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
