import type {WorkloadState} from '../../model/workload.ts'
import {abortable} from '../abortable.ts'
import type {WorkloadFeed} from '../ports/workloads.ts'

/** The feeding side of a `WorkloadFeed`. */
export interface FeedSink {
  readonly feed: WorkloadFeed
  /** Hands over a newer state; one that was not taken yet is replaced. */
  offer(state: WorkloadState): void
  /** The last thing that the feed ever says. */
  end(how: 'deleted' | {readonly error: unknown}): void
}

/** @param onClose called when whoever reads the feed closes it, perhaps more than once */
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
