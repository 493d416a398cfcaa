import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadKind} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'
import {onePage} from '../answers/list-question.ts'
import type {Api} from '../api.ts'
import {quoted} from '../errors.ts'
import type {NewestVersion, WatchFrom, WorkloadNews} from '../ports/workloads.ts'
import {isExpired} from '../workloads/workload-list.ts'
import {workloadResources} from '../workloads/workload-resources.ts'
import {toWorkloadImages} from '../workloads/workload-state.ts'
import {toVersion} from './resource-version.ts'
import {type WatchRun, watchOnce} from './watch-once.ts'
import type {WatchEvent} from './watch-stream.ts'

export interface WatchWorkloadsDeps {
  readonly api: Api
  readonly clock: Clock
}

/** How long after the requested end a watch is ended by us. */
const graceMs = 5_000

/** `Workloads.watch`: one watch of a kind in all namespaces, from its request to its end. */
export async function watchWorkloads(
  {api, clock}: WatchWorkloadsDeps,
  {kind, resourceVersion, seconds}: WatchFrom,
  tell: (news: WorkloadNews) => void,
  signal: AbortSignal,
): Promise<'ended' | 'expired'> {
  const query = {watch: '1', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: `${seconds}`}
  const watched = {resource: workloadResources[kind], namespace: undefined}
  let end: 'ended' | 'expired' = 'ended'
  const onEvent: WatchRun['onEvent'] = (event) => {
    if (event.type === 'expired') end = 'expired'
    else tell(toNews(api, kind, event))
  }
  try {
    const silenceMs = seconds * 1000 + graceMs
    await watchOnce({api, clock, watched, query, signal, silenceMs, onLive: () => undefined, onEvent})
    return end
  } catch (error) {
    if (isExpired(error)) return 'expired'
    throw error
  }
}

function toNews(api: Api, kind: WorkloadKind, event: Exclude<WatchEvent, {type: 'expired' | 'error'}>): WorkloadNews {
  const version = comparable(api, event.version)
  if (event.type === 'bookmark') return {type: 'bookmark', version}
  const type = event.type === 'deleted' ? 'deleted' : 'changed'
  return {type, workload: toWorkloadImages(kind, event.object), version}
}

/** `Workloads.newest`: a list of one without a resource version, which is consistent. */
export async function newestVersion(api: Api, kind: WorkloadKind, signal: AbortSignal): Promise<NewestVersion> {
  const question = onePage(workloadResources[kind], {query: {limit: '1'}})
  const {value, serverDate} = await api.getDated(question, signal)
  const version = comparable(api, value.resourceVersion)
  return {version, ...(serverDate && {serverDate})}
}

function comparable({party}: Api, text: string): bigint {
  const version = toVersion(text)
  if (version !== undefined) return version
  const message = `The API server of context ${quoted(party.context)} gives its objects versions that cannot be compared.`
  throw new HubspokeError('server-error', message)
}
