import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadKind} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'
import {onePage} from '../answers/list-question.ts'
import type {Api} from '../api.ts'
import type {ChangesSince, Unproven, WorkloadChange} from '../ports/workloads.ts'
import {isExpired} from '../workloads/workload-list.ts'
import {workloadResources} from '../workloads/workload-resources.ts'
import {toWorkloadImages} from '../workloads/workload-state.ts'
import {toVersion} from './resource-version.ts'
import {type WatchRun, watchOnce} from './watch-once.ts'

export interface ChangesDeps {
  readonly api: Api
  readonly clock: Clock
}

/**
 * The shortest watch that is sent a bookmark: it comes about two seconds before the end, so one of two seconds never gets
 * any (`nextBookmarkTime` in k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go).
 */
const watchSeconds = '3'

/** The time limit for a watch that the server does not end. */
const silenceMs = 5_000

/**
 * `Workloads.changesSince`: a list of one without a resource version, which is consistent and so shows the newest version of
 * the cluster, and at the same time a watch from our version. A watch sends all changes of its kind in the order of their
 * versions, so a change or a bookmark at or past the version of the list proves that none before it is missing. Nothing else
 * does: neither the end of the watch, nor its silence.
 */
export async function changesSince(
  {api, clock}: ChangesDeps,
  kind: WorkloadKind,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<ChangesSince> {
  const from = toVersion(resourceVersion)
  if (from === undefined) return {unproven: 'incomparable'}
  const replay = createReplay(kind, from)
  const answer = Promise.withResolvers<ChangesSince>()
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  const resource = workloadResources[kind]

  function judge(): void {
    const judged = replay.judge()
    if (judged !== undefined) answer.resolve(judged)
  }

  function fail(error: unknown): void {
    if (signal.aborted) answer.reject(signal.reason)
    else if (error instanceof HubspokeError) answer.resolve({unproven: whyFailed(error)})
    else answer.reject(error)
  }

  async function list(): Promise<void> {
    const found = await api.get(onePage(resource, {query: {limit: '1'}}), either)
    replay.aimAt(found.resourceVersion)
    judge()
  }

  async function watch(): Promise<void> {
    const query = {watch: '1', allowWatchBookmarks: 'true', resourceVersion: `${from}`, timeoutSeconds: watchSeconds}
    const watched = {resource, namespace: undefined}
    const onEvent: WatchRun['onEvent'] = (event) => {
      replay.take(event)
      judge()
    }
    await watchOnce({api, clock, watched, query, signal: either, silenceMs, onLive: () => undefined, onEvent})
    replay.end()
    judge()
  }

  list().catch(fail)
  watch().catch(fail)
  try {
    return await answer.promise
  } finally {
    // The list or the watch may have decided: the other one is not waited for.
    ending.abort()
  }
}

function whyFailed(error: HubspokeError): Unproven {
  if (isExpired(error)) return 'expired'
  return error.failureClass === 'forbidden' ? 'forbidden' : 'failed'
}

/** What the list and the watch have shown so far, and the result. */
interface Replay {
  /** The list has shown the newest version of the cluster. */
  aimAt(version: string): void
  take(event: Parameters<WatchRun['onEvent']>[0]): void
  /** The watch has ended. */
  end(): void
  /** Undefined: not decided yet. */
  judge(): ChangesSince | undefined
}

function createReplay(kind: WorkloadKind, from: bigint): Replay {
  const changes = new Map<string, WorkloadChange>()
  let reached = from
  let wanted: bigint | undefined
  let trouble: Unproven | undefined
  let ended = false

  return {
    aimAt(version) {
      wanted = toVersion(version)
      if (wanted === undefined) trouble ??= 'incomparable'
    },
    take(event) {
      if (event.type === 'expired') trouble ??= 'expired'
      if (event.type === 'expired') return
      const version = toVersion(event.version)
      if (version === undefined) trouble ??= 'incomparable'
      else reached = version
      if (event.type === 'bookmark') return
      const workload = toWorkloadImages(kind, event.object)
      const key = `${workload.namespace}/${workload.name}`
      const wasThere = changes.get(key)?.wasThere ?? event.type !== 'added'
      changes.set(key, {type: event.type === 'deleted' ? 'deleted' : 'changed', workload, wasThere})
    },
    end() {
      ended = true
    },
    judge() {
      if (trouble !== undefined) return {unproven: trouble}
      if (wanted === undefined) return undefined
      if (wanted < from) return {unproven: 'ahead'}
      if (reached >= wanted) return {changes: [...changes.values()], provenAt: `${reached}`}
      return ended ? {unproven: 'silent'} : undefined
    },
  }
}
