import {apiTime} from '../objects/metadata.ts'
import {pods, replicaSets} from '../objects/resources.ts'
import {ApiError} from '../status.ts'
import {deletePod, leastMissed, podsOf, split, tryToCreatePod} from './pod-sets.ts'
import {type Controller, ownerKeys, type Simulation, withoutZeros, writeStatus} from './simulation.ts'
import {type Condition, isReady, isTerminating, type ReplicaSet, replicaFailure} from './workload-types.ts'

const component = 'replicaset-controller'

/** Keeps the number of pods that each ReplicaSet specifies, and counts them. */
export function replicaSetController(simulation: Simulation): Controller {
  const sync = (key: string): void => {
    const set = simulation.store.get(replicaSets, key) as ReplicaSet | undefined
    if (set === undefined || isTerminating(set)) return
    const refusal = correct(simulation, set)
    count(simulation, set, refusal)
    if (refusal !== undefined) throw refusal
  }
  return {
    concerns: (change) => {
      if (change.resource === replicaSets) return [change.key]
      return change.resource === pods ? ownerKeys(change, replicaSets) : []
    },
    sync,
  }
}

/** Returns why a pod could not be created. */
function correct(simulation: Simulation, set: ReplicaSet): ApiError | undefined {
  const {living} = split(podsOf(simulation, set))
  const missing = set.spec.replicas - living.length
  const record = (reason: string, message: string): void =>
    simulation.record(replicaSets, set, {reason, message, component})
  for (let created = 0; created < missing; created++) {
    const pod = tryToCreatePod(simulation, {resource: replicaSets, owner: set}, set.spec.template)
    if (pod instanceof ApiError) {
      const message = `Error creating: ${pod.message}`
      simulation.record(replicaSets, set, {type: 'Warning', reason: 'FailedCreate', message, component})
      return pod
    }
    record('SuccessfulCreate', `Created pod: ${pod.metadata.name}`)
  }
  for (const pod of leastMissed(living).slice(0, Math.max(0, -missing))) {
    deletePod(simulation, pod)
    record('SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
  }
  return undefined
}

function count(simulation: Simulation, set: ReplicaSet, refusal: ApiError | undefined): void {
  const {living, going} = split(podsOf(simulation, set))
  const ready = living.filter(isReady).length
  writeStatus(simulation, replicaSets, set, {
    replicas: living.length,
    ...withoutZeros({fullyLabeledReplicas: living.length, readyReplicas: ready, availableReplicas: ready}),
    terminatingReplicas: going.length,
    observedGeneration: set.metadata.generation ?? 0,
    ...(refusal === undefined ? {} : {conditions: [failure(set, refusal, simulation.clock.date())]}),
  })
}

/** The first refusal stays until pods can be created again. Source: `calculateStatus` in kubernetes/pkg/controller/replicaset. */
function failure({status}: ReplicaSet, {message}: ApiError, now: Date): Condition {
  const known = status.conditions?.find(({type}) => type === replicaFailure)
  const lastTransitionTime = apiTime(now)
  return known ?? {type: replicaFailure, status: 'True', lastTransitionTime, reason: 'FailedCreate', message}
}
