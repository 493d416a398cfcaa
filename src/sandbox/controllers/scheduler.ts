import {nodes, pods} from '../objects/resources.ts'
import {unschedulable, unschedulableMessage} from './pod-status.ts'
import {type Simulation, writeStatus} from './simulation.ts'
import {accepts} from './tolerations.ts'
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
    const {registry, record} = this.#simulation
    const {namespace, name} = pod.metadata
    const names = this.#nodesFor(pod)
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

  /** Is there a node for it? A pod that has one needs none. */
  hasNodeFor(pod: Pod): boolean {
    return pod.spec.nodeName !== undefined || this.#nodesFor(pod).length > 0
  }

  #nodesFor(pod: Pod): readonly string[] {
    const {store} = this.#simulation
    return store
      .all(nodes)
      .filter((node) => accepts(node, pod))
      .map(({metadata}) => metadata.name)
  }

  /** The pod stays without a node, and its condition says why. */
  refuse(pod: Pod): void {
    const {store, record, clock} = this.#simulation
    const message = unschedulableMessage(store.all(nodes).length, this.hasNodeFor(pod) ? 'full' : 'tainted')
    writeStatus(this.#simulation, pods, pod, unschedulable(pod, message, clock.date()))
    record(pods, pod, {
      type: 'Warning',
      reason: 'FailedScheduling',
      message,
      component,
    })
  }
}
