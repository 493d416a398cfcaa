import type {Clock} from '../../shared/clock.ts'

export interface OurChange {
  /** The restartedAt annotation of this run, RFC 3339. */
  readonly restartedAt: string
  /** It may have begun in an earlier invocation, so that other clients may have written before the first read. */
  readonly resumed: boolean
  readonly clock: Clock
}

/** RFC 3339; other text in the annotation is no time, and is ignored. */
const timestamp = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

function isLater(stamp: string | undefined, ours: string): boolean {
  return stamp !== undefined && timestamp.test(stamp) && Date.parse(stamp) > Date.parse(ours)
}

/** Clocks that are synchronised differ by less. */
const toleranceMs = 60_000

/**
 * Says whether the restartedAt annotation of a workload was written by another client after this run's. To be asked of each
 * state of a workload in the order in which it was read. Either clock may be wrong: an annotation that was there at the first
 * read cannot be from the future, and one that has not changed since is not new.
 *
 * @param before the annotation before this run's first write, as the ledger or a receipt has it; null: there was none
 */
export function changesOfOthers(
  ours: OurChange,
): (workloadUid: string, stamp: string | undefined, before?: string | null) => boolean {
  const firstSeen = new Map<string, string | undefined>()

  function isFromTheFuture(stamp: string | undefined): boolean {
    return isLater(stamp, new Date(ours.clock.date().getTime() + toleranceMs).toISOString())
  }

  // Then the annotations of others cannot be judged by our clock.
  const clockWasPutBack = ours.resumed && isFromTheFuture(ours.restartedAt)

  return (workloadUid, stamp, before) => {
    if (before !== undefined && !firstSeen.has(workloadUid)) firstSeen.set(workloadUid, before ?? undefined)
    if (!firstSeen.has(workloadUid)) {
      firstSeen.set(workloadUid, stamp)
      return isLater(stamp, ours.restartedAt) && (!isFromTheFuture(stamp) || clockWasPutBack)
    }
    const first = firstSeen.get(workloadUid)
    return stamp !== first && (isLater(stamp, ours.restartedAt) || (first !== undefined && isLater(stamp, first)))
  }
}
