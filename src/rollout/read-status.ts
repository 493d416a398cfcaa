import type {RolloutReading} from '../model/status-report.ts'
import {assessRollout, mayExplain, nothingFound} from './assess-rollout.ts'
import {deletedMessage, findInPods, goneReading, otherImageMessage, type StatusSubject} from './status-subject.ts'

/**
 * Reads the rollout status of a workload once: one request, and a bounded number more for the cause when it is not rolled out.
 * A workload that another one has replaced under the same name is judged as it is now.
 *
 * Rejects with the `HubspokeError` of the read of the workload: its status is then unknown.
 */
export async function readStatus(subject: StatusSubject, signal: AbortSignal): Promise<RolloutReading> {
  const {target, workloads, isWanted} = subject
  const state = await workloads.read(target, signal)
  if (state === undefined) return goneReading(deletedMessage)
  if (!isWanted(state)) return goneReading(otherImageMessage)
  return assessRollout(target, state, mayExplain(state) ? await findInPods(subject, state, signal) : nothingFound)
}
