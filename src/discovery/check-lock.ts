import type {ClusterAccess} from '../kube/ports/cluster-access.ts'
import type {LeaseRecord} from '../kube/ports/leases.ts'
import {
  heldRecord,
  holderPhrase,
  isHeld,
  isImplausible,
  leaseNames,
  requestMs,
  silenceMs,
} from '../lease/lease-record.ts'
import {noAnswerSentence} from '../lease/lease-sentences.ts'
import {within} from '../lease/within.ts'
import type {LockCheck} from '../model/check-report.ts'
import type {FailureClass} from '../model/failure.ts'
import {HubspokeError} from '../model/failure.ts'
import {formatDuration} from '../shared/duration.ts'
import {quoted} from '../shared/problem.ts'
import {kubectlCommand} from '../shared/suggested-command.ts'
import type {ReadingDeps} from './retry-read.ts'

/**
 * Could a run take the lock of this cluster now? The server is asked to check the write, and makes none.
 *
 * @param now by the clock of the server
 */
export async function checkLock(
  {leases, context}: Pick<ClusterAccess, 'leases' | 'context'>,
  namespace: string,
  {clock, signal, now}: Pick<ReadingDeps, 'clock' | 'signal'> & {readonly now: Date},
): Promise<LockCheck> {
  const limit = {ms: requestMs, sentence: noAnswerSentence(context.name), clock, signal}
  try {
    return await within(limit, async (limited): Promise<LockCheck> => {
      const found = await leases.read(namespace, leaseNames.run, limited)
      const expired = isHeld(found) ? expiredReason(found, now) : undefined
      if (isHeld(found) && expired === undefined) return {state: 'held', reason: holderPhrase(found), suggestions: []}
      const record = heldRecord(asker, found, clock.date())
      const version = found && {resourceVersion: found.resourceVersion}
      await leases.write(namespace, leaseNames.run, {record, dryRun: true, ...version}, limited)
      if (expired !== undefined) return {state: 'expired', reason: expired, suggestions: []}
      return {state: 'available', reason: null, suggestions: []}
    })
  } catch (error) {
    if (!(error instanceof HubspokeError)) throw error
    const state = states[error.failureClass] ?? 'unknown'
    if (state !== 'missing-namespace') return {state, reason: error.message, suggestions: error.suggestions}
    const create = kubectlCommand({context: context.name}, 'create', 'namespace', namespace)
    return {state, reason: `the namespace ${quoted(namespace)} does not exist`, suggestions: [create]}
  }
}

/** Its holder writes `renewTime` by a clock of its own, which may be off: only what is long past says anything. */
const longPast = 4

/** Undefined: the holder may be alive. */
function expiredReason(found: LeaseRecord, now: Date): string | undefined {
  const ageMs = now.getTime() - Date.parse(found.renewTime)
  if (isImplausible(found) || !(ageMs > longPast * silenceMs(found))) return undefined
  return `expired, last renewed ${formatDuration(ageMs)} ago by ${holderPhrase(found)}`
}

const asker = {identity: 'hubspoke-check', runId: '', verb: 'check', user: '', host: ''}

const states: Partial<Record<FailureClass, LockCheck['state']>> = {
  'not-found': 'missing-namespace',
  forbidden: 'forbidden',
}
