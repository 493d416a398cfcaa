import type {Leases} from '../../kube/ports/leases.ts'
import type {ClusterPlace} from '../../lease/cluster-check.ts'
import {type ClusterLock, clusterLock} from '../../lease/cluster-lock.ts'
import {type Holder, leaseNames} from '../../lease/lease-record.ts'
import {ownLease} from '../../lease/own-lease.ts'
import {isRefusal, type LeaseObservation, type LeaseWatch, watchLease} from '../../lease/watch-lease.ts'
import type {OnEvent} from '../../model/event.ts'
import {type Failure, HubspokeError, toFailure} from '../../model/failure.ts'
import {type LockEntry, type RunLock, withoutLockSentences} from '../../model/run-lock.ts'
import type {Plan} from '../../model/target.ts'
import type {Clock} from '../../shared/clock.ts'
import {placesOf} from './lock-places.ts'
import {
  lockedError,
  lockRequiredError,
  notReleasedSentence,
  notYetSentence,
  waitingSentence,
  withoutLockReason,
} from './lock-sentences.ts'
import {type OneClusterDeps, requireOneCluster, type Ways} from './require-one-cluster.ts'

/** How a run locks the clusters of its plan. */
export interface LockPolicy {
  /** `auto`: where possible. `require`: everywhere, or the run does not start. `off`: nowhere. */
  readonly mode: 'auto' | 'require' | 'off'
  /** How long to wait for another run to end; undefined: only until its holder is shown to be alive or dead. */
  readonly waitMs: number | undefined
  readonly namespace: string
  readonly holder: Holder
  /** The user that the cluster behind the context authenticates the holder as. */
  userIn?(context: string): string | undefined
}

export interface RunLockDeps {
  /** Contexts with the same endpoint reach the same server in the same way. */
  endpoint(context: string): string
  /** The Leases of that cluster, through that context. Both methods reject where the context now points at another one. */
  leases(context: string, clusterUid: string): Leases
  readonly clock: Clock
  readonly onEvent: OnEvent
  /** Aborted: the run is stopping; waits end, and locks that were taken are released. */
  readonly signal: AbortSignal
}

interface Seen {
  readonly place: ClusterPlace
  readonly observed: Exclude<LeaseObservation, {readonly state: 'held'}>
}

/** The locks that were taken, or will be when their clusters answer, and the reasons where there are none. */
interface Taken {
  /** By the UID of the cluster. */
  readonly locks: ReadonlyMap<string, ClusterLock>
  readonly without: readonly LockEntry[]
  readonly lost: Promise<string>
}

/** What is to be locked. */
export interface Locked {
  readonly targets: Plan
  /** The contexts that report the same cluster. */
  readonly ways: readonly Ways[]
  /** The clusters for which a missing lock was reported before; default: none. */
  readonly told?: readonly LockEntry[]
}

/**
 * Takes the lock of every cluster of the plan, all or none, in the order of the UIDs of the clusters, so that of two runs
 * with the same clusters one gets all locks. Where no lock is possible the run continues without it, with a notice.
 * A cluster that does not answer is asked again before anything is written there.
 *
 * @throws HubspokeError of class `locked` when another run holds one of them; of class `usage` when a required one
 *   is impossible, or contexts that report the same cluster are not shown to point at one. No lock stays taken then.
 */
export async function takeRunLock(
  {targets, ways, told = []}: Locked,
  policy: LockPolicy,
  deps: RunLockDeps,
): Promise<RunLock> {
  const places = placesOf(targets)
  const isReported = ({context, reason}: LockEntry) =>
    told.some((one) => one.context === context && one.reason === reason)
  const lock = await takeLocks(places, policy, {...deps, isReported})
  const {namespace, holder} = policy
  const {clock, signal, endpoint} = deps
  try {
    const taken = {namespace, identity: holder.identity, entries: lock.entries()}
    const leases: OneClusterDeps['leases'] = (context) => deps.leases(context, uidOf(ways, context))
    if (!signal.aborted) await requireOneCluster(ways, places, taken, {leases, endpoint, clock, signal})
    return lock
  } catch (error) {
    await lock.release()
    throw error
  }
}

function uidOf(ways: readonly Ways[], context: string): string {
  return ways.find(({contexts}) => contexts.includes(context))?.clusterUid ?? ''
}

async function takeLocks(
  places: readonly ClusterPlace[],
  policy: LockPolicy,
  deps: RunLockDeps & {isReported(entry: LockEntry): boolean},
): Promise<RunLock> {
  if (policy.mode === 'off') return toRunLock(takenNowhere(places, '--lock off'), deps)
  while (!deps.signal.aborted) {
    const seen = await lookEverywhere(places, policy, deps)
    // Another client may take the lock in between; it is then watched like any other holder.
    const taken = seen && (await takeInOrder(seen, policy, deps))
    if (taken === undefined) continue
    const without = taken.without.filter((entry) => !deps.isReported(entry))
    for (const message of withoutLockSentences(without)) deps.onEvent({type: 'notice', message})
    return toRunLock(taken, deps)
  }
  return toRunLock(takenNowhere(places, 'the run was stopped before it was taken'), deps)
}

