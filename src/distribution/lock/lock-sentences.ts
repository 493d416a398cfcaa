import type {LeaseRecord} from '../../kube/ports/leases.ts'
import {
  holderPhrase,
  implausibleSentence,
  isImplausible,
  leaseMs,
  leaseNames,
  silenceMs,
} from '../../lease/lease-record.ts'
import {type Failure, HubspokeError} from '../../model/failure.ts'
import type {LockEntry} from '../../model/run-lock.ts'
import {formatDuration} from '../../shared/duration.ts'
import {printable} from '../../shared/printable.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'

/** Where the lock of a cluster is stored. */
export interface LockPlace {
  readonly context: string
  readonly namespace: string
}

/** The notice before waiting for a holder. */
export function waitingSentence({context}: LockPlace, lease: LeaseRecord, waitMs: number | undefined): string {
  const aim =
    waitMs === undefined
      ? `Looking for up to ${formatDuration(silenceMs(lease))} whether it is still alive`
      : `Waiting for up to ${formatDuration(waitMs)} for it to end`
  return `The lock in context "${printable(context)}" is held by ${holderPhrase(lease)}. ${aim}.`
}

/** @param alive the holder changed its record while it was waited for */
export function lockedError(
  place: LockPlace,
  {seen, alive}: {readonly seen: LeaseRecord; readonly alive: boolean},
  waitMs: number | undefined,
): HubspokeError {
  if (isImplausible(seen)) return implausibleError(place, seen)
  const doubt =
    alive || waitMs === undefined
      ? ''
      : ` Whether it is still alive is not known: that takes ${formatDuration(silenceMs(seen))} (--lock-wait).`
  return new HubspokeError(
    'locked',
    `Another run holds the lock in context "${printable(place.context)}": ${holderPhrase(seen)}.${doubt} Nothing was written.`,
    {suggestions: ['--lock-wait 10m  to wait for it to end', kubectlLease(place, 'get', '-o', 'yaml')]},
  )
}

/** Waiting would not free this lock: the user has to delete the Lease. */
function implausibleError(place: LockPlace, seen: LeaseRecord): HubspokeError {
  return new HubspokeError(
    'locked',
    `Another client holds the lock in context "${printable(place.context)}": ${holderPhrase(seen)}. ${implausibleSentence(seen)} Nothing was written.`,
    {
      suggestions: [
        kubectlLease(place, 'get', '-o', 'yaml'),
        `${kubectlLease(place, 'delete')}  if that client does not run any more`,
      ],
    },
  )
}

export function lockRequiredError(place: LockPlace, failure: Failure): HubspokeError {
  const {context} = place
  return new HubspokeError(
    'usage',
    `There is no lock in context "${printable(context)}" (--lock require): ${withoutLockReason(place, failure)}. Nothing was written.`,
    {suggestions: withoutLockSuggestions(place, failure)},
  )
}

/** Why no lock is possible, as a clause. */
export function withoutLockReason({namespace}: LockPlace, {class: failureClass, message}: Failure): string {
  if (failureClass === 'not-found') return `the namespace "${printable(namespace)}" does not exist`
  return message.replace(/\.$/, '')
}

/** The commands that make a lock possible. */
export function withoutLockSuggestions({context, namespace}: LockPlace, failure: Failure): readonly string[] {
  if (failure.class !== 'not-found') return failure.suggestions
  return [kubectlCommand({context: context}, 'create', 'namespace', namespace)]
}

/** The cluster did not answer when its lock was to be taken. */
export function notYetSentence({context}: LockPlace, {message}: Failure): string {
  return `The lock in context "${printable(context)}" is not taken yet, and nothing is written there before it is: ${message}`
}

export function notReleasedSentence({context}: LockEntry, {message}: Failure): string {
  const lapses = `it expires after ${formatDuration(leaseMs)}`
  return `The lock in context "${printable(context)}" could not be released; ${lapses}: ${message}`
}

function kubectlLease({context, namespace}: LockPlace, verb: 'get' | 'delete', ...options: readonly string[]): string {
  const place = {context: printable(context), namespace: printable(namespace)}
  return kubectlCommand(place, verb, 'lease', leaseNames.run, ...options)
}
