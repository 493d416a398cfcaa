import {nodes, pods} from '../objects/resources.ts'
import {Kubelet} from './kubelet.ts'
import type {PodFaults} from './pod-faults.ts'
import {Scheduler} from './scheduler.ts'
import type {Controller, Simulation} from './simulation.ts'
import {isReady, isTerminating, type Pod} from './workload-types.ts'

export interface PodController extends Controller {
  /** Checks every pod that is not ready again: its fault may be over. */
  retryAll(): void
}

/** Assigns new pods to nodes and starts them, and ends terminating ones. */
export function podController(simulation: Simulation, faults: PodFaults): PodController {
  const {store} = simulation
  const scheduler = new Scheduler(simulation)
  const kubelet = new Kubelet(simulation, faults)
  const ending = new Set<string>()

  const admit = (pod: Pod): void => {
    if (faults.faultOf(pod)?.kind === 'unschedulable' || !scheduler.hasNodeFor(pod)) scheduler.refuse(pod)
    else kubelet.receive(scheduler.bind(pod))
  }
  /** A node that is lost ends nothing. */
  const end = (pod: Pod): void => {
    if (faults.isLost(pod.spec.nodeName)) return
    ending.add(pod.metadata.uid ?? '')
    kubelet.stop(pod)
  }
  const isEnding = ({metadata}: Pod): boolean => ending.has(metadata.uid ?? '')

  /** Those that no node took: a node may have changed. */
  const waiting = (): readonly string[] =>
    (store.all(pods) as readonly Pod[])
      .filter((pod) => pod.spec.nodeName === undefined && !isTerminating(pod) && pod.status.conditions !== undefined)
      .map(({metadata}) => `${metadata.namespace}/${metadata.name}`)

  return {
    concerns: ({resource, type, object, key}) => {
      if (resource === nodes) return waiting()
      if (resource !== pods) return []
      if (type === 'DELETED') ending.delete(object.metadata.uid ?? '')
      const isToEnd = type === 'MODIFIED' && isTerminating(object) && !isEnding(object as Pod)
      return type === 'ADDED' || isToEnd ? [key] : []
    },
    sync: (key) => {
      const pod = store.get(pods, key) as Pod | undefined
      if (pod === undefined || isEnding(pod)) return
      if (!isTerminating(pod)) return admit(pod)
      end(pod)
    },
    retryAll: () => {
      for (const pod of store.all(pods) as readonly Pod[]) {
        if (isTerminating(pod) && !isEnding(pod)) end(pod)
        if (isReady(pod) || isTerminating(pod)) continue
        if (pod.spec.nodeName === undefined) admit(pod)
        else kubelet.retry(pod)
      }
    },
  }
}
