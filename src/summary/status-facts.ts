import type {RolloutReading} from '../model/status-report.ts'
import type {WorkloadEntry} from '../model/workload-entry.ts'
import type {FindFacts} from './find-facts.ts'

/** The facts that the report and the verdict of `status` are computed from. */
export interface StatusFacts extends FindFacts {
  /** The workloads that were found, each once, with the status of each. */
  readonly statuses: readonly (WorkloadEntry & RolloutReading)[]
  readonly watched: boolean
}
