import type {Trouble} from '../model/spoke.ts'
import type {WorkloadState} from '../model/workload.ts'

/** With which the Deployment controller says that it cannot begin. */
const cannotBegin = 'ReplicaSetCreateError'

/**
 * What a workload says itself, where there is no pod to ask: its deletion, and pods or a ReplicaSet that could not be created
 * (quota, admission).
 */
export function conditionTrouble({conditions, deletedAt, finalizers}: WorkloadState): Trouble | undefined {
  if (deletedAt !== undefined) {
    const waits = finalizers.length === 0 ? '' : `, finalizers ${finalizers.join(', ')}`
    return {reason: 'Deleting', sentence: `it has been terminating since ${deletedAt}${waits}`}
  }
  const condition = conditions.find(
    ({type, status, reason}) =>
      (type === 'ReplicaFailure' && status === 'True') || (type === 'Progressing' && reason === cannotBegin),
  )
  return condition && {reason: condition.reason, sentence: `${condition.reason}: ${condition.message}`}
}
