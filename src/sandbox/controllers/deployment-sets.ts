import type {ObjectMeta} from '../api-object.ts'
import {templateHash} from '../objects/metadata.ts'
import {deployments, replicaSets} from '../objects/resources.ts'
import {newReplicas, roomOf} from './rolling-update.ts'
import {controlledBy, controllerManager, type Simulation} from './simulation.ts'
import type {Deployment, PodTemplate, ReplicaSet} from './workload-types.ts'

export const revisionKey = 'deployment.kubernetes.io/revision'
const historyKey = 'deployment.kubernetes.io/revision-history'
export const desiredKey = 'deployment.kubernetes.io/desired-replicas'
const maxKey = 'deployment.kubernetes.io/max-replicas'
const hashKey = 'pod-template-hash'

/** Annotations of a Deployment that its ReplicaSets do not get. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionKey,
  historyKey,
  desiredKey,
  maxKey,
  'deprecated.deployment.rollback.to',
])

export interface Sets {
  /** The one with the Deployment's template. */
  readonly current: ReplicaSet | undefined
  /** The others, oldest first. */
  readonly old: readonly ReplicaSet[]
}

export function setsOf({store}: Simulation, deployment: Deployment): Sets {
  const owned = store.ownedBy(deployment.metadata.uid ?? '', replicaSets) as readonly ReplicaSet[]
  const hash = templateHash(deployment.spec.template)
  const sorted = owned.toSorted((a, b) => revisionOf(a.metadata) - revisionOf(b.metadata))
  const current = sorted.find(({metadata}) => metadata.labels?.[hashKey] === hash)
  return {current, old: sorted.filter((set) => set !== current)}
}

export function revisionOf({annotations}: ObjectMeta): number {
  return Number(annotations?.[revisionKey] ?? 0)
}

export function createSet(simulation: Simulation, deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet {
  const hash = templateHash(deployment.spec.template)
  const {selector, template} = deployment.spec
  const withHash = (labels: Record<string, string> | undefined): Record<string, string> => ({
    ...labels,
    [hashKey]: hash,
  })
  const ownTemplate: PodTemplate = {
    ...template,
    metadata: {...template.metadata, labels: withHash(template.metadata.labels)},
  }
  const replicas = newReplicas(deployment, undefined, old)
  const created = simulation.registry.create(
    replicaSets,
    deployment.metadata.namespace,
    {
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        labels: withHash(template.metadata.labels),
        annotations: annotationsFor(deployment, undefined, old),
        ...controlledBy(deployments, deployment),
      },
      spec: {
        replicas,
        selector: {matchLabels: withHash(selector.matchLabels)},
        template: ownTemplate,
      },
    },
    controllerManager,
  ) as ReplicaSet
  if (replicas > 0) recordScaling(simulation, deployment, created, {from: 0, to: replicas})
  return created
}

/** The annotations of the current ReplicaSet: its revision is higher than all others, an earlier one is kept in the history. */
export function annotationsFor(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): Record<string, string> {
  const last = Math.max(0, ...old.map(({metadata}) => revisionOf(metadata)))
  const own = current === undefined ? 0 : revisionOf(current.metadata)
  const known = current?.metadata.annotations ?? {}
  const history = own > 0 && own <= last ? {[historyKey]: [known[historyKey], own].filter(Boolean).join(',')} : {}
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !notCopied.has(key))
  return {
    ...known,
    ...Object.fromEntries(copied),
    ...sizeAnnotations(deployment),
    [revisionKey]: String(Math.max(own, last + 1)),
    ...history,
  }
}

function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const {replicas} = deployment.spec
  return {[desiredKey]: String(replicas), [maxKey]: String(replicas + roomOf(deployment).surge)}
}

/** Scales a ReplicaSet and writes the event. False: it has that size already. */
export function scaleSet(simulation: Simulation, deployment: Deployment, set: ReplicaSet, replicas: number): boolean {
  const {namespace, name, annotations} = set.metadata
  const size = sizeAnnotations(deployment)
  const isLabelled = Object.entries(size).every(([key, value]) => annotations?.[key] === value)
  if (set.spec.replicas === replicas && isLabelled) return false
  simulation.registry.update(
    replicaSets,
    {namespace, name},
    (current) => ({
      ...current,
      metadata: {...current.metadata, annotations: {...current.metadata.annotations, ...size}},
      spec: {...(current as ReplicaSet).spec, replicas},
    }),
    controllerManager,
  )
  if (set.spec.replicas === replicas) return false
  recordScaling(simulation, deployment, set, {from: set.spec.replicas, to: replicas})
  return true
}

function recordScaling(
  {record}: Simulation,
  deployment: Deployment,
  {metadata}: ReplicaSet,
  {from, to}: {readonly from: number; readonly to: number},
): void {
  const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${metadata.name} from ${from} to ${to}`
  record(deployments, deployment, {reason: 'ScalingReplicaSet', message, component: 'deployment-controller'})
}
