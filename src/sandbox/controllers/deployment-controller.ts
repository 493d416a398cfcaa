import {apiTime} from '../objects/metadata.ts'
import {deployments, replicaSets} from '../objects/resources.ts'
import {
  annotationsFor,
  createSet,
  desiredKey,
  revisionKey,
  revisionOf,
  type Sets,
  scaleSet,
  setsOf,
} from './deployment-sets.ts'
import {
  conditionOf,
  countedStatus,
  deadlineAt,
  withCondition,
  withProgress,
  withReplicaFailure,
} from './deployment-status.ts'
import {newReplicas, oldReplicas, roomOf} from './rolling-update.ts'
import {type Controller, controllerManager, ownerKeys, type Simulation, writeStatus} from './simulation.ts'
import {type Deployment, type DeploymentStatus, isTerminating, type ReplicaSet} from './workload-types.ts'

/**
 * Brings Deployments to their template through ReplicaSets, one step per sync.
 * Source: `syncDeployment` in kubernetes/pkg/controller/deployment/deployment_controller.go.
 */
export function deploymentController(simulation: Simulation): Controller {
  const deadlines = new Map<string, () => void>()
  const now = (): Date => simulation.clock.date()
  const read = (key: string): Deployment | undefined => simulation.store.get(deployments, key) as Deployment | undefined

  const sync = (key: string): void => {
    const found = read(key)
    if (found === undefined || isTerminating(found)) return
    const deployment = notePause(simulation, found, now())
    const sets = setsOf(simulation, deployment)
    if (deployment.spec.paused || isScaling(deployment, sets)) {
      scale(simulation, deployment, sets)
      writeCounts(simulation, read(key) ?? deployment, now())
    } else {
      rollOut(simulation, deployment, sets, now())
      judge(key)
    }
  }

  /** Writes the status with its progress, and syncs again when the deadline has passed. */
  const judge = (key: string): void => {
    const deployment = read(key)
    if (deployment === undefined) return
    const {current, old} = setsOf(simulation, deployment)
    const counted = countedStatus(deployment, current, current ? [...old, current] : old, now())
    const progress = withProgress(deployment, current, counted, now())
    const newestFirst = [...(current ? [current] : []), ...old.toReversed()]
    writeStatus(simulation, deployments, deployment, withReplicaFailure(progress, newestFirst, now()))
    deadlines.get(key)?.()
    deadlines.delete(key)
    const after = read(key)
    const delay = after && msToDeadline(after, now())
    if (delay !== undefined)
      deadlines.set(
        key,
        simulation.agenda.after(delay, () => sync(key)),
      )
  }

  return {
    concerns: (change) =>
      change.resource === deployments
        ? [change.key]
        : change.resource === replicaSets
          ? ownerKeys(change, deployments)
          : [],
    sync,
  }
}

function msToDeadline(deployment: Deployment, now: Date): number | undefined {
  const progressing = conditionOf(deployment, 'Progressing')
  const seconds = deployment.spec.progressDeadlineSeconds
  const isOpen = progressing?.status === 'True' && progressing.reason !== 'NewReplicaSetAvailable'
  if (progressing === undefined || seconds === undefined || !isOpen) return undefined
  return Math.max(0, deadlineAt(progressing, seconds) - now.getTime()) + 1000
}

/** Pausing and resuming set a condition, so that progress is not expected meanwhile. */
function notePause(simulation: Simulation, deployment: Deployment, now: Date): Deployment {
  const progressing = conditionOf(deployment, 'Progressing')
  const {paused = false, progressDeadlineSeconds} = deployment.spec
  const isNoted = progressing?.reason === 'DeploymentPaused'
  const isTimedOut = progressing?.reason === 'ProgressDeadlineExceeded'
  if (progressDeadlineSeconds === undefined || isTimedOut || paused === isNoted) return deployment
  const condition = paused
    ? {reason: 'DeploymentPaused', message: 'Deployment is paused'}
    : {reason: 'DeploymentResumed', message: 'Deployment is resumed'}
  const conditions = withCondition(
    deployment.status.conditions ?? [],
    {type: 'Progressing', status: 'Unknown', ...condition},
    apiTime(now),
  )
  writeStatus(simulation, deployments, deployment, {...deployment.status, conditions})
  const {namespace, name} = deployment.metadata
  return simulation.registry.read(deployments, namespace, name) as Deployment
}

