import {type AwaitedLease, awaitLease} from '../../../lease/await-lease.ts'
import {type Holder, holderPhrase, leaseNames} from '../../../lease/lease-record.ts'
import {say, type Watching} from './watch-state.ts'

/** Called when another client has taken it. */
type OnLost = (sentence: string) => void

/**
 * Waits without limit until no other client watches the cluster, and takes the Lease. Rejects with a `HubspokeError` when
 * the cluster cannot be asked, and when the watch is stopped.
 */
export async function takeLease(watching: Watching, holder: Holder, onLost: OnLost): Promise<AwaitedLease> {
  const {cluster, namespace, state, clock, stop} = watching
  const taken = await awaitLease({
    ...{context: cluster.context.name, leases: cluster.leases, namespace, name: leaseNames.cacheWatch},
    ...{holder, passive: 'is watched by', clock, signal: stop, onLost},
    onHolder(lease) {
      state.standsBy = true
      state.trouble = undefined
      say(watching, `standing by: it is watched by ${holderPhrase(lease)}`)
    },
  })
  if ('lock' in taken) state.standsBy = false
  return taken
}
