import {pods} from '../objects/resources.ts'
import {Kubelet} from './kubelet.ts'
import type {Fault} from './pod-faults.ts'
import {Scheduler} from './scheduler.ts'
import type {Controller, Simulation} from './simulation.ts'
import {isReady, isTerminating, type Pod} from './workload-types.ts'

export interface PodController extends Controller {
  /** Checks every pod that is not ready again: its fault may be over. */
  retryAll(): void
}

/** Assigns new pods to nodes and starts them, and ends terminating ones. */
export function podController(simulation: Simulation, faultOf: (pod: Pod) => Fault | undefined): PodController {
  const {store} = simulation
  const scheduler = new Scheduler(simulation)
  const kubelet = new Kubelet(simulation, faultOf)
  const ending = new Set<string>()

  const admit = (pod: Pod): void => {
    if (faultOf(pod)?.kind === 'unschedulable') scheduler.refuse(pod)
    else kubelet.receive(scheduler.bind(pod))
  }
  const isEnding = ({metadata}: Pod): boolean => ending.has(metadata.uid ?? '')

  return {
    concerns: ({resource, type, object, key}) => {
      if (resource !== pods) return []
      if (type === 'DELETED') ending.delete(object.metadata.uid ?? '')
      const isToEnd = type === 'MODIFIED' && isTerminating(object) && !isEnding(object as Pod)
      return type === 'ADDED' || isToEnd ? [key] : []
    },
    sync: (key) => {
      const pod = store.get(pods, key) as Pod | undefined
      if (pod === undefined || isEnding(pod)) return
      if (!isTerminating(pod)) return admit(pod)
      ending.add(pod.metadata.uid ?? '')
      kubelet.stop(pod)
    },
    retryAll: () => {
      for (const pod of store.all(pods) as readonly Pod[]) {
        if (isReady(pod) || isTerminating(pod)) continue
        if (pod.spec.nodeName === undefined) admit(pod)
        else kubelet.retry(pod)
      }
    },
  }
}
