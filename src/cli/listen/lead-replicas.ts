import {awaitLease} from '../../lease/await-lease.ts'
import type {ClusterLock} from '../../lease/cluster-lock.ts'
import {type Holder, holderPhrase, leaseNames} from '../../lease/lease-record.ts'
import {accountWords} from '../../model/actor.ts'
import type {ContextRef} from '../../model/cluster.ts'
import {HubspokeError, onFailure} from '../../model/failure.ts'
import {isRetryable} from '../../model/retryable.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'

export interface LeadRequest {
  readonly context: ContextRef
  readonly namespace: string
  /** Aborted: it is stopping. */
  readonly stop: AbortSignal
  say(sentence: string): void
}

/** After a cluster did not answer, and after the Lease was lost; in milliseconds. */
const againMs = 5_000

/**
 * Does `work` whenever this replica holds the Lease, until it is stopped. `lost` is aborted when another replica has taken it.
 *
 * @throws HubspokeError when the Lease is impossible: no permission, no namespace
 */
export async function leadReplicas(
  {context, namespace, stop, say}: LeadRequest,
  work: (lost: AbortSignal) => Promise<void>,
  {clusters, runtime}: {readonly clusters: Pick<Clusters, 'open'>; readonly runtime: Runtime},
): Promise<void> {
  const {clock} = runtime
  const {leases} = clusters.open(context.name)
  const holder = listenHolder(runtime)
  while (!stop.aborted) {
    const lost = new AbortController()
    const lock = await held({
      ...{context: context.name, leases, namespace, name: leaseNames.listen, holder, clock, signal: stop},
      passive: 'is served by',
      onHolder: (lease) => say(`standing by: ${holderPhrase(lease)} acts`),
      onLost(sentence) {
        say(sentence)
        lost.abort()
      },
    }).catch(whileStopping(stop, say))
    if (lock === undefined) {
      await clock.sleep(againMs, stop)
      continue
    }
    try {
      await work(lost.signal)
    } finally {
      await lock.release().catch(onFailure(undefined)) // it expires by itself
    }
  }
}

async function held(request: Parameters<typeof awaitLease>[0]): Promise<ClusterLock> {
  const taken = await awaitLease(request)
  if ('lock' in taken) return taken.lock
  const {class: failureClass, message, suggestions} = taken.without
  throw new HubspokeError(failureClass, `The Lease of --lease cannot be used: ${message}`, {suggestions})
}

/** A cluster that does not answer is asked again. */
function whileStopping(stop: AbortSignal, say: (sentence: string) => void) {
  return (error: unknown): undefined => {
    if (stop.aborted) return undefined
    if (!(error instanceof HubspokeError && (isRetryable(error.failureClass) || error.failureClass === 'locked'))) {
      throw error
    }
    say(`standing by: ${error.message}`)
    return undefined
  }
}

function listenHolder({random, user}: Pick<Runtime, 'random' | 'user'>): Holder {
  const suffix = Math.floor(random() * 2 ** 48)
  return {
    identity: `listen-${suffix.toString(16).padStart(12, '0')}`,
    runId: '',
    verb: 'listen',
    user: accountWords(user),
    host: user.host,
  }
}
