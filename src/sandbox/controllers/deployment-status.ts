import {apiTime} from '../objects/metadata.ts'
import {roomOf} from './rolling-update.ts'
import {withoutZeros} from './simulation.ts'
import {
  type Condition,
  type Deployment,
  type DeploymentStatus,
  type ReplicaSet,
  replicaFailure,
} from './workload-types.ts'

/**
 * The counts and the availability of a Deployment from its ReplicaSets; progress is computed elsewhere.
 * Source: `calculateStatus` in kubernetes/pkg/controller/deployment/sync.go.
 */
export function countedStatus(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
  now: Date,
): DeploymentStatus {
  const sum = (count: (set: ReplicaSet) => number | undefined): number =>
    sets.reduce((total, set) => total + (count(set) ?? 0), 0)
  const available = sum(({status}) => status.availableReplicas)
  const {unavailable} = roomOf(deployment)
  const isAvailable = available >= deployment.spec.replicas - unavailable
  const condition = isAvailable
    ? {status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.'}
    : {status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.'}
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...withoutZeros({
      replicas: sum(({status}) => status.replicas),
      updatedReplicas: current?.status.replicas ?? 0,
      readyReplicas: sum(({status}) => status.readyReplicas),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, sum(({spec}) => spec.replicas) - available),
    }),
    terminatingReplicas: sum(({status}) => status.terminatingReplicas),
    conditions: withCondition(
      deployment.status.conditions ?? [],
      {type: 'Available', ...condition} as NewCondition,
      apiTime(now),
    ),
  }
}

type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/**
 * The conditions with one replaced, at the end; unchanged when status and reason are the same. An unchanged status
 * keeps the time of its transition.
 * Source: `SetDeploymentCondition` in kubernetes/pkg/controller/deployment/util.
 */
export function withCondition(conditions: readonly Condition[], next: NewCondition, now: string): readonly Condition[] {
  const current = conditions.find(({type}) => type === next.type)
  if (current?.status === next.status && current.reason === next.reason) return conditions
  return refreshed(conditions, next, now)
}

/** The same, also when only the time of the last update changes. */
function refreshed(conditions: readonly Condition[], next: NewCondition, now: string): readonly Condition[] {
  const current = conditions.find(({type}) => type === next.type)
  const {type, status, reason, message} = next
  const lastTransitionTime = current?.status === status ? current.lastTransitionTime : now
  const condition = {type, status, lastUpdateTime: now, lastTransitionTime, reason, message} as Condition
  return [...conditions.filter((each) => each.type !== type), condition]
}

/**
 * The status with its condition `Progressing`: complete, progressing, or past its deadline.
 *
 * @param counted the new counts, with the old conditions
 * Source: `syncRolloutStatus` in kubernetes/pkg/controller/deployment/progress.go.
 */
export function withProgress(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  counted: DeploymentStatus,
  now: Date,
): DeploymentStatus {
  const conditions = counted.conditions ?? []
  const time = apiTime(now)
  const progressing = conditionOf(deployment, 'Progressing')
  const deadline = deployment.spec.progressDeadlineSeconds
  if (deadline === undefined) return {...counted, conditions: conditions.filter(({type}) => type !== 'Progressing')}
  const isOneSet = (counted.replicas ?? 0) === (counted.updatedReplicas ?? 0)
  if (isOneSet && progressing?.reason === 'NewReplicaSetAvailable') return counted
  const subject = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`
  const verdict = (status: Condition['status'], reason: string, predicate: string): NewCondition => ({
    type: 'Progressing',
    status,
    reason,
    message: `${subject} ${predicate}`,
  })
  if (isComplete(deployment, counted)) {
    const done = verdict('True', 'NewReplicaSetAvailable', 'has successfully progressed.')
    return {...counted, conditions: withCondition(conditions, done, time)}
  }
  if (hasMoved(deployment.status, counted)) {
    return {
      ...counted,
      conditions: refreshed(conditions, verdict('True', 'ReplicaSetUpdated', 'is progressing.'), time),
    }
  }
  if (isTimedOut(progressing, deadline, now)) {
    const late = verdict('False', 'ProgressDeadlineExceeded', 'has timed out progressing.')
    return {...counted, conditions: withCondition(conditions, late, time)}
  }
  return counted
}

/**
 * The status with the failure of the newest ReplicaSet, or else of an older one, to create pods.
 * Source: `getReplicaFailures` in kubernetes/pkg/controller/deployment/progress.go.
 */
export function withReplicaFailure(
  status: DeploymentStatus,
  newestFirst: readonly ReplicaSet[],
  now: Date,
): DeploymentStatus {
  const conditions = status.conditions ?? []
  const failure = newestFirst.flatMap((set) => set.status.conditions ?? []).find(({type}) => type === replicaFailure)
  if (failure === undefined) return {...status, conditions: conditions.filter(({type}) => type !== replicaFailure)}
  const {reason = '', message = ''} = failure
  const next: NewCondition = {type: replicaFailure, status: failure.status, reason, message}
  return {...status, conditions: withCondition(conditions, next, apiTime(now))}
}

export function conditionOf({status}: Deployment, type: string): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type)
}

export function isComplete({spec, metadata}: Deployment, status: DeploymentStatus): boolean {
  const {updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0} = status
  const all = [updatedReplicas, replicas, availableReplicas]
  return all.every((count) => count === spec.replicas) && observedGeneration >= (metadata.generation ?? 0)
}

function hasMoved(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({replicas = 0, updatedReplicas = 0}: DeploymentStatus): number => replicas - updatedReplicas
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  )
}

function isTimedOut(progressing: Condition | undefined, deadlineSeconds: number, now: Date): boolean {
  if (progressing === undefined || progressing.reason === 'NewReplicaSetAvailable') return false
  if (progressing.reason === 'ProgressDeadlineExceeded') return true
  return now.getTime() > deadlineAt(progressing, deadlineSeconds)
}

/** When progress is due, in milliseconds since the epoch. */
export function deadlineAt({lastUpdateTime, lastTransitionTime}: Condition, deadlineSeconds: number): number {
  return Date.parse(lastUpdateTime ?? lastTransitionTime) + deadlineSeconds * 1000
}
