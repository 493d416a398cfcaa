import type {LeaseRecord} from '../../../kube/ports/leases.ts'
import {type ClusterLock, clusterLock} from '../../../lease/cluster-lock.ts'
import {type Holder, holderPhrase, implausibleSentence, leaseNames} from '../../../lease/lease-record.ts'
import {ownLease} from '../../../lease/own-lease.ts'
import {isRefusal, watchLease} from '../../../lease/watch-lease.ts'
import {type Failure, HubspokeError} from '../../../model/failure.ts'
import {printable} from '../../../shared/printable.ts'
import {kubectlCommand} from '../../../shared/suggested-command.ts'
import {say, type Watching} from './watch-state.ts'

/** The Lease of the watch of a cluster: held, or why it is impossible. */
export type TakenLease = {readonly lock: ClusterLock} | {readonly without: Failure}

/** Called when another client has taken it. */
type OnLost = (sentence: string) => void

/**
 * Waits without limit until no other client watches the cluster, and takes the Lease. Rejects with a `HubspokeError` when
 * the cluster cannot be asked, and when the watch is stopped.
 */
export async function takeLease(watching: Watching, holder: Holder, onLost: OnLost): Promise<TakenLease> {
  const {cluster, namespace, state, clock, stop} = watching
  const context = cluster.context.name
  const place = {leases: cluster.leases, namespace, name: leaseNames.cacheWatch, clock}
  for (;;) {
    const observed = await watchLease({
      ...place,
      context,
      identity: holder.identity,
      waitMs: Number.POSITIVE_INFINITY,
      signal: stop,
      onHolder(lease) {
        state.standsBy = true
        state.trouble = undefined
        say(watching, `standing by: it is watched by ${holderPhrase(lease)}`)
      },
    })
    if (observed.state === 'none') return {without: observed.failure}
    if (observed.state === 'unknown') throw noAnswer(context)
    if (observed.state === 'held') throw implausible(context, namespace, observed.seen)
    const lock = clusterLock({context, lease: ownLease({...place, holder}, observed.seen), clock, onLost})
    try {
      // Another client may take it in between; it is then watched like any other holder.
      if (!(await lock.renew())) continue
    } catch (error) {
      if (!(error instanceof HubspokeError) || !isRefusal(error)) throw error
      return {without: error.toFailure()}
    }
    state.standsBy = false
    lock.keep()
    return {lock}
  }
}

/** A wait without limit ends at a held Lease only where its duration is implausible. */
function implausible(context: string, namespace: string, seen: LeaseRecord): HubspokeError {
  const place = {context, namespace}
  const lease = ['lease', leaseNames.cacheWatch]
  return new HubspokeError(
    'locked',
    `Context "${printable(context)}" is watched by ${holderPhrase(seen)}. ${implausibleSentence(seen)}`,
    {
      suggestions: [
        kubectlCommand(place, 'get', ...lease, '-o', 'yaml'),
        `${kubectlCommand(place, 'delete', ...lease)}  if that client does not run any more`,
      ],
    },
  )
}

function noAnswer(context: string): HubspokeError {
  return new HubspokeError('unreachable', `Context "${context}" did not report which client watches it.`)
}
