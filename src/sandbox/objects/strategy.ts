import type {ApiObject} from '../api-object.ts'
import {listAt, objectAt, sameJson} from '../patches/json.ts'
import type {Resource} from './resources.ts'
import {withAddress} from './service-address.ts'

/**
 * How the API treats an object of each kind in a write: which part a client may not set, and what counts as a new
 * generation. Source: the `strategy.go` of each resource in kubernetes/pkg/registry.
 */
interface Strategy {
  /** The status of a new object, whatever the client sent; undefined: the client's. */
  readonly initialStatus?: unknown
  /** Its status is written only through the subresource. */
  readonly ownsStatus?: boolean
  /** Undefined: objects of this kind have no generation. */
  readonly isNewGeneration?: (next: ApiObject, previous: ApiObject) => boolean
}

const specChanged = (next: ApiObject, previous: ApiObject): boolean => !sameJson(next.spec, previous.spec)

/** Assigning a pod to a node is no new generation. */
function unbound({spec}: ApiObject): object {
  const {nodeName: _nodeName, ...rest} = objectAt(spec)
  return rest
}

const strategies: Readonly<Record<string, Strategy>> = {
  Deployment: {
    initialStatus: {},
    ownsStatus: true,
    isNewGeneration: (next, previous) =>
      specChanged(next, previous) || !sameJson(next.metadata.annotations ?? {}, previous.metadata.annotations ?? {}),
  },
  ReplicaSet: {initialStatus: {replicas: 0}, ownsStatus: true, isNewGeneration: specChanged},
  StatefulSet: {
    initialStatus: {replicas: 0, availableReplicas: 0},
    ownsStatus: true,
    isNewGeneration: specChanged,
  },
  DaemonSet: {
    initialStatus: {currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0},
    ownsStatus: true,
    isNewGeneration: specChanged,
  },
  Pod: {
    initialStatus: {phase: 'Pending', qosClass: 'BestEffort'},
    ownsStatus: true,
    isNewGeneration: (next, previous) => !sameJson(unbound(next), unbound(previous)),
  },
  Namespace: {initialStatus: {phase: 'Active'}, ownsStatus: true},
  Node: {ownsStatus: true},
  CronJob: {initialStatus: {}, ownsStatus: true, isNewGeneration: specChanged},
  CustomResourceDefinition: {initialStatus: {}, ownsStatus: true, isNewGeneration: specChanged},
  HorizontalPodAutoscaler: {initialStatus: {currentMetrics: null, desiredReplicas: 0}, ownsStatus: true},
  Ingress: {initialStatus: {loadBalancer: {}}, ownsStatus: true, isNewGeneration: specChanged},
  Job: {initialStatus: {}, ownsStatus: true, isNewGeneration: specChanged},
  NetworkPolicy: {isNewGeneration: specChanged},
  PersistentVolumeClaim: {initialStatus: {phase: 'Pending'}, ownsStatus: true},
  PodDisruptionBudget: {
    initialStatus: {disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0},
    ownsStatus: true,
    isNewGeneration: specChanged,
  },
  PriorityClass: {isNewGeneration: ({value}, previous) => value !== previous.value},
  ResourceQuota: {initialStatus: {}, ownsStatus: true},
  Service: {initialStatus: {loadBalancer: {}}, ownsStatus: true},
}

/** Is the status written only through the subresource? */
export function ownsStatus({kind, subresources, custom}: Resource): boolean {
  if (custom !== undefined) return subresources.some(({name}) => name === 'status')
  return strategies[kind]?.ownsStatus ?? false
}

function strategyOf(resource: Resource): Strategy {
  if (resource.custom === undefined) return strategies[resource.kind] ?? {}
  return {ownsStatus: ownsStatus(resource), isNewGeneration: contentChanged}
}

/** A custom resource has a new generation when anything but its metadata and its status changes. */
function contentChanged(next: ApiObject, previous: ApiObject): boolean {
  const content = ({metadata: _metadata, status: _status, ...rest}: ApiObject): object => rest
  return !sameJson(content(next), content(previous))
}

const templateGeneration = 'deprecated.daemonset.template.generation'

/** Fields that the server adds to a new object. */
const finishers: Readonly<Record<string, (object: ApiObject) => ApiObject>> = {
  CustomResourceDefinition: (object) => {
    const stored = listAt(object.spec, 'versions').filter(({storage}) => storage === true)
    const storedVersions = stored.map(({name}) => name)
    return {...object, status: {conditions: null, acceptedNames: {plural: '', kind: ''}, storedVersions}}
  },
  DaemonSet: (object) => annotated(object, templateGeneration, '1'),
  Namespace: ({metadata, ...object}) => {
    const labels = {...metadata.labels, 'kubernetes.io/metadata.name': metadata.name}
    return {...object, metadata: {...metadata, labels}, spec: {finalizers: ['kubernetes']}}
  },
}

/** A new object as it will be stored, before it has an identity. */
export function preparedForCreate(resource: Resource, object: ApiObject): ApiObject {
  const strategy = strategyOf(resource)
  const {status, ...rest} = object
  const metadata = {...object.metadata, ...(strategy.isNewGeneration ? {generation: 1} : {})}
  const kept = strategy.initialStatus ?? (resource.custom && strategy.ownsStatus ? undefined : status)
  const prepared: ApiObject = {...rest, metadata, ...(kept === undefined ? {} : {status: kept})}
  return finishers[resource.kind]?.(prepared) ?? prepared
}

/** A changed object as it will be stored after a write of the object itself: with the old status, with its generation. */
export function preparedForUpdate(resource: Resource, next: ApiObject, previous: ApiObject): ApiObject {
  const {kind} = resource
  const strategy = strategyOf(resource)
  const kept = strategy.ownsStatus ? withStatusOf(next, previous) : next
  const counted = kind === 'DaemonSet' ? countTemplates(kept, previous) : kept
  const prepared = withAddress(resource, counted, previous)
  if (strategy.isNewGeneration === undefined) return prepared
  const generation = previous.metadata.generation ?? 1
  const isNew = strategy.isNewGeneration(prepared, previous)
  return {...prepared, metadata: {...prepared.metadata, generation: isNew ? generation + 1 : generation}}
}

/** A write of the status subresource changes only the status and the annotations. */
export function withStatus(next: ApiObject, previous: ApiObject): ApiObject {
  const {spec: _spec, ...rest} = next
  return {...rest, ...only('spec', previous)}
}

function only(field: string, object: ApiObject): Partial<ApiObject> {
  return object[field] === undefined ? {} : {[field]: object[field]}
}

function withStatusOf(next: ApiObject, previous: ApiObject): ApiObject {
  const {status: _dropped, ...rest} = next
  return {...rest, ...only('status', previous)}
}

function countTemplates(next: ApiObject, previous: ApiObject): ApiObject {
  const template = (object: ApiObject): unknown => (object.spec as {template?: unknown} | undefined)?.template
  const count = Number(previous.metadata.annotations?.[templateGeneration] ?? 1)
  const isSame = sameJson(template(next), template(previous))
  return annotated(next, templateGeneration, String(isSame ? count : count + 1))
}

function annotated(object: ApiObject, key: string, value: string): ApiObject {
  return {
    ...object,
    metadata: {...object.metadata, annotations: {...object.metadata.annotations, [key]: value}},
  }
}
