import type {ClusterAccess} from '../../../kube/ports/cluster-access.ts'
import type {ClusterLock} from '../../../lease/cluster-lock.ts'
import {type Holder, leaseMs} from '../../../lease/lease-record.ts'
import type {CacheEntry} from '../../../model/cache-entry.ts'
import type {ClusterIdentity} from '../../../model/cluster.ts'
import type {OnEvent} from '../../../model/event.ts'
import {HubspokeError, toFailure} from '../../../model/failure.ts'
import {workloadKinds} from '../../../model/workload.ts'
import type {Clock} from '../../../shared/clock.ts'
import {formatDuration} from '../../../shared/duration.ts'
import {printable} from '../../../shared/printable.ts'
import {kubectlCommand} from '../../../shared/suggested-command.ts'
import {followKind} from './follow-kind.ts'
import {keepSaving} from './keep-saving.ts'
import {loadSaved} from './load-saved.ts'
import {proveComplete} from './prove-complete.ts'
import {takeLease} from './take-lease.ts'
import {together} from './together.ts'
import {watchEntry} from './watch-entry.ts'
import {createWatchState, say, type Watching} from './watch-state.ts'

export interface WatchRequest {
  readonly cacheNamespace: string
  /** The holder of the Lease: another one in each context. */
  readonly holder: Holder
  /** Rejects with a `HubspokeError` where the cache of that cluster must not be written; called whenever the cluster was identified. */
  mayWrite(identity: ClusterIdentity): Promise<void>
  /** Asks for confirmation to create the namespace of the cache; once, when it is missing. */
  mayCreateNamespace(): Promise<boolean>
}

export interface WatchDeps {
  readonly clock: Clock
  /** A random number in [0, 1). */
  readonly random: () => number
  /** Ends the watch, after a last write. */
  readonly signal: AbortSignal
  readonly onEvent: OnEvent
}

type Place = Omit<Watching, 'clusterUid'>

/**
 * Keeps the image cache of a cluster fresh until it is stopped, and returns the result. Failures are retried without end,
 * with increasing waits; the known state of the cluster is kept, so that only missed changes are read.
 *
 * Rejects only when something is wrong in hubspoke itself.
 */
export async function watchCluster(
  cluster: ClusterAccess,
  request: WatchRequest,
  {clock, random, signal: stop, onEvent}: WatchDeps,
): Promise<CacheEntry> {
  const state = createWatchState(clock)
  const place: Place = {cluster, namespace: request.cacheNamespace, state, clock, stop, onEvent}
  for (let failures = 0; !stop.aborted; ) {
    const {writes} = state
    let pauseMs = againMs
    try {
      await watchOnce(place, request)
    } catch (reason) {
      if (stop.aborted) break
      const error = await createMissingNamespace(place, request, reason)
      if (error !== undefined) {
        failures = state.writes > writes ? 1 : failures + 1
        pauseMs = pauseAfter(failures, error, random())
        state.trouble = error.toFailure()
        state.reconnects++
        say(place, `trying again in ${formatDuration(pauseMs)}: ${error.message}`)
      }
    }
    await clock.sleep(pauseMs, stop)
  }
  return watchEntry(cluster.context, state, clock)
}

/** Creates a missing namespace of the cache after confirmation; otherwise the failure is returned. */
async function createMissingNamespace(
  place: Place,
  {mayCreateNamespace}: WatchRequest,
  reason: unknown,
): Promise<HubspokeError | undefined> {
  const {cluster, namespace, state, stop} = place
  if (!(reason instanceof HubspokeError)) throw reason
  if (reason.failureClass !== 'not-found') return reason
  state.mayCreateNamespace ??= await mayCreateNamespace()
  if (!state.mayCreateNamespace) return reason
  try {
    if (state.identity) await cluster.confirmIdentity(state.identity.uid, stop) // the prompt may have been open for a long time
    await cluster.configMaps.createNamespace(namespace, stop)
    say(place, `created the namespace "${printable(namespace)}"`)
    return undefined
  } catch (error) {
    if (error instanceof HubspokeError) return error
    throw error
  }
}

/** After an end without a failure: the Lease was lost, or another client has saved a newer cache. */
const againMs = 250
const firstPauseMs = 500
const longestPauseMs = 30_000

/** Half a second, doubled with each failure in a row, up to half a minute; reduced by up to half, so that many watches do not retry at once. */
function pauseAfter(failures: number, error: unknown, random: number): number {
  const asked = error instanceof HubspokeError ? (error.retryAfterMs ?? 0) : 0
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1))
  return Math.round(Math.max(asked, pauseMs * (1 - random / 2)))
}

/** From the Lease to the first failure, to its loss, or to the stop. */
async function watchOnce(place: Place, {holder, mayWrite}: WatchRequest): Promise<void> {
  const {cluster, state, stop} = place
  // The known state is of that cluster; by now the URL may lead to another one.
  if (state.identity === undefined || state.identity.isFallback) state.identity = await cluster.identityNow(stop)
  else await cluster.confirmIdentity(state.identity.uid, stop)
  if (state.identity.isFallback) throw noIdentity(cluster)
  await mayWrite(state.identity)
  const watching: Watching = {...place, clusterUid: state.identity.uid}
  const lost = new AbortController()
  const taken = await takeLease(watching, holder, (sentence) => {
    say(watching, sentence)
    lost.abort()
  })
  if ('without' in taken) {
    if (taken.without.class === 'not-found') throw noNamespace(watching)
    say(watching, `continuing without a Lease, so that others may watch it, too: ${taken.without.message}`)
    return follow(watching, undefined, stop)
  }
  try {
    await follow(watching, taken.lock, AbortSignal.any([stop, lost.signal]))
  } finally {
    await giveBack(watching, taken.lock)
  }
}

async function follow(watching: Watching, lock: ClusterLock | undefined, signal: AbortSignal): Promise<void> {
  const {mirror, superseded} = watching.state
  try {
    if (superseded || !mirror.isWhole()) {
      const from = await loadSaved(watching, signal)
      say(watching, `watching (${from})`)
    }
    const follows = workloadKinds.map((kind) => (either: AbortSignal) => followKind(watching, kind, either))
    await together(
      [...follows, (either) => proveComplete(watching, either), (either) => keepSaving(watching, lock, either)],
      signal,
    )
  } catch (error) {
    // A task that was stopped did not fail.
    if (!signal.aborted) throw error
  }
}

async function giveBack(watching: Watching, lock: ClusterLock): Promise<void> {
  try {
    await lock.release()
  } catch (error) {
    const {message} = toFailure(error)
    say(watching, `the Lease could not be released; it expires after ${formatDuration(leaseMs)}: ${message}`)
  }
}

function noIdentity({context}: ClusterAccess): HubspokeError {
  return new HubspokeError(
    'forbidden',
    `The UID of namespace "kube-system" may not be read in context "${printable(context.name)}", so the cluster of its image cache would be unknown.`,
    {suggestions: ['hubspoke rbac cache-watch']},
  )
}

function noNamespace({cluster, namespace}: Watching): HubspokeError {
  const create = kubectlCommand({context: cluster.context.name}, 'create', 'namespace', namespace)
  return new HubspokeError('not-found', `There is no namespace "${printable(namespace)}" for the image cache.`, {
    suggestions: [create],
  })
}
