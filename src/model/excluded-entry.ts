import type {WorkloadEntry} from './report.ts'

/** A workload that matches and was not acted on, by a rule and not by accident. */
export interface ExcludedEntry extends WorkloadEntry {
  readonly reason: string
  /** What to type so that it is included. */
  readonly include: string
}
