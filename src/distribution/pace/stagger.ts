import type {Target} from '../../model/target.ts'
import type {Clock} from '../../shared/clock.ts'

/** Targets with one key start one after another, so far apart. */
export interface Stagger {
  readonly gapMs: number
  /** What they have in common. */
  keyOf(target: Target): string
}

/** Resolves when it is the target's turn to start, or when the signal is aborted first. */
export type UntilItsTurn = (target: Target, signal: AbortSignal) => Promise<void>

/**
 * Assigns the moments at which targets of one key may start. A target holds its slots meanwhile, so that targets which
 * wait for a slot of another place cannot block it.
 */
export function createStagger(stagger: Stagger | undefined, clock: Clock): UntilItsTurn {
  if (stagger === undefined) return async () => undefined
  const nextAt = new Map<string, number>()
  return async (target, signal) => {
    if (signal.aborted) return
    const key = stagger.keyOf(target)
    const now = clock.now()
    const at = Math.max(now, nextAt.get(key) ?? now)
    nextAt.set(key, at + stagger.gapMs)
    if (at > now) await clock.sleep(at - now, signal)
  }
}
