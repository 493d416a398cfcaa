import {setTimeout as sleep} from 'node:timers/promises'
import type {KubeObject, RealCluster} from './real-cluster.ts'

/** Below this path no image can be pulled; the stages of the test clusters see to it. */
export const brokenImage = 'registry.example/broken/app:1'

type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet'

export interface WorkloadOptions {
  /** Default `Deployment`. */
  readonly kind?: WorkloadKind
  readonly namespace: string
  readonly name: string
  readonly image: string
  /** Default 2; a DaemonSet has none. */
  readonly replicas?: number
  /** Of the workload itself, beside `app`. */
  readonly labels?: Readonly<Record<string, string>>
  /** Of its pods: what `stages.yaml` takes for trouble. */
  readonly podAnnotations?: Readonly<Record<string, string>>
  /** Further fields of the spec: strategy, deadline, paused. */
  readonly spec?: Readonly<Record<string, unknown>>
}

export function namespace(name: string): KubeObject {
  return {apiVersion: 'v1', kind: 'Namespace', metadata: {name}}
}

/** A workload of one container, `app`, whose pods carry the label `app` with its name. */
export function workload(options: WorkloadOptions): KubeObject {
  const {kind = 'Deployment', name, image, replicas = 2, labels, podAnnotations = {}, spec} = options
  const template = {
    metadata: {labels: {app: name}, annotations: podAnnotations},
    spec: {containers: [{name: 'app', image}], terminationGracePeriodSeconds: 0},
  }
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: {name, namespace: options.namespace, labels: {app: name, ...labels}},
    spec: {
      selector: {matchLabels: {app: name}},
      template,
      ...(kind !== 'DaemonSet' && {replicas}),
      ...(kind === 'StatefulSet' && {serviceName: name}),
      ...spec,
    },
  }
}

export interface FleetOptions {
  readonly deployments: number
  /** The deployments are dealt out over them in turn. */
  readonly namespaces: readonly string[]
  readonly image: string
  /** So many of the deployments run `image`, dealt out over the namespaces in turn; each of the others an image of its own. */
  readonly onImage: number
  readonly replicas?: number
}

/** Namespaces and deployments `app-0`, `app-1`, …; those that run the image come first. */
export function fleet({deployments, namespaces, image, onImage, replicas = 1}: FleetOptions): KubeObject[] {
  const workloads = Array.from({length: deployments}, (_, index) =>
    workload({
      namespace: namespaces[index % namespaces.length] ?? 'default',
      name: `app-${index}`,
      image: index < onImage ? image : `registry.example/other/app-${index}:1`,
      replicas,
    }),
  )
  return [...namespaces.map(namespace), ...workloads]
}

interface Revisioned {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly generation: number
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly {readonly kind: string; readonly name: string}[]
  }
}

export interface DeploymentHistory {
  readonly replicaSets: number
  /** Counts up with every change of the pod template: 1 when it was never restarted. */
  readonly revision: number
}

/** What the cluster itself says was rolled out, per deployment (`namespace/name`): one restart more is one revision more. */
export async function replicaSetCounts(cluster: RealCluster): Promise<Record<string, DeploymentHistory>> {
  const list = async (path: string) =>
    (await cluster.get<{items: readonly Revisioned[]}>(`/apis/apps/v1/${path}`)).items
  const [deployments, replicaSets] = await Promise.all([list('deployments'), list('replicasets')])
  const owners = Object.groupBy(replicaSets, ownerKey)
  return Object.fromEntries(
    deployments.map(({metadata}) => {
      const key = `${metadata.namespace}/${metadata.name}`
      const revision = Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)
      return [key, {replicaSets: owners[`Deployment ${key}`]?.length ?? 0, revision}]
    }),
  )
}

/** The same for StatefulSets and DaemonSets: ControllerRevisions by `Kind namespace/name`. */
export async function controllerRevisionCounts(cluster: RealCluster): Promise<Record<string, number>> {
  const {items} = await cluster.get<{items: readonly Revisioned[]}>('/apis/apps/v1/controllerrevisions')
  return Object.fromEntries(
    Object.entries(Object.groupBy(items, ownerKey)).map(([key, owned]) => [key, owned?.length ?? 0]),
  )
}

function ownerKey({metadata}: Revisioned): string {
  const owner = metadata.ownerReferences?.[0]
  return `${owner?.kind} ${metadata.namespace}/${owner?.name}`
}

interface Pod {
  readonly metadata: {readonly namespace: string; readonly name: string}
  readonly status: {readonly phase?: string; readonly conditions?: readonly {type: string; status: string}[]}
}

/** The pods of all namespaces that are not ready. */
export async function unreadyPods(cluster: RealCluster): Promise<readonly Pod[]> {
  const {items} = await cluster.get<{items: readonly Pod[]}>('/api/v1/pods')
  const isReady = ({status}: Pod) => status.conditions?.some(({type, status: is}) => type === 'Ready' && is === 'True')
  return items.filter((pod) => !isReady(pod))
}

/**
 * Waits until every workload is rolled out: the controller has seen its generation, and all pods are new and available.
 * Those in `except` (`namespace/name`) may stay as they are. Rejects after a minute.
 */
export async function untilRolledOut(cluster: RealCluster, except: readonly string[] = []): Promise<void> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const lists = await Promise.all(
      ['deployments', 'statefulsets', 'daemonsets'].map((plural) =>
        cluster.get<{items: readonly (Revisioned & Rollout)[]}>(`/apis/apps/v1/${plural}`),
      ),
    )
    const unfinished = lists
      .flatMap(({items}) => items)
      .filter((item) => !isRolledOut(item))
      .map(({metadata}) => `${metadata.namespace}/${metadata.name}`)
      .filter((key) => !except.includes(key))
    if (unfinished.length === 0) return
    if (performance.now() > deadline) {
      const pods = (await unreadyPods(cluster)).map(({metadata, status}) => `${metadata.name} ${status.phase}`)
      throw new Error(`after a minute not rolled out: ${unfinished.join(', ')}; pods not ready: ${pods.join(', ')}`)
    }
    await sleep(100)
  }
}

interface Rollout {
  readonly spec: {readonly replicas?: number}
  readonly status: Readonly<Partial<Record<string, number>>>
}

function isRolledOut({metadata, spec, status}: Revisioned & Rollout): boolean {
  const wanted = spec.replicas ?? status.desiredNumberScheduled ?? 0
  const updated = status.updatedReplicas ?? status.updatedNumberScheduled ?? 0
  const available = status.availableReplicas ?? status.numberAvailable ?? 0
  const total = status.replicas ?? status.currentNumberScheduled ?? 0
  const isSeen = (status.observedGeneration ?? 0) >= metadata.generation
  return isSeen && updated === wanted && available === wanted && total === wanted
}
