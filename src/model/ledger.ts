import type {Actor} from './actor.ts'
import type {ArgumentsEntry} from './arguments-entry.ts'
import type {Scope} from './cluster.ts'
import type {ContextsPlace} from './contexts-place.ts'
import type {Exclusion} from './exclusion.ts'
import type {SpokeResult} from './result.ts'
import type {RunOptions} from './run-options.ts'
import type {Snapshot} from './snapshot.ts'
import type {StopReason} from './stop.ts'
import type {Target} from './target.ts'

/** One line of a run's ledger. `at` is the wall clock of this machine, RFC 3339. */
export type LedgerRecord =
  | {
      readonly type: 'run'
      readonly at: string
      readonly schemaVersion: 1
      readonly id: string
      readonly verb: string
      /** When it was invoked, RFC 3339; `at` is after the question and the wait for the lock. Older versions leave it out. */
      readonly startedAt?: string
      readonly arguments: ArgumentsEntry
      readonly stamp: string
      /** How many targets are planned: one record each follows, and fewer mean that the plan is not all there. */
      readonly targets?: number
      /** The run whose targets this one takes up again; the stamp is the one of that run. */
      readonly retryOf?: string
      /** Why it is made. */
      readonly reason?: string
      /** Who made it. */
      readonly by?: Actor
      /** How it is paced and guarded: what a retry keeps. Older versions leave it out. */
      readonly options?: RunOptions
      /** Where its contexts came from, for the commands that are suggested when it is shown; absent: kubectl finds them. */
      readonly place?: ContextsPlace
      /** What was searched, and what was not; absent for a retry, which searches nothing. */
      readonly scope?: Scope
      /** Groups of selected contexts that lead to one cluster each. */
      readonly sameCluster?: readonly (readonly string[])[]
    }
  /** What matched and is not acted on; after the record of its run, before the first write. */
  | ({readonly type: 'excluded'; readonly at: string} & Exclusion)
  /** Every target of the plan, all of them before the first write. Without a wave: in none, or the run had none. */
  | {
      readonly type: 'planned'
      readonly at: string
      readonly target: Target
      readonly server: string
      readonly wave?: number
      /** What stood there before an earlier invocation, or the run that is taken up, wrote it. */
      readonly before?: Snapshot
    }
  /** On disk before the first target of the wave is tried. */
  | {readonly type: 'wave-started'; readonly at: string; readonly wave: number}
  /** On disk before the write that it announces is sent. */
  | {
      readonly type: 'writing'
      readonly at: string
      readonly target: string
      readonly attempt: number
      /** What stands there, and is replaced if the write arrives. */
      readonly before?: Snapshot
    }
  | {readonly type: 'written'; readonly at: string; readonly target: string}
  /** It had been written before, by the run that is retried or by an earlier invocation: its rollout is only watched. */
  | {readonly type: 'watching'; readonly at: string; readonly target: string}
  | {
      readonly type: 'retrying'
      readonly at: string
      readonly target: string
      readonly attempt: number
      readonly reason: string
      /** The last write was answered with a refusal: certainly nothing of this try has arrived. */
      readonly refused?: boolean
    }
  /**
   * A later one of the same target takes its place: it had succeeded, and was not healthy before the next wave; or
   * it had failed, and was undone.
   */
  | {
      readonly type: 'result'
      readonly at: string
      readonly target: string
      readonly result: Omit<SpokeResult, 'target'>
    }
  /** After a result: on disk before the write is sent that takes the target's own one back. Another result follows. */
  | {readonly type: 'undoing'; readonly at: string; readonly target: string; readonly attempt: number}
  /** That write was accepted. */
  | {readonly type: 'undone'; readonly at: string; readonly target: string}
  | {
      readonly type: 'ended'
      readonly at: string
      readonly exitCode: number
      readonly stoppedBy: StopReason | null
      /** As its report says, without the time that questions waited. Older versions leave it out. */
      readonly durationMs?: number
    }

/** The same, without the time that whoever writes it adds. */
export type LedgerEntry = LedgerRecord extends infer R ? (R extends LedgerRecord ? Omit<R, 'at'> : never) : never

/** Append-only. Rejects with a `HubspokeError` when the record could not be made durable. */
export interface Ledger {
  readonly path: string
  /** Resolves when the record, and every one before it, is on disk. */
  append(entry: LedgerEntry): Promise<void>
  close(): Promise<void>
}
