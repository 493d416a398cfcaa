import type {ApiObject} from './api-object.ts'
import {controllerManager} from './controllers/simulation.ts'
import {apiTime} from './objects/metadata.ts'
import type {Registry} from './objects/registry.ts'
import {daemonSets, deployments, namespaces, nodes, type Resource, statefulSets} from './objects/resources.ts'
import type {ClusterSpec, ContainerSpec, WorkloadSpec} from './spec.ts'

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

/** Writes the namespaces and nodes that every cluster has. */
export function seedCluster(registry: Registry, spec: ClusterSpec, now: Date): void {
  for (const name of [...systemNamespaces, ...(spec.namespaces ?? [])]) ensureNamespace(registry, name)
  for (let number = 1; number <= (spec.nodes ?? 3); number++) {
    registry.create(nodes, undefined, nodeObject(spec, number, now), controllerManager)
  }
}

export function ensureNamespace(registry: Registry, name: string): void {
  if (registry.store.get(namespaces, name) !== undefined) return
  registry.create(namespaces, undefined, {metadata: {name}}, controllerManager)
}

function nodeObject({name, version = 'v1.36.3'}: ClusterSpec, number: number, now: Date): ApiObject {
  const hostname = `${hostnameOf(name)}-node-${number}`
  const time = apiTime(now)
  const condition = (type: string, status: string, reason: string, message: string): object => ({
    type,
    status,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
    reason,
    message,
  })
  const capacity = {cpu: '8', memory: '32Gi', pods: '110'}
  return {
    metadata: {
      name: hostname,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': hostname,
        'kubernetes.io/os': 'linux',
        'node-role.kubernetes.io/worker': '',
      },
    },
    spec: {podCIDR: `10.244.${number}.0/24`, podCIDRs: [`10.244.${number}.0/24`]},
    status: {
      capacity,
      allocatable: capacity,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      addresses: [
        {type: 'InternalIP', address: `172.18.0.${number + 1}`},
        {type: 'Hostname', address: hostname},
      ],
      nodeInfo: {
        kubeletVersion: version,
        osImage: 'Simulated Linux',
        kernelVersion: '6.12.0-sandbox',
        containerRuntimeVersion: 'containerd://2.1.0',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  }
}

/** A context may have any name, a node may not. */
function hostnameOf(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return plain.slice(-40).replace(/^-|-$/g, '') || 'cluster'
}

/** The object of the API for a workload of a spec. */
export function workloadObject(spec: WorkloadSpec): {readonly resource: Resource; readonly object: ApiObject} {
  const {kind = 'Deployment', namespace, name, labels = {}, annotations} = spec
  const resource = {Deployment: deployments, StatefulSet: statefulSets, DaemonSet: daemonSets}[kind]
  const selector = {'app.kubernetes.io/name': name}
  const containers = spec.containers ?? [{name, image: spec.image}]
  const template = {metadata: {labels: {...selector, ...labels}}, spec: podSpec(containers)}
  const object: ApiObject = {
    metadata: {name, namespace, labels: {...selector, ...labels}, ...(annotations ? {annotations} : {})},
    spec: {selector: {matchLabels: selector}, ...sizeOf(spec), template, ...strategyOf(spec)},
  }
  return {resource, object}
}

function podSpec(containers: readonly ContainerSpec[]): object {
  const init = containers.filter((each) => each.init || each.sidecar)
  const plain = ({name, image, sidecar}: ContainerSpec): object => ({
    name,
    image,
    ...(sidecar ? {restartPolicy: 'Always'} : {}),
  })
  const main = containers.filter((each) => !init.includes(each))
  return {containers: main.map(plain), ...(init.length > 0 ? {initContainers: init.map(plain)} : {})}
}

function sizeOf({kind, name, replicas = 2, progressDeadlineSeconds, paused}: WorkloadSpec): object {
  if (kind === 'DaemonSet') return {}
  if (kind === 'StatefulSet') return {replicas, serviceName: name}
  return {
    replicas,
    ...(progressDeadlineSeconds === undefined ? {} : {progressDeadlineSeconds}),
    ...(paused === undefined ? {} : {paused}),
  }
}

function strategyOf({
  kind,
  strategy: type = 'RollingUpdate',
  maxSurge,
  maxUnavailable,
  partition,
}: WorkloadSpec): object {
  const parameters = Object.fromEntries(
    Object.entries({maxSurge, maxUnavailable, partition}).filter(([, value]) => value !== undefined),
  )
  const isRolling = type === 'RollingUpdate' && Object.keys(parameters).length > 0
  const strategy = {type, ...(isRolling ? {rollingUpdate: parameters} : {})}
  return kind === 'StatefulSet' || kind === 'DaemonSet' ? {updateStrategy: strategy} : {strategy}
}
