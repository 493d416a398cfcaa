import type {LeaseObject, Leases} from '../kube/ports/leases.ts'
import {type Failure, HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {printable} from '../shared/printable.ts'
import {kubectlCommand} from '../shared/suggested-command.ts'
import {type ClusterLock, clusterLock} from './cluster-lock.ts'
import {type Holder, holderPhrase, implausibleSentence} from './lease-record.ts'
import {ownLease} from './own-lease.ts'
import {isRefusal, watchLease} from './watch-lease.ts'

/** A Lease of which one of several processes is to be the holder. */
export interface LeaseRequest {
  readonly context: string
  readonly leases: Leases
  readonly namespace: string
  readonly name: string
  readonly holder: Holder
  /** What the holder does, as in `is watched by`. */
  readonly passive: string
  readonly clock: Clock
  /** Aborted: it is not waited for any more. */
  readonly signal: AbortSignal
  /** Called for every holder that is waited for. */
  onHolder(lease: LeaseObject): void
  /** Called when another client has taken it, after it was held. */
  onLost(sentence: string): void
}

/** The Lease is held, and renewed from now on; or why it is impossible. */
export type AwaitedLease = {readonly lock: ClusterLock} | {readonly without: Failure}

/**
 * Waits without limit until no other client holds the Lease, and takes it.
 *
 * Rejects with a `HubspokeError` when the cluster cannot be asked, of class `locked` where a holder has an implausible duration, and
 * when the signal is aborted.
 */
export async function awaitLease(request: LeaseRequest): Promise<AwaitedLease> {
  const {context, leases, namespace, name, holder, clock, signal, onHolder, onLost} = request
  const place = {leases, namespace, name, clock}
  for (;;) {
    const observed = await watchLease({
      ...place,
      ...{context, signal, onHolder},
      identity: holder.identity,
      waitMs: Number.POSITIVE_INFINITY,
    })
    if (observed.state === 'none') return {without: observed.failure}
    if (observed.state === 'unknown') throw noAnswer(request)
    if (observed.state === 'held') throw implausible(request, observed.seen)
    const lock = clusterLock({context, lease: ownLease({...place, holder}, observed.seen), clock, onLost})
    try {
      // Another client may take it in between; it is then watched like any other holder.
      if (!(await lock.renew())) continue
    } catch (error) {
      if (!(error instanceof HubspokeError) || !isRefusal(error)) throw error
      return {without: error.toFailure()}
    }
    lock.keep()
    return {lock}
  }
}

/** A wait without limit ends at a held Lease only where its duration is implausible. */
function implausible({context, namespace, name, passive}: LeaseRequest, seen: LeaseObject): HubspokeError {
  const place = {context, namespace}
  const message = `Context "${printable(context)}" ${passive} ${holderPhrase(seen)}. ${implausibleSentence(seen)}`
  return new HubspokeError('locked', message, {
    suggestions: [
      kubectlCommand(place, 'get', 'lease', name, '-o', 'yaml'),
      `${kubectlCommand(place, 'delete', 'lease', name)}  if that client does not run any more`,
    ],
  })
}

function noAnswer({context, passive}: LeaseRequest): HubspokeError {
  return new HubspokeError(
    'unreachable',
    `Context "${context}" did not report by which client it ${passive.replace(/ by$/, '')}.`,
  )
}
