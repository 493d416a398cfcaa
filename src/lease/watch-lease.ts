import type {LeaseObject, Leases} from '../kube/ports/leases.ts'
import {type Failure, type FailureClass, HubspokeError} from '../model/failure.ts'
import {isRetryable} from '../model/retryable.ts'
import type {Clock} from '../shared/clock.ts'
import {hasChanged, isHeld, isImplausible, requestMs, silenceMs} from './lease-record.ts'
import {noAnswerSentence} from './lease-sentences.ts'
import {within} from './within.ts'

/** What was found out about the lock of one cluster. */
export type Sighting =
  /** Nobody has it, or its holder is dead: it may be taken as long as it stays exactly as it was seen. */
  | {readonly state: 'free'; readonly seen: LeaseObject | undefined}
  /** Somebody has it, and is alive, or at least not shown to be dead. */
  | {readonly state: 'held'; readonly seen: LeaseObject; readonly alive: boolean}
  /** There can be no lock. */
  | {readonly state: 'none'; readonly failure: Failure}
  /** The cluster could not be asked. */
  | {readonly state: 'unknown'}

export interface LeaseWatch {
  readonly context: string
  readonly leases: Leases
  readonly namespace: string
  readonly name: string
  /** Who looks: what is ours is held by nobody else. */
  readonly identity: string
  /**
   * How long to wait for a living holder to end; undefined: not at all, only until it is seen to be alive or dead. One whose
   * record has an implausible duration is only waited for where this is a time that ends.
   */
  readonly waitMs: number | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Hears of every holder that is waited for. */
  onHolder(lease: LeaseObject): void
}

const pollMs = 1_000

/**
 * Looks at the lock of a cluster until it is clear whether it may be taken. A holder is dead when its record stays as it is
 * for as long as it promised to be heard of, measured by our own monotonic clock from the moment at which we saw it: what
 * other clocks say proves nothing, and neither does a duration that is implausible. Writes nothing. Rejects when the signal is aborted, and with bugs.
 */
export async function watchLease(watch: LeaseWatch): Promise<Sighting> {
  const patientUntil = watch.clock.now() + (watch.waitMs ?? Number.POSITIVE_INFINITY)
  try {
    return await untilClear(await read(watch), patientUntil, watch)
  } catch (error) {
    if (watch.signal.aborted || !(error instanceof HubspokeError)) throw error
    return isRefusal(error) ? {state: 'none', failure: error.toFailure()} : {state: 'unknown'}
  }
}

const refusals: readonly FailureClass[] = ['forbidden', 'not-found', 'rejected', 'other-cluster']

/** Do permissions, the lack of a namespace, or a context that points elsewhere make a lock impossible? */
export function isRefusal({failureClass}: HubspokeError): boolean {
  return refusals.includes(failureClass)
}

async function untilClear(first: LeaseObject | undefined, patientUntil: number, watch: LeaseWatch): Promise<Sighting> {
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
 * The record as soon as it is another one; `dead` when it stayed as it is for long enough, `waited` when our patience ends
 * first. That it has not changed since the last look is shown by whoever replaces exactly that version.
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

/** A look that fails shows nothing, neither life nor death: as if the record had stayed as it was. */
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
