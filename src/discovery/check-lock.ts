import type {ClusterAccess} from '../kube/ports/cluster-access.ts'
import {heldRecord, holderPhrase, leaseNames, requestMs} from '../lease/lease-record.ts'
import {noAnswerSentence} from '../lease/lease-sentences.ts'
import {within} from '../lease/within.ts'
import type {LockCheck} from '../model/check-report.ts'
import type {FailureClass} from '../model/failure.ts'
import {HubspokeError} from '../model/failure.ts'
import {kubectlCommand} from '../shared/suggested-command.ts'
import {quoted} from './problem.ts'
import type {ReadingDeps} from './retry-read.ts'

/** Could a run take the lock of this cluster now? The server is asked to check the write, and makes none. */
export async function checkLock(
  {leases, context}: Pick<ClusterAccess, 'leases' | 'context'>,
  namespace: string,
  {clock, signal}: Pick<ReadingDeps, 'clock' | 'signal'>,
): Promise<LockCheck> {
  const limit = {ms: requestMs, sentence: noAnswerSentence(context.name), clock, signal}
  try {
    return await within(limit, async (limited): Promise<LockCheck> => {
      const found = await leases.read(namespace, leaseNames.run, limited)
      if (found !== undefined && found.holderIdentity !== '')
        return {state: 'held', reason: holderPhrase(found), suggestions: []}
      const record = heldRecord(nobody, found, clock.date())
      const version = found && {resourceVersion: found.resourceVersion}
      await leases.write(namespace, leaseNames.run, {record, dryRun: true, ...version}, limited)
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

const nobody = {identity: 'hubspoke-check', runId: '', verb: 'check', user: '', host: ''}

const states: Partial<Record<FailureClass, LockCheck['state']>> = {
  'not-found': 'missing-namespace',
  forbidden: 'forbidden',
}
