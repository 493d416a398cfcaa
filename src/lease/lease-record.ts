import type {LeaseObject, LeaseRecord} from '../kube/ports/leases.ts'
import {formatDuration} from '../shared/duration.ts'
import {externalText} from '../shared/external-text.ts'

/**
 * The names of hubspoke's Leases in a cluster: `run` keeps runs apart, `cacheWatch` the processes that keep the image cache fresh,
 * `listen` the replicas of one service.
 */
export const leaseNames = {run: 'hubspoke-run', cacheWatch: 'hubspoke-cache-watch', listen: 'hubspoke-listen'} as const

/** A holder whose record has not changed for this long is dead. */
export const leaseMs = 15_000

/** How often a holder renews its record. */
export const renewMs = leaseMs / 3

/** The time limit of a request about a lock: short enough that a second one fits into the duration. */
export const requestMs = leaseMs / 3

/** Who requests a Lease. All fields but `identity` are only displayed. */
export interface Holder {
  /** Identifies this process: another invocation of the same run is another holder. */
  readonly identity: string
  /** Empty outside of a run. */
  readonly runId: string
  readonly verb: string
  /** Empty where unknown. */
  readonly user: string
  readonly host: string
  /** The user that the cluster authenticates it as; undefined where unknown. */
  readonly kubernetesUser?: string | undefined
}

const annotations = {
  runId: 'hubspoke.dev/run-id',
  verb: 'hubspoke.dev/verb',
  user: 'hubspoke.dev/user',
  host: 'hubspoke.dev/host',
  kubernetesUser: 'hubspoke.dev/kubernetes-user',
} as const

/** The record of a holder that takes the lock at `at`, or renews it if it holds the lock already. */
export function heldRecord(holder: Holder, previous: LeaseRecord | undefined, at: Date): LeaseRecord {
  const renews = previous?.holderIdentity === holder.identity
  const time = at.toISOString()
  return {
    holderIdentity: holder.identity,
    leaseDurationSeconds: leaseMs / 1000,
    acquireTime: renews ? previous.acquireTime : time,
    renewTime: time,
    leaseTransitions: transitionsAfter(previous?.leaseTransitions ?? -1, renews ? 0 : 1),
    annotations: {
      ...(holder.runId !== '' && {[annotations.runId]: holder.runId}),
      [annotations.verb]: holder.verb,
      ...(holder.user !== '' && {[annotations.user]: holder.user}),
      [annotations.host]: holder.host,
      ...(holder.kubernetesUser !== undefined && {[annotations.kubernetesUser]: holder.kubernetesUser}),
    },
  }
}

/** The API counts to 2^31 - 1 and refuses more. */
function transitionsAfter(before: number, more: number): number {
  return before + more <= 2 ** 31 - 1 ? before + more : 0
}

/** A record without a holder: the next client may take it at once. */
export function releasedRecord({leaseTransitions}: LeaseRecord): LeaseRecord {
  const noHolder = {holderIdentity: '', leaseDurationSeconds: 0, acquireTime: '', renewTime: ''}
  return {...noHolder, leaseTransitions, annotations: {}}
}

export function isHeld<L extends LeaseRecord>(lease: L | undefined): lease is L {
  return lease !== undefined && lease.holderIdentity !== ''
}

/**
 * How long the record must stay unchanged until its holder counts as dead, in milliseconds: the duration in the record.
 * The times in the record are ignored: clocks of other machines may be wrong.
 */
export function silenceMs({leaseDurationSeconds}: LeaseRecord): number {
  return leaseDurationSeconds > 0 ? leaseDurationSeconds * 1000 : leaseMs
}

/** Client libraries renew Leases of 15 to 60 s: a much longer duration is a mistake, or a lie. */
const longestSilenceMs = 300_000

/** Does the record have a duration that no real holder has? An unchanged record then proves nothing: it is neither waited for nor taken over. */
export function isImplausible(lease: LeaseRecord): boolean {
  return silenceMs(lease) > longestSilenceMs
}

/** What is wrong with a record whose duration is implausible, as a sentence. */
export function implausibleSentence(lease: LeaseRecord): string {
  const [said, most] = [formatDuration(silenceMs(lease)), formatDuration(longestSilenceMs)]
  return `Its Lease has an implausible duration (leaseDurationSeconds: ${lease.leaseDurationSeconds}, which is ${said}; ${most} is the most), so it is not taken over.`
}

/** Any change shows that the holder is alive. */
export function hasChanged(before: LeaseObject, now: LeaseObject): boolean {
  return before.resourceVersion !== now.resourceVersion
}

/** `run 20261124-030412-9f3a (restart) of ada on laptop-7, since 2026-11-24T03:04:12Z`; safe to print. */
export function holderPhrase(lease: LeaseRecord): string {
  const note = (key: string) => shown(lease.annotations[key] ?? '')
  const runId = note(annotations.runId)
  const [verb, user, host] = [note(annotations.verb), note(annotations.user), note(annotations.host)]
  const kubernetesUser = note(annotations.kubernetesUser)
  const who = runId === '' ? `"${shown(lease.holderIdentity)}"` : `run ${runId}`
  const since = shown(lease.acquireTime).replace(/\.\d+Z$/, 'Z')
  return [
    who,
    ...(verb === '' ? [] : [`(${verb})`]),
    ...(user === '' ? [] : [`of ${user}`]),
    ...(host === '' ? [] : [`on ${host}`]),
    ...(kubernetesUser === '' ? [] : [`(Kubernetes user ${kubernetesUser})`]),
  ]
    .join(' ')
    .concat(since === '' ? '' : `, since ${since}`)
}

/** Any client with permission to write the Lease may have written it. */
const longest = 80

function shown(text: string): string {
  return externalText(text, {maxLength: longest})
}

/** One moment on both clocks of this machine, in milliseconds. */
export interface Moment {
  readonly monotonic: number
  readonly wall: number
}

/**
 * Is a lock that was last written at `written` certainly still held? The last third of the duration is left for requests that
 * are in flight when the first two thirds are over. A machine that sleeps stops its monotonic clock (on Linux), so the wall
 * clock must agree; a wall clock that was set forwards or back only costs one more read of the lock.
 */
export function isSurelyHeld(written: Moment, now: Moment): boolean {
  const passed = Math.max(now.monotonic - written.monotonic, Math.abs(now.wall - written.wall))
  return passed < (leaseMs * 2) / 3
}
