import type {OnEvent} from '../model/event.ts'
import type {LedgerEntry} from '../model/ledger.ts'
import type {SpokeResult} from '../model/result.ts'
import type {Snapshot} from '../model/snapshot.ts'
import type {Receipt, Spoke} from '../model/spoke.ts'
import type {Target} from '../model/target.ts'
import type {Clock} from '../shared/clock.ts'
import type {RetryPolicy} from './pace/backoff.ts'
import type {InSlots} from './pace/slots.ts'
import type {UntilItsTurn} from './pace/stagger.ts'
import type {StopController} from './pace/stop-controller.ts'

/** What the spokes of one distribution share. */
export interface SpokeRun {
  readonly spoke: Spoke
  /** Why the run is made. */
  readonly reason?: string | undefined
  /** The states before the writes of earlier invocations, by key of the target. */
  readonly snapshots: ReadonlyMap<string, Snapshot>
  readonly retry: RetryPolicy
  readonly clock: Clock
  /** A number in [0, 1). */
  readonly random: () => number
  readonly stopping: StopController
  readonly abort: AbortSignal
  readonly inSlots: InSlots
  /** Resolves when a target may start as far as others of its stagger group are concerned, or at the signal. */
  readonly untilItsTurn: UntilItsTurn
  readonly emit: OnEvent
  /** Resolves when the record is durable (true) or cannot be written any more (false). */
  record(entry: LedgerEntry): Promise<boolean>
  /** May a write still be sent to that place? Rejects with a `HubspokeError` when the place could not be asked. */
  holdsLock(place: string): Promise<boolean>
  /** Called when the rollout of an accepted write was seen to succeed. */
  rolledOut(target: Target, receipt: Receipt): void
  /** Counts, records and reports the result; called before the slots are released. */
  finish(result: SpokeResult): Promise<SpokeResult>
  /** Restores a target whose rollout failed. Never rejects. Undefined: that was not asked for. */
  readonly revert?: (result: SpokeResult, receipt: Receipt) => Promise<SpokeResult>
}
