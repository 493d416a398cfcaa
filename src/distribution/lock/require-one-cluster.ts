import type {Leases} from '../../kube/ports/leases.ts'
import type {ClusterPlace} from '../../lease/cluster-check.ts'
import {leaseNames, requestMs} from '../../lease/lease-record.ts'
import {noAnswerSentence} from '../../lease/lease-sentences.ts'
import {within} from '../../lease/within.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {LockEntry} from '../../model/run-lock.ts'
import type {Clock} from '../../shared/clock.ts'
import {printable} from '../../shared/printable.ts'
import {shellWord} from '../../shared/shell-word.ts'

/** Contexts that report the same cluster identity: several ways into one cluster, or clusters with the same UID. */
export interface Ways {
  readonly clusterUid: string
  readonly contexts: readonly string[]
}

export interface OneClusterDeps {
  leases(context: string): Leases
  /** Contexts with the same endpoint reach the same server in the same way. */
  endpoint(context: string): string
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface TakenLocks {
  readonly namespace: string
  /** The identity of the holder in the Leases of this run. */
  readonly identity: string
  readonly entries: readonly LockEntry[]
}

/**
 * Clusters may have the same UID: one that was restored from a snapshot of another one, or several from one copied disk. The
 * proof is the Lease that this run has just taken through one context: if it is one cluster, every other context shows it,
 * too. Contexts with the same endpoint need no proof.
 *
 * @throws HubspokeError of class `usage` where contexts point at two clusters, or where this cannot be determined
 */
export async function requireOneCluster(
  ways: readonly Ways[],
  places: readonly ClusterPlace[],
  taken: TakenLocks,
  deps: OneClusterDeps,
): Promise<void> {
  const questions = ways.flatMap(({clusterUid, contexts}) => {
    const place = places.find((one) => one.clusterUid === clusterUid)
    return place === undefined ? [] : otherEndpoints(place.context, contexts, deps).map((other) => ({place, other}))
  })
  await Promise.all(questions.map(({place, other}) => requireSeen(place, other, taken, deps)))
}

/** One context of each endpoint other than that of the first context. */
export function otherEndpoints(
  first: string,
  contexts: readonly string[],
  {endpoint}: Pick<OneClusterDeps, 'endpoint'>,
): readonly string[] {
  const byEndpoint = Map.groupBy(contexts, endpoint)
  byEndpoint.delete(endpoint(first))
  return [...byEndpoint.values()].flatMap(([context]) => context ?? [])
}

async function requireSeen(
  place: ClusterPlace,
  other: string,
  {namespace, identity, entries}: TakenLocks,
  {leases, clock, signal}: OneClusterDeps,
): Promise<void> {
  const entry = entries.find(({context}) => context === place.context)
  if (entry?.state !== 'held') {
    const why = `there is no lock in "${printable(place.context)}" to look for through the other one (${entry?.reason ?? 'unknown'})`
    throw undetermined(place, other, why)
  }
  const limit = {ms: requestMs, sentence: noAnswerSentence(other), clock, signal}
  let seen: string | undefined
  try {
    seen = (await within(limit, (limited) => leases(other).read(namespace, leaseNames.run, limited)))?.holderIdentity
  } catch (error) {
    if (signal.aborted) return
    if (!(error instanceof HubspokeError)) throw error
    throw undetermined(place, other, `the lock could not be read through "${printable(other)}": ${error.message}`)
  }
  if (seen !== identity) throw twoClusters(place, other)
}

function twoClusters({context, clusterUid}: ClusterPlace, other: string): HubspokeError {
  const [one, two] = [printable(context), printable(other)]
  return new HubspokeError(
    'usage',
    `Contexts "${one}" and "${two}" point at two clusters with the same UID ("${printable(clusterUid)}"): the lock that was taken through "${one}" is not seen through "${two}". One run cannot tell their targets apart. Nothing was written.`,
    {suggestions: [`-c ${shellWord(context)}`, `-c ${shellWord(other)}  in a run of its own`]},
  )
}

function undetermined({context, clusterUid}: ClusterPlace, other: string, why: string): HubspokeError {
  const names = `"${printable(context)}" and "${printable(other)}"`
  return new HubspokeError(
    'usage',
    `It cannot be determined whether contexts ${names} point at one cluster or at two with the same UID ("${printable(clusterUid)}"): ${why.replace(/\.$/, '')}. Nothing was written.`,
    {suggestions: [`-c ${shellWord(context)}  to go through it alone`, 'hubspoke check  to see why there is no lock']},
  )
}
