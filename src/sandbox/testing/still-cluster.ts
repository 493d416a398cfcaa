import {createVirtualClock, type VirtualClock} from '../../../test/support/virtual-clock.ts'
import type {ApiObject} from '../api-object.ts'
import type {SandboxCluster} from '../sandbox.ts'
import type {ClusterSpec, WorkloadSpec} from '../spec.ts'
import {startSandbox} from '../start-sandbox.ts'

// biome-ignore lint/suspicious/noExplicitAny: assertions reach into objects of any kind
export type Fields = any

export const web = {namespace: 'shop', name: 'web', image: 'app:1'} as const

/** A cluster whose time stands still until the test advances it. */
export interface StillCluster extends AsyncDisposable {
  readonly cluster: SandboxCluster
  readonly clock: VirtualClock
}

export async function openStill(workload: WorkloadSpec, more: Partial<ClusterSpec> = {}): Promise<StillCluster> {
  const clock = createVirtualClock({loopback: false, start: new Date('2026-05-01T10:00:00Z')})
  const clusters = [{name: 'eu', workloads: [workload], ...more}]
  const sandbox = await startSandbox({clusters}, {clock, random: () => 0.5})
  return {cluster: sandbox.cluster('eu'), clock, [Symbol.asyncDispose]: () => sandbox.close()}
}

/** Changes the pod template as a restart does. */
export function restart(cluster: SandboxCluster, workload: WorkloadSpec, stamp = '1'): ApiObject {
  const {kind = 'Deployment', namespace, name} = workload
  return cluster.patch(kind, namespace, name, {spec: {template: {metadata: {annotations: {stamp}}}}})
}

export function read(cluster: SandboxCluster, {kind = 'Deployment', namespace, name}: WorkloadSpec): Fields {
  return cluster.object(kind, namespace, name)
}

export function pods(cluster: SandboxCluster): Fields[] {
  return [...cluster.objects('Pod', 'shop')]
}

/** How many pods are ready. */
export function ready(cluster: SandboxCluster): number {
  return pods(cluster).filter(({status}) => status.containerStatuses?.every((each: Fields) => each.ready)).length
}

/** The restart stamp of each pod, by name. */
export function stamps(cluster: SandboxCluster): (string | undefined)[] {
  return pods(cluster).map(({metadata}) => metadata.annotations?.stamp)
}

export function condition(workload: Fields, type: string): Fields {
  return workload.status.conditions.find((each: Fields) => each.type === type)
}
