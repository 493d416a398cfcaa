import {pods, statefulSets} from '../objects/resources.ts'
import {ApiError} from '../status.ts'
import {deletePod, podsOf, tryToCreatePod} from './pod-sets.ts'
import {type Revisions, revisionLabel, syncRevisions, templateOf} from './revisions.ts'
import {type Controller, ownerKeys, type Simulation, withoutZeros, writeStatus} from './simulation.ts'
import {type ControllerRevision, isReady, isTerminating, type Pod, type StatefulSet} from './workload-types.ts'

const component = 'statefulset-controller'
const revisionKey = 'controller-revision-hash'

/**
 * Keeps the pods of StatefulSets, by ordinal and one at a time, and replaces them from the last ordinal to the partition.
 * Source: kubernetes/pkg/controller/statefulset/stateful_set_control.go.
 */
export function statefulSetController(simulation: Simulation): Controller {
  const sync = (key: string): void => {
    const set = simulation.store.get(statefulSets, key) as StatefulSet | undefined
    if (set === undefined || isTerminating(set)) return
    const inUse = new Set(podsOf(simulation, set).map(revisionOf))
    if (set.status.currentRevision) inUse.add(set.status.currentRevision)
    const revisions = syncRevisions(simulation, statefulSets, set, inUse)
    const refusal = step(simulation, set, revisions)
    count(simulation, set, revisions)
    if (refusal !== undefined) throw refusal
  }
  return {
    concerns: (change) => {
      if (change.resource === statefulSets) return [change.key]
      return change.resource === pods ? ownerKeys(change, statefulSets) : []
    },
    sync,
  }
}

function revisionOf({metadata}: Pod): string {
  return metadata.labels?.[revisionKey] ?? ''
}

function ordinalOf({metadata}: Pod): number {
  return Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1))
}

function partitionOf({spec: {updateStrategy}}: StatefulSet): number {
  return updateStrategy.type === 'OnDelete' ? Number.POSITIVE_INFINITY : (updateStrategy.rollingUpdate?.partition ?? 0)
}

/**
 * One action: create a missing pod, wait for one that is not ready, delete a surplus one, then replace. Returns why a pod
 * could not be created.
 */
function step(simulation: Simulation, set: StatefulSet, revisions: Revisions): ApiError | undefined {
  const all = podsOf(simulation, set)
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel'
  const byOrdinal = new Map(all.map((pod) => [ordinalOf(pod), pod]))
  for (let ordinal = 0; ordinal < set.spec.replicas; ordinal++) {
    const pod = byOrdinal.get(ordinal)
    const refusal = pod === undefined ? createOrdinal(simulation, set, revisions, ordinal) : undefined
    if (refusal !== undefined) return refusal
    const isSettled = pod !== undefined && !isTerminating(pod) && isReady(pod)
    if (isOrdered && !isSettled) return undefined
  }
  const tooMany = all
    .filter((pod) => ordinalOf(pod) >= set.spec.replicas)
    .toSorted((a, b) => ordinalOf(b) - ordinalOf(a))
  for (const pod of isOrdered ? tooMany.slice(0, 1) : tooMany) end(simulation, set, pod)
  if (tooMany.length === 0) renew(simulation, set, revisions, byOrdinal)
  return undefined
}

function createOrdinal(
  simulation: Simulation,
  set: StatefulSet,
  revisions: Revisions,
  ordinal: number,
): ApiError | undefined {
  const isHeldBack = ordinal < (set.spec.updateStrategy.rollingUpdate?.partition ?? 0)
  const revision = isHeldBack ? currentOf(set, revisions) : revisions.update
  const name = `${set.metadata.name}-${ordinal}`
  const labels = {
    [revisionKey]: revisionLabel(statefulSets, revision),
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  }
  const pod = tryToCreatePod(simulation, {resource: statefulSets, owner: set}, templateOf(revision), {name, labels})
  if (pod instanceof ApiError) {
    const message = `Create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${pod.message}`
    simulation.record(statefulSets, set, {type: 'Warning', reason: 'FailedCreate', message, component})
    return pod
  }
  const message = `Create Pod ${name} in StatefulSet ${set.metadata.name} successful`
  simulation.record(statefulSets, set, {reason: 'SuccessfulCreate', message, component})
  return undefined
}

function end(simulation: Simulation, set: StatefulSet, pod: Pod): void {
  if (isTerminating(pod)) return
  deletePod(simulation, pod)
  const message = `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`
  simulation.record(statefulSets, set, {reason: 'SuccessfulDelete', message, component})
}

/** From the last ordinal to the partition, each only when the one before is ready. */
function renew(
  simulation: Simulation,
  set: StatefulSet,
  {update}: Revisions,
  byOrdinal: ReadonlyMap<number, Pod>,
): void {
  for (let ordinal = set.spec.replicas - 1; ordinal >= partitionOf(set); ordinal--) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined || isTerminating(pod)) return
    if (revisionOf(pod) !== update.metadata.name) {
      end(simulation, set, pod)
      return
    }
    if (!isReady(pod)) return
  }
}

/** The newest revision, if there was no earlier one. */
function currentOf(set: StatefulSet, {all, update}: Revisions): ControllerRevision {
  return all.find(({metadata}) => metadata.name === set.status.currentRevision) ?? update
}

function count(simulation: Simulation, set: StatefulSet, revisions: Revisions): void {
  const all = podsOf(simulation, set)
  const living = all.filter((pod) => !isTerminating(pod))
  const ready = all.filter(isReady).length
  const update = revisions.update.metadata.name
  const current = currentOf(set, revisions).metadata.name
  const of = (name: string): number => living.filter((pod) => revisionOf(pod) === name).length
  const isRenewed =
    set.spec.updateStrategy.type === 'RollingUpdate' &&
    of(update) === all.length &&
    ready === all.length &&
    all.length === set.spec.replicas
  const nowCurrent = isRenewed ? update : current
  writeStatus(simulation, statefulSets, set, {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: all.length,
    ...withoutZeros({readyReplicas: ready, currentReplicas: of(nowCurrent), updatedReplicas: of(update)}),
    currentRevision: nowCurrent,
    updateRevision: update,
    collisionCount: 0,
    availableReplicas: ready,
  })
}
