import type {Actor} from './actor.ts'
import type {ArgumentsEntry} from './arguments-entry.ts'
import type {Scope} from './cluster.ts'
import type {ContextsOrigin} from './contexts-origin.ts'
import type {Exclusion} from './exclusion.ts'
import type {RecordedPart, SpokeResult} from './result.ts'
import type {Snapshot} from './snapshot.ts'
import type {Receipt} from './spoke.ts'
import type {Target} from './target.ts'
import type {UnreadContext} from './unread-context.ts'

/** One line of a run's ledger. `at` is the wall clock of this machine, RFC 3339. */
export type LedgerRecord =
  | {
      readonly type: 'run'
      readonly at: string
      readonly schemaVersion: 2
      readonly id: string
      readonly verb: string
      /** When it was invoked, RFC 3339; `at` is after the question and the wait for the lock. Older versions leave it out. */
      readonly startedAt?: string
      /** The arguments of the verb itself. */
      readonly args: ArgumentsEntry
      /** Every option that was set, by the name of its flag: what was selected, and how the run is paced and guarded. */
      readonly options: ArgumentsEntry
      /** What marks the writes of this run: one timestamp, RFC 3339 with milliseconds. */
      readonly mark: string
      /** How many targets are planned: one record each follows, and fewer mean that the plan is not complete. */
      readonly targets?: number
      /** The run whose targets this one retries; the mark is the one of that run. */
      readonly retryOf?: string
      /** Why it is made. */
      readonly reason?: string
      /** Who made it. */
      readonly by?: Actor
      /** Where its contexts came from, for the commands that are suggested when it is shown; absent: kubectl finds them. */
      readonly origin?: ContextsOrigin
      /** What was searched, and what was not; absent for a retry, which searches nothing. */
      readonly scope?: Scope
      /** Groups of selected contexts that lead to one cluster each. */
      readonly sameCluster?: readonly (readonly string[])[]
      /** Absent: every selected context was read in full. */
      readonly unread?: readonly UnreadContext[]
    }
  /** What matched and is not acted on; after the record of its run, before the first write. */
  | ({readonly type: 'excluded'; readonly at: string} & Exclusion)
  /** Every target of the plan, all of them before the first write. Without a wave: in none, or the run had none. */
  | {
      readonly type: 'planned'
      readonly at: string
      readonly target: Target
      readonly wave?: number
      /** The state before an earlier invocation, or the run that is retried, wrote it. */
      readonly snapshot?: Snapshot
    }
  /** On disk before the first attempt in the wave. */
  | {readonly type: 'wave-started'; readonly at: string; readonly wave: number}
  /** On disk before the write is sent. */
  | {
      readonly type: 'writing'
      readonly at: string
      readonly target: string
      readonly attempt: number
      /** The state that is replaced if the write arrives. */
      readonly snapshot?: Snapshot
    }
  /** The receipt is what another process needs to watch or revert the write. */
  | {readonly type: 'written'; readonly at: string; readonly target: string; readonly receipt?: Receipt}
  /** It had been written before, by the run that is retried or by an earlier invocation: its rollout is only watched. */
  | {readonly type: 'watching'; readonly at: string; readonly target: string; readonly receipt?: Receipt}
  | {
      readonly type: 'retrying'
      readonly at: string
      readonly target: string
      readonly attempt: number
      readonly reason: string
      /** The last write was answered with a refusal: certainly nothing of this try has arrived. */
      readonly refused?: boolean
    }
  /** A part of the target. A later one of the same name takes its place. */
  | {readonly type: 'part'; readonly at: string; readonly target: string; readonly part: RecordedPart}
  /**
   * A later one of the same target takes its place: it had succeeded, and was not healthy before the next wave; or
   * it had failed, and was undone.
   */
  | {
      readonly type: 'result'
      readonly at: string
      readonly target: string
      /** Its parts have records of their own. */
      readonly result: Omit<SpokeResult, 'target' | 'parts'>
    }
  /** After a result: on disk before the write is sent that takes the target's own one back. Another result follows. */
  | {readonly type: 'undoing'; readonly at: string; readonly target: string; readonly attempt: number}
  /** That write was accepted. */
  | {readonly type: 'undone'; readonly at: string; readonly target: string}
  | {
      readonly type: 'ended'
      readonly at: string
      readonly exitCode: number
      readonly stoppedBy: string | null
      /** As its report says, without the time that questions waited. Older versions leave it out. */
      readonly durationMs?: number
    }

/** The same, without the time, which is added when it is written. */
export type LedgerEntry = LedgerRecord extends infer R ? (R extends LedgerRecord ? Omit<R, 'at'> : never) : never

/** Append-only. Rejects with a `HubspokeError` when the record could not be made durable. */
export interface Ledger {
  readonly path: string
  /** Resolves when the record, and every one before it, is on disk. */
  append(entry: LedgerEntry): Promise<void>
  close(): Promise<void>
  /** Closes it, and removes it if it is a new one: the run that it is of does not begin. Never rejects. */
  discard(): Promise<void>
}

/** What the ledger has to be told about the targets of a run, whose fields it does not read. */
export interface LedgerFormats {
  /** A record as this version writes it; records of earlier versions are converted, anything else is returned as it is. */
  upgrade(record: unknown): unknown
  /** Has a target of a known type every field of its type? */
  isTarget(target: Target): boolean
}
