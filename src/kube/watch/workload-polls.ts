import type {WorkloadIdentity} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'
import type {Api} from '../api.ts'
import {readWorkload} from '../workloads/read-workload.ts'
import type {FollowedWorkloads} from './followed-workloads.ts'
import {isPassing} from './shared-watch.ts'

/** Reads of followed workloads, every two seconds each, where no watch reports them. */
export interface WorkloadPolls {
  /** Resolves when the first read has reported the state; rejects with its failure. */
  begin(workload: WorkloadIdentity, signal: AbortSignal): Promise<void>
  /** The same for a workload that is followed already: a transient failure is retried, another one ends its feeds. */
  goOn(workload: WorkloadIdentity): Promise<void>
}

export interface PollsDeps {
  readonly api: Api
  readonly clock: Clock
  readonly closing: AbortSignal
  readonly followed: FollowedWorkloads
}

const pollMs = 2_000

export function createWorkloadPolls({api, clock, closing, followed}: PollsDeps): WorkloadPolls {
  const polled = new Set<string>()

  async function read(workload: WorkloadIdentity): Promise<void> {
    try {
      followed.found(workload, await readWorkload(api, workload, closing))
    } catch (error) {
      if (!isPassing(error)) followed.fail(workload, error)
    }
  }

  async function poll(workload: WorkloadIdentity): Promise<void> {
    if (polled.has(workload.uid)) return
    polled.add(workload.uid)
    for (;;) {
      await clock.sleep(pollMs, closing)
      if (closing.aborted || !followed.has(workload.uid)) break
      await read(workload)
    }
    polled.delete(workload.uid)
  }

  return {
    async begin(workload, signal) {
      if (polled.has(workload.uid)) return
      followed.found(workload, await readWorkload(api, workload, signal))
      void poll(workload)
    },
    async goOn(workload) {
      if (polled.has(workload.uid)) return
      await read(workload)
      void poll(workload)
    },
  }
}
