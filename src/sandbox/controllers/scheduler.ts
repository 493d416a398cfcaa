import {nodes, pods} from '../objects/resources.ts'
import {unschedulable, unschedulableMessage} from './pod-status.ts'
import {type Simulation, writeStatus} from './simulation.ts'
import type {Pod} from './workload-types.ts'

const component = 'default-scheduler'

/** Distributes pods over the nodes, round robin. */
export class Scheduler {
  readonly #simulation: Simulation
  #dealt = 0

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** The pod with its node; a pod that has one keeps it. */
  bind(pod: Pod): Pod {
    const {store, registry, record} = this.#simulation
    const {namespace, name} = pod.metadata
    const names = store.all(nodes).map(({metadata}) => metadata.name)
    const nodeName = pod.spec.nodeName ?? names[this.#dealt++ % Math.max(1, names.length)] ?? ''
    if (pod.spec.nodeName === undefined) {
      const bind = (current: Pod): Pod => ({...current, spec: {...current.spec, nodeName}})
      registry.update(pods, {namespace, name}, (current) => bind(current as Pod), {manager: 'kube-scheduler'})
    }
    record(pods, pod, {
      reason: 'Scheduled',
      message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
      component,
    })
    return registry.read(pods, namespace, name) as Pod
  }

  /** The pod stays without a node, and its condition says why. */
  refuse(pod: Pod): void {
    const {store, record, clock} = this.#simulation
    const count = store.all(nodes).length
    writeStatus(this.#simulation, pods, pod, unschedulable(pod, count, clock.date()))
    record(pods, pod, {
      type: 'Warning',
      reason: 'FailedScheduling',
      message: unschedulableMessage(count),
      component,
    })
  }
}