/** Only the replicas were changed: a ReplicaSet still has the annotation of another number. */
function isScaling({spec}: Deployment, {current, old}: Sets): boolean {
  return [...old, ...(current ? [current] : [])].some(
    ({spec: {replicas}, metadata}) => replicas > 0 && metadata.annotations?.[desiredKey] !== String(spec.replicas),
  )
}

/** One active ReplicaSet gets all replicas; of several, the newest grows and the oldest shrink first. */
function scale(simulation: Simulation, deployment: Deployment, {current, old}: Sets): void {
  const {replicas} = deployment.spec
  const sets = [...old, ...(current ? [current] : [])]
  const active = sets.filter(({spec}) => spec.replicas > 0)
  const newest = active.at(-1) ?? current
  if (newest === undefined) return
  if (active.length <= 1) {
    scaleSet(simulation, deployment, newest, replicas)
    return
  }
  const allowed = replicas === 0 ? 0 : replicas + roomOf(deployment).surge
  let difference = allowed - active.reduce((sum, {spec}) => sum + spec.replicas, 0)
  for (const set of active) {
    const change = set === newest ? difference : Math.min(0, difference)
    const size = Math.max(0, set.spec.replicas + change)
    difference -= size - set.spec.replicas
    scaleSet(simulation, deployment, set, size)
  }
}

function writeCounts(simulation: Simulation, deployment: Deployment, now: Date): void {
  const {current, old} = setsOf(simulation, deployment)
  const status = countedStatus(deployment, current, current ? [...old, current] : old, now)
  writeStatus(simulation, deployments, deployment, status)
}

function rollOut(simulation: Simulation, deployment: Deployment, sets: Sets, now: Date): void {
  const {old} = sets
  if (deployment.spec.strategy.type === 'Recreate' && isAnyLeft(old)) {
    for (const set of old) scaleSet(simulation, deployment, set, 0)
    return
  }
  const current = sets.current ?? createSet(simulation, deployment, old)
  adopt(simulation, deployment, {current, old}, sets.current === undefined, now)
  if (scaleSet(simulation, deployment, current, newReplicas(deployment, current, old))) return
  for (const [set, replicas] of oldReplicas(deployment, current, old)) scaleSet(simulation, deployment, set, replicas)
  forgetOldest(simulation, deployment, old)
}

/** Pods of old ReplicaSets, terminating ones included: `Recreate` waits for them. */
function isAnyLeft(old: readonly ReplicaSet[]): boolean {
  return old.some(({spec, status}) => spec.replicas + status.replicas + (status.terminatingReplicas ?? 0) > 0)
}

/** The current ReplicaSet has the newest revision, and the Deployment records it. */
function adopt(
  simulation: Simulation,
  deployment: Deployment,
  {current, old}: {readonly current: ReplicaSet; readonly old: readonly ReplicaSet[]},
  isNew: boolean,
  now: Date,
): void {
  const annotations = annotationsFor(deployment, current, old)
  simulation.registry.update(
    replicaSets,
    current.metadata as {namespace: string; name: string},
    (set) => ({...set, metadata: {...set.metadata, annotations}}),
    controllerManager,
  )
  const revision = annotations[revisionKey] ?? '1'
  const isKnown = deployment.metadata.annotations?.[revisionKey] === revision
  if (isKnown && !isNew) return
  const {conditions = []} = deployment.status
  const isUnjudged = deployment.spec.progressDeadlineSeconds !== undefined && !conditionOf(deployment, 'Progressing')
  const condition = isNew
    ? {reason: 'NewReplicaSetCreated', message: `Created new replica set "${current.metadata.name}"`}
    : {reason: 'FoundNewReplicaSet', message: `Found new replica set "${current.metadata.name}"`}
  const progressing = {type: 'Progressing', status: 'True', ...condition} as const
  const status: DeploymentStatus = {
    ...deployment.status,
    conditions: isNew || isUnjudged ? withCondition(conditions, progressing, apiTime(now)) : conditions,
  }
  writeStatus(simulation, deployments, deployment, status, {[revisionKey]: revision})
}

function forgetOldest(simulation: Simulation, deployment: Deployment, old: readonly ReplicaSet[]): void {
  const empty = old.filter(({spec, status}) => spec.replicas === 0 && status.replicas === 0)
  const excess = empty.length - deployment.spec.revisionHistoryLimit
  const oldest = empty.toSorted((a, b) => revisionOf(a.metadata) - revisionOf(b.metadata))
  for (const {metadata} of oldest.slice(0, Math.max(0, excess))) {
    simulation.registry.delete(replicaSets, metadata.namespace, metadata.name)
  }
}
