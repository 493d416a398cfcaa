import type {ApiObject} from '../api-object.ts'
import {apiTime} from '../objects/metadata.ts'
import {daemonSets, nodes, pods} from '../objects/resources.ts'
import {controllerManager, type Simulation, writeStatus} from './simulation.ts'
import type {Taint} from './tolerations.ts'
import {type Condition, isTerminating, type Pod} from './workload-types.ts'

/** For so long a pod tolerates that its node does not answer, by the default of the API server. */
const toleratedMs = 300_000
const unreachable = 'node.kubernetes.io/unreachable'
const component = 'node-controller'

interface Node extends ApiObject {
  readonly spec: {readonly taints?: readonly Taint[]}
  readonly status: {readonly conditions?: readonly Condition[]}
}

/**
 * Marks nodes that do not answer: their conditions become unknown, they are tainted, their pods are not ready and are deleted
 * five minutes later. Source: kubernetes/pkg/controller/nodelifecycle and tainteviction.
 */
export class NodeLifecycle {
  readonly #simulation: Simulation
  readonly #isLost: (node: string) => boolean
  /** By name: how to cancel the deletion of its pods. */
  readonly #lost = new Map<string, () => void>()

  constructor(simulation: Simulation, isLost: (node: string) => boolean) {
    this.#simulation = simulation
    this.#isLost = isLost
  }

  /** Looks which nodes answer now. */
  refresh(): void {
    for (const node of this.#simulation.store.all(nodes) as readonly Node[]) {
      const {name} = node.metadata
      const isLost = this.#isLost(name)
      if (isLost && !this.#lost.has(name)) this.#lose(node)
      else if (!isLost && this.#lost.has(name)) this.#recover(node)
    }
  }

  #lose(node: Node): void {
    const {name} = node.metadata
    this.#writeConditions(node, 'Unknown', {
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    })
    const taint = (effect: Taint['effect']): Taint => ({key: unreachable, effect})
    this.#writeTaints(node, [...(node.spec.taints ?? []), taint('NoSchedule'), taint('NoExecute')])
    for (const pod of this.#podsOf(name)) this.#markNotReady(pod)
    const cancel = this.#simulation.agenda.after(toleratedMs, () => this.#evict(name))
    this.#lost.set(name, cancel)
  }

  #recover(node: Node): void {
    this.#lost.get(node.metadata.name)?.()
    this.#lost.delete(node.metadata.name)
    this.#writeConditions(node, 'False', {reason: 'KubeletReady', message: 'kubelet is posting ready status'})
    this.#writeTaints(
      node,
      (node.spec.taints ?? []).filter(({key}) => key !== unreachable),
    )
  }

  /** @param status of every condition but `Ready`, which is the opposite of the others */
  #writeConditions(node: Node, status: 'Unknown' | 'False', why: {reason: string; message: string}): void {
    const time = apiTime(this.#simulation.clock.date())
    const conditions = (node.status.conditions ?? []).map((condition) => ({
      ...condition,
      ...why,
      status: condition.type === 'Ready' && status === 'False' ? 'True' : status,
      lastTransitionTime: time,
    }))
    writeStatus(this.#simulation, nodes, node, {...node.status, conditions})
  }

  #writeTaints({metadata: {name}}: Node, taints: readonly Taint[]): void {
    const change = (current: ApiObject): ApiObject => {
      const {taints: _taints, ...spec} = current.spec as Node['spec']
      return {...current, spec: {...spec, ...(taints.length > 0 && {taints})}}
    }
    this.#simulation.registry.update(nodes, {namespace: undefined, name}, change, controllerManager)
  }

  #markNotReady(pod: Pod): void {
    const time = apiTime(this.#simulation.clock.date())
    const conditions = (pod.status.conditions ?? []).map((condition) =>
      condition.type === 'Ready' && condition.status === 'True'
        ? {...condition, status: 'False', lastTransitionTime: time}
        : condition,
    )
    writeStatus(this.#simulation, pods, pod, {...pod.status, conditions})
    this.#simulation.record(pods, pod, {
      type: 'Warning',
      reason: 'NodeNotReady',
      message: 'Node is not ready',
      component,
    })
  }

  /** Pods of a DaemonSet tolerate the taint without an end. */
  #evict(node: string): void {
    for (const pod of this.#podsOf(node)) {
      const {name, namespace, ownerReferences = []} = pod.metadata
      if (isTerminating(pod) || ownerReferences.some(({kind}) => kind === daemonSets.kind)) continue
      const message = `Marking for deletion Pod ${namespace}/${name}`
      this.#simulation.record(pods, pod, {
        reason: 'TaintManagerEviction',
        message,
        component: 'taint-eviction-controller',
      })
      this.#simulation.registry.delete(pods, namespace, name)
    }
  }

  #podsOf(node: string): readonly Pod[] {
    return (this.#simulation.store.all(pods) as readonly Pod[]).filter(({spec}) => spec.nodeName === node)
  }
}
