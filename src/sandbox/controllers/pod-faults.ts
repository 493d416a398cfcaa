import {daemonSets, deployments, type Resource, replicaSets, statefulSets} from '../objects/resources.ts'
import type {Store} from '../objects/store.ts'
import type {Trouble, WorkloadMatch} from '../trouble.ts'
import type {Pod} from './workload-types.ts'

type Unpullable = Extract<Trouble, {readonly type: 'unpullable-image'}>
type PullProblem = NonNullable<Unpullable['why']>

/** Why a new pod does not become ready. */
export type Fault =
  | {readonly kind: 'unpullable'; readonly container: string; readonly image: string; readonly why: PullProblem}
  | {readonly kind: 'stuck'}
  | {readonly kind: 'crash-loop'}
  | {readonly kind: 'unattached'}
  | {readonly kind: 'unschedulable'}

/** What is wrong, at the time of the call. */
export interface PodFaults {
  /** What keeps a pod from becoming ready. */
  faultOf(pod: Pod): Fault | undefined
  /** Does a node not answer? */
  isLost(node: string | undefined): boolean
}

/** The faults of the pods of a cluster with these troubles. */
export function podFaults(store: Store, troubles: () => readonly Trouble[]): PodFaults {
  return {
    faultOf: (pod) => faultOf(store, troubles(), pod),
    isLost: (node) =>
      node !== undefined &&
      troubles().some((trouble) => trouble.type === 'lost-nodes' && matchesPattern(trouble.nodes, node)),
  }
}

/** The fault of a pod, the first in this order: no node, no volume, no image, a crash, not ready. */
function faultOf(store: Store, troubles: readonly Trouble[], pod: Pod): Fault | undefined {
  const {spec} = pod
  const workload = workloadOf(store, pod)
  const has = (type: Trouble['type']): boolean =>
    troubles.some(
      (trouble) => trouble.type === type && 'name' in trouble && concerns(trouble as WorkloadMatch, workload),
    )
  if (has('unschedulable')) return {kind: 'unschedulable'}
  if (has('volume-attached-elsewhere')) return {kind: 'unattached'}
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  const [broken] = containers.flatMap(({name, image}) => {
    const found = troubles.find(
      (trouble) => trouble.type === 'unpullable-image' && matchesPattern(trouble.image, image),
    ) as Unpullable | undefined
    return found === undefined ? [] : [{container: name, image, why: found.why ?? 'not-found'} as const]
  })
  if (broken !== undefined) return {kind: 'unpullable', ...broken}
  if (has('crash-loop')) return {kind: 'crash-loop'}
  return has('stuck-rollout') ? {kind: 'stuck'} : undefined
}

/** `*` matches any text, slashes included. */
function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(text)
}

interface Workload {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

function concerns(match: WorkloadMatch, workload: Workload | undefined): boolean {
  if (workload === undefined) return false
  const {kind = workload.kind, namespace, name} = match
  return kind === workload.kind && namespace === workload.namespace && name === workload.name
}

/** The Deployment, StatefulSet or DaemonSet that a pod belongs to. */
function workloadOf(store: Store, {metadata}: Pod): Workload | undefined {
  const owner = metadata.ownerReferences?.find(({controller}) => controller === true)
  const namespace = metadata.namespace ?? ''
  if (owner === undefined) return undefined
  const direct: readonly Resource[] = [statefulSets, daemonSets]
  if (direct.some(({kind}) => kind === owner.kind)) return {kind: owner.kind, namespace, name: owner.name}
  const set = store.get(replicaSets, `${namespace}/${owner.name}`)
  const above = set?.metadata.ownerReferences?.find(({kind}) => kind === deployments.kind)
  return above && {kind: above.kind, namespace, name: above.name}
}
