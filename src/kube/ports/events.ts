import type {WorkloadEvent} from '../../model/workload-event.ts'

export interface Events {
  /** An Event that exists already is a success. */
  record(event: WorkloadEvent, signal: AbortSignal): Promise<void>
}
