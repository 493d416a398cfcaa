import type {WorkloadEvent} from '../../model/workload-event.ts'

export interface Events {
  /** One that is there already is a success. */
  record(event: WorkloadEvent, signal: AbortSignal): Promise<void>
}
