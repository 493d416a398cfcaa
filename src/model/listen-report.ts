import type {ExitName} from './exit-code.ts'
import type {Verdict} from './report.ts'

/** A sender of events. */
export interface ListenSourceEntry {
  readonly name: string
  readonly type: string
  /** Where it posts its events. */
  readonly path: string
  readonly secret: 'file' | 'environment' | 'none'
}

/** A rule, and what it would do now. */
export interface ListenRuleEntry {
  readonly name: string
  readonly line: number
  readonly image: string
  /** The command that does the same, without a run id. */
  readonly command: string
  /** Null: it was not looked at. */
  readonly now: {
    readonly workloads: number
    readonly clusters: number
    /** Contexts that were not read in full. */
    readonly unread: readonly string[]
  } | null
  /** What keeps it from doing what it says, a sentence each. */
  readonly problems: readonly string[]
}

/** What the service did from its start to its end. */
export interface ListenServiceEntry {
  readonly startedAt: string
  readonly durationMs: number
  readonly journal: string
  /** By what became of them. */
  readonly events: Readonly<Record<string, number>>
  /** Runs that ended, by how they did. */
  readonly runs: Readonly<Partial<Record<ExitName, number>>>
  /** What is left in the journal for the next start. */
  readonly eventsWaiting: number
  readonly runsUnfinished: number
}

/** The document of `listen`. */
export interface ListenReport {
  readonly schemaVersion: 1
  readonly type: 'ListenReport'
  readonly rulesFile: string
  readonly sources: readonly ListenSourceEntry[]
  readonly rules: readonly ListenRuleEntry[]
  /** Null with `--check`. */
  readonly service: ListenServiceEntry | null
  readonly verdict: Verdict
}
