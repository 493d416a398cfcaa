import {daemonSets, nodes, pods} from '../objects/resources.ts'
import {ApiError} from '../status.ts'
import {deletePod, podsOf, split, tryToCreatePod} from './pod-sets.ts'
import {revisionLabel, syncRevisions} from './revisions.ts'
import {resolve} from './rolling-update.ts'
import {type Controller, ownerKeys, type Simulation, withoutZeros, writeStatus} from './simulation.ts'
import {type DaemonSet, isReady, isTerminating, type Pod} from './workload-types.ts'

const component = 'daemonset-controller'
const hashKey = 'controller-revision-hash'
const generationKey = 'deprecated.daemonset.template.generation'

/**
 * Keeps one pod of each DaemonSet on every node, and replaces no more of them at once than may be unavailable.
 * Source: kubernetes/pkg/controller/daemon/update.go (`maxSurge` is not simulated).
 */
export function daemonSetController(simulation: Simulation): Controller {
  const allKeys = (): string[] =>
    simulation.store.all(daemonSets).map(({metadata}) => `${metadata.namespace}/${metadata.name}`)
  const sync = (key: string): void => {
    const set = simulation.store.get(daemonSets, key) as DaemonSet | undefined
    if (set === undefined || isTerminating(set)) return
    const inUse = new Set(
      podsOf(simulation, set).map((pod) => `${set.metadata.name}-${pod.metadata.labels?.[hashKey]}`),
    )
    const {update} = syncRevisions(simulation, daemonSets, set, inUse)
    const hash = revisionLabel(daemonSets, update)
    const refusal = place(simulation, set, hash)
    renew(simulation, set, hash)
    count(simulation, set, hash)
    if (refusal !== undefined) throw refusal
  }
  return {
    concerns: (change) => {
      if (change.resource === daemonSets) return [change.key]
      if (change.resource === nodes && change.type !== 'MODIFIED') return allKeys()
      return change.resource === pods ? ownerKeys(change, daemonSets) : []
    },
    sync,
  }
}

function nodeNames({store}: Simulation): readonly string[] {
  return store.all(nodes).map(({metadata}) => metadata.name)
}

function record(simulation: Simulation, set: DaemonSet, reason: string, message: string): void {
  simulation.record(daemonSets, set, {reason, message, component})
}

function end(simulation: Simulation, set: DaemonSet, pod: Pod): void {
  deletePod(simulation, pod)
  record(simulation, set, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
}

/** Returns why a pod could not be created. A node gets a new pod once its old pod is completely gone. */
function place(simulation: Simulation, set: DaemonSet, hash: string): ApiError | undefined {
  const all = podsOf(simulation, set)
  const wanted = nodeNames(simulation)
  for (const nodeName of wanted.filter((name) => !all.some(({spec}) => spec.nodeName === name))) {
    const labels = {
      [hashKey]: hash,
      'pod-template-generation': set.metadata.annotations?.[generationKey] ?? '1',
    }
    const owner = {resource: daemonSets, owner: set}
    const pod = tryToCreatePod(simulation, owner, set.spec.template, {labels, nodeName})
    if (pod instanceof ApiError) {
      const message = `Error creating: ${pod.message}`
      simulation.record(daemonSets, set, {type: 'Warning', reason: 'FailedCreate', message, component})
      return pod
    }
    record(simulation, set, 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`)
  }
  for (const pod of split(all).living) {
    if (!wanted.includes(pod.spec.nodeName ?? '')) end(simulation, set, pod)
  }
  return undefined
}

function renew(simulation: Simulation, set: DaemonSet, hash: string): void {
  if (set.spec.updateStrategy.type === 'OnDelete') return
  const wanted = nodeNames(simulation).length
  const {living} = split(podsOf(simulation, set))
  const ready = living.filter(isReady)
  const most = Math.max(1, resolve(set.spec.updateStrategy.rollingUpdate?.maxUnavailable ?? 1, wanted, Math.ceil))
  const isOld = ({metadata}: Pod): boolean => metadata.labels?.[hashKey] !== hash
  const broken = living.filter((pod) => isOld(pod) && !isReady(pod))
  const mayGo = Math.max(0, most - (wanted - ready.length))
  for (const pod of [...broken, ...ready.filter(isOld).slice(0, mayGo)]) end(simulation, set, pod)
}

function count(simulation: Simulation, set: DaemonSet, hash: string): void {
  const wanted = nodeNames(simulation).length
  const {living} = split(podsOf(simulation, set))
  const ready = living.filter(isReady).length
  const updated = living.filter(({metadata}) => metadata.labels?.[hashKey] === hash).length
  writeStatus(simulation, daemonSets, set, {
    currentNumberScheduled: living.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: wanted,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 0,
    ...withoutZeros({
      updatedNumberScheduled: updated,
      numberAvailable: ready,
      numberUnavailable: wanted - ready,
    }),
  })
}
