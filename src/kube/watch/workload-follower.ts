import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadIdentity, WorkloadKind} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'
import type {Api} from '../api.ts'
import type {WorkloadFeed} from '../ports/workloads.ts'
import {readWorkload} from '../workloads/read-workload.ts'
import {createFollowedWorkloads} from './followed-workloads.ts'
import {isPassing} from './shared-watch.ts'
import {createWatchPool} from './watch-pool.ts'

/** Follows workloads of one kind in one cluster, by the cheapest way that the permissions leave. */
export interface WorkloadFollower {
  follow(workload: WorkloadIdentity, signal: AbortSignal): Promise<WorkloadFeed>
}

export interface FollowerDeps {
  readonly api: Api
  readonly clock: Clock
  /** Ends every watch and poll; its reason is told to those who still wait. */
  readonly closing: AbortSignal
  /** Asked before each further watch: false where the connection carries as many as it should. */
  readonly mayWatch: () => boolean
}

const pollMs = 2_000

/**
 * One watch for all namespaces; where that is forbidden, one per namespace in which somebody follows; where that is
 * forbidden too, or there are too many already, a read of each workload every two seconds.
 */
export function createWorkloadFollower(kind: WorkloadKind, deps: FollowerDeps): WorkloadFollower {
  const {api, clock, closing, mayWatch} = deps
  const followed = createFollowedWorkloads(kind)
  const polled = new Set<string>()
  const {watchOf} = createWatchPool({
    kind,
    api,
    clock,
    followed,
    closing,
    mayWatch,
    onForbidden(namespace) {
      for (const workload of followed.list(namespace)) void coverAgain(workload)
    },
  })

  closing.addEventListener('abort', () => {
    for (const workload of followed.list()) followed.fail(workload, closing.reason)
  })

  /** Resolves when every later change of the workload is sure to be told. */
  async function cover(workload: WorkloadIdentity, signal: AbortSignal): Promise<void> {
    for (const namespace of [undefined, workload.namespace]) {
      try {
        const watch = watchOf(namespace)
        if (watch !== undefined) return await watch.ready(signal)
      } catch (error) {
        if (!(error instanceof HubspokeError) || error.failureClass !== 'forbidden') throw error
      }
    }
    if (polled.has(workload.uid)) return
    followed.found(workload, await readWorkload(api, workload, signal))
    void poll(workload)
  }

  /** Permissions were taken away under a running watch: those who follow must not notice. */
  async function coverAgain(workload: WorkloadIdentity): Promise<void> {
    try {
      await cover(workload, closing)
    } catch (error) {
      followed.fail(workload, error)
    }
  }

  async function poll(workload: WorkloadIdentity): Promise<void> {
    if (polled.has(workload.uid)) return
    polled.add(workload.uid)
    for (;;) {
      await clock.sleep(pollMs, closing)
      if (closing.aborted || !followed.has(workload.uid)) break
      try {
        followed.found(workload, await readWorkload(api, workload, closing))
      } catch (error) {
        if (!isPassing(error)) followed.fail(workload, error)
      }
    }
    polled.delete(workload.uid)
  }

  return {
    async follow(workload, signal) {
      signal.throwIfAborted()
      const feed = followed.add(workload)
      try {
        await cover(workload, signal)
        return feed
      } catch (error) {
        feed.close()
        throw error
      }
    },
  }
}
