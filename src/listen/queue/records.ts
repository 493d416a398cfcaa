import type {ExitName} from '../../model/exit-code.ts'
import type {PushEvent} from '../push-event.ts'

/** An event that waits for a run. Only a pushed tag can be one: no pod template follows a manifest without a tag. */
export type TagEvent = PushEvent & {readonly tag: string}

/** An event at its hook. */
export interface Arriving {
  readonly hook: string
  readonly event: TagEvent
}

/** An event that was accepted: the sender does not send it again. */
export interface Received {
  readonly type: 'received'
  /** Counts up from 1. */
  readonly id: number
  /** When it arrived, RFC 3339. */
  readonly at: string
  /** The hook that it arrived at. */
  readonly hook: string
  readonly event: TagEvent
}

/** The run of some events. It is recorded before it starts, so that a second start is the same run. */
export interface Planned {
  readonly type: 'planned'
  readonly at: string
  readonly run: string
  readonly rule: string
  readonly repository: string
  /** The tags whose push it follows. */
  readonly tags: readonly string[]
  /** When its first event arrived, RFC 3339. */
  readonly receivedAt: string
  /** The hook that its first event arrived at. */
  readonly hook: string
  /** The words of the command that does the same. */
  readonly words: readonly string[]
  readonly events: readonly number[]
  /** Older events of the same tags: this run covers them. */
  readonly superseded: readonly number[]
  /** An earlier run that waited to be tried again: this run covers its tags. */
  readonly replaces: readonly string[]
  /** How long it is tried again for clusters that could not be reached, in milliseconds. */
  readonly retryForMs: number
}

/** The run has ended. */
export interface Ended {
  readonly type: 'ended'
  readonly at: string
  readonly run: string
  readonly exit: ExitName
  readonly sentence: string
  /** When it is tried again, RFC 3339; absent: it is not. */
  readonly again?: string
}

/** Events that lead to no run, and why. */
export interface Dropped {
  readonly type: 'dropped'
  readonly at: string
  readonly events: readonly number[]
  readonly why: string
}

/** What is left of records that a journal no longer has. */
export interface Known {
  readonly type: 'known'
  /** The last digest of each tag, as `[repository, tag, digest]`. */
  readonly tags: readonly (readonly [repository: string, tag: string, digest: string])[]
  /** Deliveries that were accepted, the newest last, as `[hook, delivery]`. */
  readonly deliveries: readonly (readonly [hook: string, delivery: string])[]
  readonly lastId: number
  /** Milliseconds since 1970 of the last run id. */
  readonly lastRunAt: number
}

/** What a journal holds, one record a line. */
export type JournalRecord = Received | Planned | Ended | Dropped | Known
