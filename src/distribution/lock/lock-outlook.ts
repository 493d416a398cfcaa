import type {ClusterPlace} from '../../lease/cluster-check.ts'
import {heldRecord, leaseNames, requestMs} from '../../lease/lease-record.ts'
import {noAnswerSentence} from '../../lease/lease-sentences.ts'
import {isRefusal} from '../../lease/watch-lease.ts'
import {within} from '../../lease/within.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {LockOutlook} from '../../model/run-lock.ts'
import type {Plan} from '../../model/target.ts'
import {placesOf} from './lock-places.ts'
import {withoutLockReason, withoutLockSuggestions} from './lock-sentences.ts'
import type {LockPolicy, RunLockDeps} from './run-lock.ts'

/**
 * The clusters of this plan in which no lock is possible, as far as this can be found out before taking one. Asks all
 * clusters at once and writes nothing; a cluster that does not answer is left out.
 */
export async function lockOutlook(
  plan: Plan,
  {mode, namespace, holder}: LockPolicy,
  {leases, clock, signal}: Omit<RunLockDeps, 'onEvent' | 'endpoint'>,
): Promise<readonly LockOutlook[]> {
  if (mode === 'off') return []
  const ask = async ({context, clusterUid}: ClusterPlace, limited: AbortSignal): Promise<void> => {
    const found = leases(context, clusterUid)
    if ((await found.read(namespace, leaseNames.run, limited)) !== undefined) return
    const record = heldRecord(holder, undefined, clock.date())
    await found.write(namespace, leaseNames.run, {record, dryRun: true}, limited)
  }
  const entries = placesOf(plan).map(async (place): Promise<readonly LockOutlook[]> => {
    const {context} = place
    try {
      const limit = {ms: requestMs, sentence: noAnswerSentence(context), clock, signal}
      await within(limit, (limited) => ask(place, limited))
      return []
    } catch (error) {
      if (signal.aborted) return []
      if (!(error instanceof HubspokeError)) throw error
      if (!isRefusal(error)) return []
      const where = {context, namespace}
      const failure = error.toFailure()
      const suggestions = withoutLockSuggestions(where, failure)
      return [{context, state: 'none', reason: withoutLockReason(where, failure), suggestions}]
    }
  })
  return (await Promise.all(entries)).flat()
}
