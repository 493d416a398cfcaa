import type {WorkloadFeed} from '../kube/ports/workloads.ts'
import type {WorkloadState} from '../model/workload.ts'
import type {Clock} from '../shared/clock.ts'
import type {RolloutStart} from './rollout.ts'

/** The states of a workload since a write, one after the other. */
export interface Sightings {
  /** The newest that was seen. States from before the write are passed over. */
  readonly state: WorkloadState
  /** Waits for the next one, at most so long; undefined when there was none, or the signal or `until` was aborted first. */
  next(ms: number, until?: AbortSignal): Promise<'seen' | 'deleted' | undefined>
  /** It was read meanwhile. */
  take(read: WorkloadState): void
}

export interface SightingsOptions {
  readonly feed: WorkloadFeed
  readonly from: RolloutStart
  /** The newest known state. */
  readonly state: WorkloadState
  readonly clock: Clock
}

export function openSightings({feed, from, state: first, clock}: SightingsOptions, signal: AbortSignal): Sightings {
  let state = first
  let news = nextOf(feed, signal)
  const take = (next: WorkloadState) => {
    if (next.generation >= from.generation) state = next
  }
  return {
    take,
    get state() {
      return state
    },
    async next(ms, until = signal) {
      const next = await firstOf(news, clock, ms, [signal, until])
      if (next === undefined || next === 'deleted') return next
      news = nextOf(feed, signal)
      take(next)
      return 'seen'
    },
  }
}

function nextOf(feed: WorkloadFeed, signal: AbortSignal): Promise<WorkloadState | 'deleted'> {
  const news = feed.next(signal)
  // The watch may end before it is awaited again: then its rejection is not unhandled.
  news.catch(() => undefined)
  return news
}

/** The news, or undefined when `ms` have passed or a signal was aborted first. Leaves no timer behind. */
async function firstOf<T>(
  news: Promise<T>,
  clock: Clock,
  ms: number,
  signals: readonly AbortSignal[],
): Promise<T | undefined> {
  const heard = new AbortController()
  try {
    return await Promise.race([
      news,
      clock.sleep(ms, AbortSignal.any([...signals, heard.signal])).then(() => undefined),
    ])
  } finally {
    heard.abort()
  }
}