function takenNowhere(places: readonly ClusterPlace[], reason: string): Taken {
  const without = places.map(({context}) => ({context, state: 'none' as const, reason}))
  return {locks: new Map(), without, lost: new Promise(() => undefined)}
}

/**
 * Watches all locks at the same time, so that many dead holders cost one wait. Undefined when the run is being stopped.
 */
async function lookEverywhere(
  places: readonly ClusterPlace[],
  {mode, waitMs, namespace, holder}: LockPolicy,
  {leases, clock, onEvent, signal}: RunLockDeps,
): Promise<readonly Seen[] | undefined> {
  const enough = new AbortController()
  const either = AbortSignal.any([signal, enough.signal])
  const lookAt = async (place: ClusterPlace): Promise<Seen> => {
    const {context, clusterUid} = place
    const where = {context, namespace}
    const onHolder: LeaseWatch['onHolder'] = (lease) =>
      onEvent({type: 'notice', message: waitingSentence(where, lease, waitMs)})
    const watch = {
      context,
      leases: leases(context, clusterUid),
      namespace,
      name: leaseNames.run,
      identity: holder.identity,
      waitMs,
      clock,
      onHolder,
    }
    const observed = await watchLease({...watch, signal: either})
    if (observed.state === 'held') throw lockedError(where, observed, waitMs)
    if (mode === 'require' && observed.state === 'none') throw lockRequiredError(where, observed.failure)
    return {place, observed}
  }
  try {
    return await Promise.all(places.map(lookAt))
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  } finally {
    enough.abort()
  }
}

/** Undefined when another run was faster, or this one is being stopped. No lock stays taken then, nor when it rejects. */
async function takeInOrder(seen: readonly Seen[], policy: LockPolicy, deps: RunLockDeps): Promise<Taken | undefined> {
  const locks = new Map<string, ClusterLock>()
  const without: LockEntry[] = []
  const lost = Promise.withResolvers<string>()
  let isWhole = false
  try {
    for (const one of seen) {
      const taken = deps.signal.aborted ? undefined : await takeOne(one, policy, {...deps, onLost: lost.resolve})
      if (taken === undefined) return undefined
      if ('state' in taken) without.push(taken)
      else locks.set(one.place.clusterUid, taken)
    }
    isWhole = true
    return {locks, without, lost: lost.promise}
  } finally {
    if (!isWhole) await releaseAll(locks, deps)
  }
}

/** The lock of one cluster, or why there is none; undefined when another run was faster. */
async function takeOne(
  {place: {context, clusterUid}, observed}: Seen,
  {mode, namespace, holder, userIn}: LockPolicy,
  {leases, clock, onEvent, onLost}: RunLockDeps & {onLost(sentence: string): void},
): Promise<ClusterLock | LockEntry | undefined> {
  const where = {context, namespace}
  const none = (failure: Failure): LockEntry => ({context, state: 'none', reason: withoutLockReason(where, failure)})
  if (observed.state === 'none') return none(observed.failure)
  const seen = observed.state === 'free' ? observed.seen : undefined
  const known = {...holder, kubernetesUser: userIn?.(context)}
  const lease = ownLease(
    {leases: leases(context, clusterUid), namespace, name: leaseNames.run, holder: known, clock},
    seen,
  )
  const lock = clusterLock({context, lease, clock, onLost})
  try {
    if (!(await lock.renew())) return undefined
  } catch (error) {
    if (!(error instanceof HubspokeError)) throw error
    if (mode === 'require') {
      await lock.release().catch(() => undefined)
      throw lockRequiredError(where, error.toFailure())
    }
    if (isRefusal(error)) return none(error.toFailure())
    onEvent({type: 'notice', message: notYetSentence(where, error.toFailure())})
  }
  lock.keep()
  return lock
}

function toRunLock({locks, without, lost}: Taken, deps: RunLockDeps): RunLock {
  return {
    lost,
    holds: async (clusterUid) => (await locks.get(clusterUid)?.holds()) ?? true,
    entries: () => [...[...locks.values()].map((lock) => lock.entry()), ...without],
    release: () => releaseAll(locks, deps),
  }
}

async function releaseAll(locks: ReadonlyMap<string, ClusterLock>, {onEvent}: RunLockDeps): Promise<void> {
  const release = async (lock: ClusterLock): Promise<void> => {
    try {
      await lock.release()
    } catch (error) {
      onEvent({type: 'notice', message: notReleasedSentence(lock.entry(), toFailure(error))})
    }
  }
  await Promise.all([...locks.values()].map(release))
}
