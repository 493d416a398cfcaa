import type {WorkloadState} from '../../model/workload.ts'
import {abortable} from '../abortable.ts'
import type {WorkloadFeed} from '../ports/workloads.ts'

/** The writing side of a `WorkloadFeed`. */
export interface FeedSink {
  readonly feed: WorkloadFeed
  /** Delivers a newer state; one that was not read yet is replaced. */
  offer(state: WorkloadState): void
  /** The last result of the feed. */
  end(how: 'deleted' | {readonly error: unknown}): void
}

/** @param onClose called when the reader closes the feed, perhaps more than once */
export function createFeed(onClose: (sink: FeedSink) => void): FeedSink {
  let pending: WorkloadState | undefined
  let ended: 'deleted' | {readonly error: unknown} | undefined
  let news = Promise.withResolvers<void>()

  function tell(): void {
    news.resolve()
    news = Promise.withResolvers()
  }

  const sink: FeedSink = {
    feed: {
      async next(signal) {
        for (;;) {
          signal.throwIfAborted()
          if (ended === 'deleted') return 'deleted'
          if (ended !== undefined) throw ended.error
          const state = pending
          pending = undefined
          if (state !== undefined) return state
          await abortable(news.promise, signal)
        }
      },
      close() {
        onClose(sink)
      },
    },
    offer(state) {
      pending = state
      tell()
    },
    end(how) {
      ended ??= how
      tell()
    },
  }
  return sink
}
