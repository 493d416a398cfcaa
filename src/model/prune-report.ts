import type {Failure} from './failure.ts'
import type {RunsReport} from './past-runs-report.ts'
import type {Verdict} from './report.ts'
import type {StopReason} from './stop.ts'

/** What was said when it was asked for; a signal came instead. */
export type PruneAnswer = 'yes' | 'no' | StopReason

/** The document of `runs prune`. */
export interface PruneReport {
  readonly schemaVersion: 1
  readonly type: 'PruneReport'
  readonly directory: string
  /** Newest first. */
  readonly removed: RunsReport['runs']
  /** Ledgers that stay, and why. */
  readonly kept: readonly {readonly id: string; readonly reason: string}[]
  /** Those that should have gone. */
  readonly notRemoved: readonly {readonly id: string; readonly problem: Failure}[]
  readonly verdict: Verdict
}
