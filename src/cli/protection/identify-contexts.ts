import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import {within} from '../../lease/within.ts'
import type {ClusterIdentity, ContextRef} from '../../model/cluster.ts'
import {onFailure} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import {createSemaphore} from '../../shared/semaphore.ts'
import {untilStopped} from '../../shared/until-stopped.ts'
import type {IdentifiedContext} from './protected-clusters.ts'

export interface IdentifyDeps {
  open(context: string): ClusterAccess
  readonly clock: Clock
  /** Ends the requests: contexts without a response by then have not reported their cluster. */
  readonly signal: AbortSignal
}

/** Concurrent requests; the others wait. */
const atOnce = 16
/** Time limit for all of them together: a slower context has not reported its cluster. */
const limitMs = 15_000

/** Asks contexts which clusters they point at. Never rejects because of a cluster, and takes at most 15 seconds. */
export async function identifyContexts(
  contexts: readonly ContextRef[],
  {open, clock, signal}: IdentifyDeps,
): Promise<readonly IdentifiedContext[]> {
  if (contexts.length === 0) return []
  const inTurn = createSemaphore(atOnce)
  const limit = {ms: limitMs, sentence: 'It did not report its cluster within 15 seconds.', clock, signal}
  const ask = async (context: ContextRef, limited: AbortSignal): Promise<ClusterIdentity | undefined> => {
    if (limited.aborted) return undefined
    return untilStopped(open(context.name).identity(limited), limited).catch(onFailure(undefined))
  }
  return within(limit, (limited) =>
    Promise.all(contexts.map(async (context) => ({context, identity: await inTurn(() => ask(context, limited))}))),
  )
}
