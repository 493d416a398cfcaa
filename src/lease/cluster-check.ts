import {HubspokeError} from '../model/failure.ts'

/** A cluster of a plan, and the context that leads to it. */
export interface ClusterPlace {
  readonly clusterUid: string
  readonly context: string
}

/**
 * Does a context still point at the cluster that was planned? Behind one URL there can be another cluster from one minute to
 * the next: a name that was moved, a standby that took over, a cluster that was created anew.
 *
 * Both methods reject with a `HubspokeError`: of class `other-cluster` where it does not, or where that cannot be told any
 * more; of another class when the cluster could not be asked.
 */
export interface ClusterCheck {
  /** Asks now. */
  now(place: ClusterPlace, signal: AbortSignal): Promise<void>
  /** Asks until it was shown once, and then not again: many who ask at once ask together. */
  once(place: ClusterPlace, signal: AbortSignal): Promise<void>
}

/** @param confirm asks the cluster now whether it has that identity, and rejects where it has not */
export function clusterCheck(
  confirm: (context: string, clusterUid: string, signal: AbortSignal) => Promise<void>,
): ClusterCheck {
  const shown = new Map<string, Promise<void>>()
  /** Places behind which another cluster was seen: nothing that is missing there is gone, whatever answers next. */
  const moved = new Map<string, HubspokeError>()
  const now: ClusterCheck['now'] = async (place, signal) => {
    const key = keyOf(place)
    try {
      await confirm(place.context, place.clusterUid, signal)
    } catch (error) {
      if (error instanceof HubspokeError && error.failureClass === 'other-cluster') moved.set(key, error)
      throw error
    }
    const seen = moved.get(key)
    if (seen !== undefined) throw seen
  }
  return {
    now,
    once(place, signal) {
      const key = keyOf(place)
      const asked = shown.get(key) ?? now(place, signal)
      shown.set(key, asked)
      asked.catch(() => shown.delete(key))
      return asked
    },
  }
}

function keyOf({clusterUid, context}: ClusterPlace): string {
  return JSON.stringify([clusterUid, context])
}
