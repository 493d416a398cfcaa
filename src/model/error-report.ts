import type {Failure} from './failure.ts'
import type {Verdict} from './report.ts'

/** What stdout has under `--json` when a command ends before it has a report of its own. */
export interface ErrorReport {
  readonly schemaVersion: 1
  readonly type: 'ErrorReport'
  readonly error: Failure
  readonly verdict: Verdict
}
