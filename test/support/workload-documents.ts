import type * as pastRuns from '../../src/model/past-runs-report.ts'
import type * as documents from '../../src/model/report.ts'
import type {ExcludedEntry as AnyExcludedEntry, WorkloadEntry} from '../../src/model/workload-entry.ts'

export type {RunsReport} from '../../src/model/past-runs-report.ts'
export type {CacheReport, FindReport} from '../../src/model/report.ts'

/** Documents of runs whose targets are workloads: as most tests read them. */
export type ResultEntry = Extract<documents.ResultEntry, WorkloadEntry>
type ExcludedEntry = Extract<AnyExcludedEntry, WorkloadEntry>
export type RunReport = Omit<documents.RunReport, 'results' | 'excluded'> & {
  readonly results: readonly ResultEntry[]
  readonly excluded: readonly ExcludedEntry[]
}
export type LedgerReport = Omit<pastRuns.LedgerReport, 'targets' | 'excluded'> & {
  readonly targets: readonly Extract<pastRuns.RecordedTargetEntry, WorkloadEntry>[]
  readonly excluded: readonly ExcludedEntry[]
}
