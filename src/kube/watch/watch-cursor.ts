import type {WorkloadKind} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'
import {onePage} from '../answers/list-question.ts'
import type {Api} from '../api.ts'
import {readWorkload} from '../workloads/read-workload.ts'
import {workloadResources} from '../workloads/workload-resources.ts'
import type {FollowedWorkloads} from './followed-workloads.ts'
import {type WatchRun, watchOnce} from './watch-once.ts'

export interface WatchScope {
  readonly kind: WorkloadKind
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined
}

export interface WatchCursorDeps {
  readonly api: Api
  readonly clock: Clock
  readonly followed: FollowedWorkloads
  /** Ends the watch for good. */
  readonly closing: AbortSignal
}

/** The version that the watches of one scope have reached: each one starts where the one before it ended. */
export interface WatchCursor {
  /** Watches once, from where the last watch ended. Rejects with a `HubspokeError`. */
  watch(listener: WatchListener): Promise<void>
  /** The server no longer has the history since our version: followers need a fresh state. */
  expire(): void
  /** There are no followers any more: the next watch starts from a list. */
  reset(): void
}

export interface WatchListener {
  /** The server has accepted the watch. */
  onLive(): void
  /** It has sent something: the next watch starts from a later version. */
  onProgress(): void
}

/** The server ends a watch after this time; without it, after 30 to 60 minutes. */
const watchSeconds = '300'

export function createWatchCursor({kind, namespace}: WatchScope, deps: WatchCursorDeps): WatchCursor {
  const {api, clock, followed, closing} = deps
  const resource = workloadResources[kind]
  /** Empty: from a list. */
  let version = ''
  let missed = false

  /** A list of one, without a resource version, is consistent, and so is its version. */
  async function learnVersion(): Promise<string> {
    const {resourceVersion} = await api.get(onePage(resource, {namespace, query: {limit: '1'}}), closing)
    if (missed)
      await Promise.all(
        followed.list(namespace).map(async (one) => followed.found(one, await readWorkload(api, one, closing))),
      )
    missed = false
    return resourceVersion
  }

  function expire(): void {
    version = ''
    missed = true
  }

  function take(event: Parameters<WatchRun['onEvent']>[0]): void {
    if (event.type === 'expired') expire()
    if (event.type === 'added' || event.type === 'changed') followed.changed(event.object)
    if (event.type === 'deleted') followed.deleted(event.object)
    if ('version' in event && event.version !== '') version = event.version
  }

  return {
    expire,
    reset() {
      version = ''
      missed = false
    },
    async watch({onLive, onProgress}) {
      if (version === '') version = await learnVersion()
      const query = {watch: '1', allowWatchBookmarks: 'true', resourceVersion: version, timeoutSeconds: watchSeconds}
      const onEvent: WatchRun['onEvent'] = (event) => {
        take(event)
        if (event.type !== 'expired') onProgress()
      }
      await watchOnce({api, clock, watched: {resource, namespace}, query, signal: closing, onLive, onEvent})
    },
  }
}
