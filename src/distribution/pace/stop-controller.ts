import type {StopReason, StopSwitch} from '../../model/stop.ts'

/** Why a distribution stops itself. */
export type OwnReason = 'max-failures' | 'ledger' | 'lock-lost' | 'gate'

/**
 * What keeps a distribution from going on. The stop switch of the run ends waits as well; the reasons that arise here
 * (too many failures, a ledger that cannot be written, a lost lock, a No at a gate) only keep new targets from starting.
 */
export interface StopController {
  /** Aborted: nothing new starts. */
  readonly starts: AbortSignal
  /** Aborted: waits end, and nothing that was not sent is sent. */
  readonly waits: AbortSignal
  /** The stop switch of the run goes first: it decides the exit code. */
  readonly reason: StopReason | undefined
  /** The first call counts; says whether this was it. */
  pull(reason: OwnReason): boolean
}

/** @param abort the run is aborted at once: like a stop, and requests in flight are cancelled, too */
export function createStopController(stop: StopSwitch, abort: AbortSignal): StopController {
  const own = new AbortController()
  let ownReason: OwnReason | undefined
  const waits = AbortSignal.any([stop.signal, abort])
  return {
    waits,
    starts: AbortSignal.any([waits, own.signal]),
    get reason() {
      return stop.reason ?? ownReason
    },
    pull(reason) {
      if (ownReason !== undefined) return false
      ownReason = reason
      own.abort()
      return true
    },
  }
}
