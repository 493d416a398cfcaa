import type {LeaseObject, Leases} from '../kube/ports/leases.ts'
import {type Failure, type FailureClass, HubspokeError} from '../model/failure.ts'
import {isRetryable} from '../model/retryable.ts'
import type {Clock} from '../shared/clock.ts'
import {hasChanged, isHeld, isImplausible, requestMs, silenceMs} from './lease-record.ts'
import {noAnswerSentence} from './lease-sentences.ts'
import {within} from './within.ts'

/** What a look at the lock of one cluster has shown. */
export type LeaseObservation =
  /** It has no holder, or a dead one: it may be taken as long as exactly this version is there. */
  | {readonly state: 'free'; readonly seen: LeaseObject | undefined}
  /** It has a holder that is alive, or at least not shown to be dead. */
  | {readonly state: 'held'; readonly seen: LeaseObject; readonly alive: boolean}
  /** A lock is impossible here. */
  | {readonly state: 'none'; readonly failure: Failure}
  /** The cluster could not be asked. */
  | {readonly state: 'unknown'}

export interface LeaseWatch {
  readonly context: string
  readonly leases: Leases
  readonly namespace: string
  readonly name: string
  /** Our own identity: a Lease that has it counts as free. */
  readonly identity: string
  /**
   * How long to wait for a live holder to end; undefined: only until the holder is shown to be alive or dead. A holder whose
   * record has an implausible duration is only waited for if this is finite.
   */
  readonly waitMs: number | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called for every holder that is waited for. */
  onHolder(lease: LeaseObject): void
}

const pollMs = 1_000

/**
 * Reads the lock of a cluster until it is clear whether it may be taken. A holder is dead when its record stays unchanged for
 * the duration in the record, measured by our own monotonic clock from our first read: other machines' clocks prove nothing,
 * and neither does an implausible duration. Writes nothing. Rejects when the signal is aborted, and with bugs.
 */
export async function watchLease(watch: LeaseWatch): Promise<LeaseObservation> {
  const patientUntil = watch.clock.now() + (watch.waitMs ?? Number.POSITIVE_INFINITY)
  try {
    return await untilClear(await read(watch), patientUntil, watch)
  } catch (error) {
    if (watch.signal.aborted || !(error instanceof HubspokeError)) throw error
    return isRefusal(error) ? {state: 'none', failure: error.toFailure()} : {state: 'unknown'}
  }
}

const refusals: readonly FailureClass[] = ['forbidden', 'not-found', 'rejected', 'other-cluster']

/** Is a lock impossible, because of permissions, a missing namespace, or a context that points elsewhere? */
export function isRefusal({failureClass}: HubspokeError): boolean {
  return refusals.includes(failureClass)
}

async function untilClear(
  first: LeaseObject | undefined,
  patientUntil: number,
  watch: LeaseWatch,
): Promise<LeaseObservation> {
  let seen = first
  let told = ''
  let alive = false
  while (isHeld(seen) && seen.holderIdentity !== watch.identity) {
    if (isImplausible(seen) && !Number.isFinite(watch.waitMs)) return {state: 'held', seen, alive}
    if (seen.holderIdentity !== told && watch.waitMs !== 0) watch.onHolder(seen)
    told = seen.holderIdentity
    const next = await untilChanged(seen, patientUntil, watch)
    if (next === 'dead') return {state: 'free', seen}
    if (next === 'waited') return {state: 'held', seen, alive}
    alive = true
    if (isHeld(next) && watch.waitMs === undefined) return {state: 'held', seen: next, alive}
    seen = next
  }
  return {state: 'free', seen}
}

/**
 * The record as soon as it changes; `dead` when it stayed unchanged for its duration, `waited` when `patientUntil` comes
 * first. A change after the last read is detected later: taking the lock replaces exactly this version.
 */
async function untilChanged(
  seen: LeaseObject,
  patientUntil: number,
  watch: LeaseWatch,
): Promise<LeaseObject | undefined | 'dead' | 'waited'> {
  const {clock, signal} = watch
  const deadAt = isImplausible(seen) ? Number.POSITIVE_INFINITY : clock.now() + silenceMs(seen)
  for (;;) {
    const now = clock.now()
    if (now >= deadAt) return 'dead'
    if (now >= patientUntil) return 'waited'
    await clock.sleep(Math.min(pollMs, deadAt - now, patientUntil - now), signal)
    const next = await readAgain(seen, watch)
    if (next === undefined || hasChanged(seen, next)) return next
  }
}

/** A read that fails shows neither life nor death: it counts as an unchanged record. */
async function readAgain(seen: LeaseObject, watch: LeaseWatch): Promise<LeaseObject | undefined> {
  try {
    return await read(watch)
  } catch (error) {
    if (watch.signal.aborted || !(error instanceof HubspokeError && isRetryable(error.failureClass))) throw error
    return seen
  }
}

function read({context, leases, namespace, name, clock, signal}: LeaseWatch): Promise<LeaseObject | undefined> {
  const limit = {ms: requestMs, sentence: noAnswerSentence(context), clock, signal}
  return within(limit, (limited) => leases.read(namespace, name, limited))
}
