import type {Clock} from '../../shared/clock.ts'
import {isLater} from './restart-decision.ts'

export interface OurRestart {
  /** Its stamp, RFC 3339. */
  readonly restartedAt: string
  /** It may have begun in an earlier invocation, so that others may have come before we looked first. */
  readonly resumed: boolean
  readonly clock: Clock
  /** The stamp that a workload carried before ours, where the ledger of an earlier invocation tells; null: none. */
  stampBefore?(workloadUid: string): string | null | undefined
}

/** Clocks that are kept right differ by less. */
const toleranceMs = 60_000

/**
 * Tells whether somebody else's restart came after ours, to be asked of each state of a workload in the order in which it
 * was read. The clock that a stamp was taken from may be wrong, and so may ours: what a workload carried when a run first
 * looked at it cannot be from the future, and what it carries ever since is not new.
 */
export function restartsOfOthers(ours: OurRestart): (workloadUid: string, stamp: string | undefined) => boolean {
  const firstSeen = new Map<string, string | undefined>()

  function isFromTheFuture(stamp: string | undefined): boolean {
    return isLater(stamp, new Date(ours.clock.date().getTime() + toleranceMs).toISOString())
  }

  // Then the future of our clock proves nothing about the stamps of others.
  const clockWasPutBack = ours.resumed && isFromTheFuture(ours.restartedAt)

  return (workloadUid, stamp) => {
    const before = ours.stampBefore?.(workloadUid)
    if (before !== undefined && !firstSeen.has(workloadUid)) firstSeen.set(workloadUid, before ?? undefined)
    if (!firstSeen.has(workloadUid)) {
      firstSeen.set(workloadUid, stamp)
      return isLater(stamp, ours.restartedAt) && (!isFromTheFuture(stamp) || clockWasPutBack)
    }
    const first = firstSeen.get(workloadUid)
    return stamp !== first && (isLater(stamp, ours.restartedAt) || (first !== undefined && isLater(stamp, first)))
  }
}
