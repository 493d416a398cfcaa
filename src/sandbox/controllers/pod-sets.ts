import type {ApiObject} from '../api-object.ts'
import {randomSuffix} from '../objects/metadata.ts'
import {pods, type Resource} from '../objects/resources.ts'
import {ApiError} from '../status.ts'
import {controlledBy, controllerManager, type Simulation} from './simulation.ts'
import {isReady, isTerminating, type Pod, type PodTemplate} from './workload-types.ts'

/** The pods that an object controls, in the order of their names. */
export function podsOf({store}: Simulation, owner: ApiObject): readonly Pod[] {
  return store.ownedBy(owner.metadata.uid ?? '', pods) as readonly Pod[]
}

interface NewPod {
  /** Default: a generated one. */
  readonly name?: string
  readonly labels?: Record<string, string>
  /** Default: the scheduler decides. */
  readonly nodeName?: string
}

/** Creates a pod of the template, controlled by the owner. */
export function createPod(
  simulation: Simulation,
  {resource, owner}: {readonly resource: Resource; readonly owner: ApiObject},
  template: PodTemplate,
  {name, labels, nodeName}: NewPod = {},
): Pod {
  const generateName = `${owner.metadata.name}-`
  return simulation.registry.create(
    pods,
    owner.metadata.namespace,
    {
      metadata: {
        name: name ?? `${generateName}${randomSuffix(simulation.random)}`,
        ...(name === undefined ? {generateName} : {}),
        labels: {...template.metadata.labels, ...labels},
        ...(template.metadata.annotations ? {annotations: template.metadata.annotations} : {}),
        ...controlledBy(resource, owner),
      },
      spec: {...template.spec, ...(nodeName === undefined ? {} : {nodeName})},
    },
    controllerManager,
  ) as Pod
}

/** As `createPod`; what the API refuses is returned. */
export function tryToCreatePod(...args: Parameters<typeof createPod>): Pod | ApiError {
  try {
    return createPod(...args)
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

/** Requests a pod's end, which takes time. */
export function deletePod({registry}: Simulation, {metadata}: Pod): void {
  registry.delete(pods, metadata.namespace, metadata.name)
}

/** The pods that are not terminating, and those that are. */
export function split(all: readonly Pod[]): {readonly living: readonly Pod[]; readonly going: readonly Pod[]} {
  return {living: all.filter((pod) => !isTerminating(pod)), going: all.filter(isTerminating)}
}

/** The order in which surplus pods are deleted: those that do not run, then those that are not ready, then the youngest. */
export function leastMissed(all: readonly Pod[]): readonly Pod[] {
  const rank = (pod: Pod): number =>
    pod.spec.nodeName === undefined ? 0 : pod.status.phase === 'Pending' ? 1 : isReady(pod) ? 3 : 2
  return all.toSorted(
    (a, b) =>
      rank(a) - rank(b) || ((a.metadata.creationTimestamp ?? '' < (b.metadata.creationTimestamp ?? '')) ? 1 : -1),
  )
}
