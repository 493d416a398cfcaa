import {pods, replicaSets} from '../objects/resources.ts'
import {createPod, deletePod, leastMissed, podsOf, split} from './pod-sets.ts'
import {type Controller, ownerKeys, type Simulation, withoutZeros, writeStatus} from './simulation.ts'
import {isReady, isTerminating, type ReplicaSet} from './workload-types.ts'

/** Keeps the number of pods that each ReplicaSet specifies, and counts them. */
export function replicaSetController(simulation: Simulation): Controller {
  return {
    concerns: (change) => {
      if (change.resource === replicaSets) return [change.key]
      return change.resource === pods ? ownerKeys(change, replicaSets) : []
    },
    sync: (key) => {
      const set = simulation.store.get(replicaSets, key) as ReplicaSet | undefined
      if (set === undefined || isTerminating(set)) return
      correct(simulation, set)
      count(simulation, set)
    },
  }
}

function correct(simulation: Simulation, set: ReplicaSet): void {
  const {living} = split(podsOf(simulation, set))
  const missing = set.spec.replicas - living.length
  const record = (reason: string, message: string): void =>
    simulation.record(replicaSets, set, {reason, message, component: 'replicaset-controller'})
  for (let created = 0; created < missing; created++) {
    const pod = createPod(simulation, {resource: replicaSets, owner: set}, set.spec.template)
    record('SuccessfulCreate', `Created pod: ${pod.metadata.name}`)
  }
  for (const pod of leastMissed(living).slice(0, Math.max(0, -missing))) {
    deletePod(simulation, pod)
    record('SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
  }
}

function count(simulation: Simulation, set: ReplicaSet): void {
  const {living, going} = split(podsOf(simulation, set))
  const ready = living.filter(isReady).length
  writeStatus(simulation, replicaSets, set, {
    replicas: living.length,
    ...withoutZeros({fullyLabeledReplicas: living.length, readyReplicas: ready, availableReplicas: ready}),
    terminatingReplicas: going.length,
    observedGeneration: set.metadata.generation ?? 0,
  })
}
