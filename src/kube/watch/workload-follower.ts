import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadIdentity, WorkloadKind, WorkloadState} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'
import type {Api} from '../api.ts'
import type {WorkloadFeed} from '../ports/workloads.ts'
import {createFollowedWorkloads} from './followed-workloads.ts'
import {isLate, type SharedWatch} from './shared-watch.ts'
import {createWatchPool} from './watch-pool.ts'
import {createWorkloadPolls} from './workload-polls.ts'

/** Follows workloads of one kind in one cluster, by the cheapest method that the permissions allow. */
export interface WorkloadFollower {
  follow(workload: WorkloadIdentity, signal: AbortSignal): Promise<WorkloadFeed>
  /** A workload was written: its watch reports that within seconds, or counts as silent. */
  expect(written: WorkloadState): void
}

export interface FollowerDeps {
  readonly api: Api
  readonly clock: Clock
  /** Ends every watch and poll; pending waits reject with its reason. */
  readonly closing: AbortSignal
  /** Asked before each further watch: false where the connection has as many as it may carry. */
  readonly mayWatch: () => boolean
}

/** API servers send the event of a write while they answer it: an event that takes longer is held back by a proxy. */
const eventMs = 10_000

/**
 * One watch for all namespaces; where that is forbidden, one per namespace with followers; where that is forbidden too, or
 * there are too many already, a read of each workload every two seconds. Workloads are also read when their watch is not
 * accepted in time or sends nothing: buffering proxies hold back the events of a watch, or even its response headers.
 */
export function createWorkloadFollower(kind: WorkloadKind, deps: FollowerDeps): WorkloadFollower {
  const {api, clock, closing, mayWatch} = deps
  const followed = createFollowedWorkloads(kind)
  const polls = createWorkloadPolls({api, clock, closing, followed})
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
    onSilence(namespace) {
      for (const workload of followed.list(namespace)) void polls.goOn(workload)
    },
  })

  closing.addEventListener('abort', () => {
    for (const workload of followed.list()) followed.fail(workload, closing.reason)
  })

  /** Resolves when every later change of the workload is certain to be reported. */
  async function cover(workload: WorkloadIdentity, signal: AbortSignal): Promise<void> {
    for (const namespace of [undefined, workload.namespace]) {
      const how = await tryWatch(watchOf(namespace), signal)
      if (how === 'watched') return
      if (how === 'silent') break
    }
    await polls.begin(workload, signal)
  }

  /** Permissions were revoked during a watch: its followers must not notice. */
  async function coverAgain(workload: WorkloadIdentity): Promise<void> {
    try {
      await cover(workload, closing)
    } catch (error) {
      followed.fail(workload, error)
    }
  }

  return {
    expect(written) {
      void clock.sleep(eventMs, closing).then(() => {
        if (!closing.aborted && followed.isBehind(written)) void polls.goOn(written)
      })
    },
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

/** `silent`: a watch is accepted, or is not, and sends nothing; another one would not either. */
async function tryWatch(
  watch: SharedWatch | undefined,
  signal: AbortSignal,
): Promise<'watched' | 'silent' | 'impossible'> {
  if (watch === undefined) return 'impossible'
  if (watch.isSilent()) return 'silent'
  try {
    await watch.ready(signal)
    return 'watched'
  } catch (error) {
    signal.throwIfAborted()
    if (isLate(error)) return 'silent'
    if (error instanceof HubspokeError && error.failureClass === 'forbidden') return 'impossible'
    throw error
  }
}
