import type {ApiObject} from '../api-object.ts'
import {objectAt, sameJson} from '../patches/json.ts'
import type {Resource} from './resources.ts'

/**
 * What the API does with an object of each kind around a write: which part a client may not set, and what counts as a new
 * generation. Source: the `strategy.go` of each resource in kubernetes/pkg/registry.
 */
interface Strategy {
  /** What a new object's status is, whatever the client sent; undefined: the client's. */
  readonly initialStatus?: unknown
  /** Its status is written through the subresource alone. */
  readonly ownsStatus?: boolean
  /** Undefined: objects of this kind have no generation. */
  readonly isNewGeneration?: (next: ApiObject, previous: ApiObject) => boolean
}

const specChanged = (next: ApiObject, previous: ApiObject): boolean => !sameJson(next.spec, previous.spec)

/** Where a pod is put is no change of what is wanted. */
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
}

/** Whether a client sets the status through the subresource alone. */
export function ownsStatus({kind, subresources, custom}: Resource): boolean {
  if (custom !== undefined) return subresources.some(({name}) => name === 'status')
  return strategies[kind]?.ownsStatus ?? false
}

const templateGeneration = 'deprecated.daemonset.template.generation'

/** A new object as it will be stored, before it has an identity. */
export function preparedForCreate(kind: string, object: ApiObject): ApiObject {
  const strategy = strategies[kind] ?? {}
  const {status, ...rest} = object
  const metadata = {...object.metadata, ...(strategy.isNewGeneration ? {generation: 1} : {})}
  const kept = strategy.initialStatus ?? status
  const prepared: ApiObject = {...rest, metadata, ...(kept === undefined ? {} : {status: kept})}
  if (kind === 'DaemonSet') return annotated(prepared, templateGeneration, '1')
  if (kind !== 'Namespace') return prepared
  const labels = {...metadata.labels, 'kubernetes.io/metadata.name': metadata.name}
  return {...prepared, metadata: {...metadata, labels}, spec: {finalizers: ['kubernetes']}}
}

/** A changed object as it will be stored after a write through the main door: with the status of before, with its generation. */
export function preparedForUpdate(kind: string, next: ApiObject, previous: ApiObject): ApiObject {
  const strategy = strategies[kind] ?? {}
  const kept = strategy.ownsStatus ? withStatusOf(next, previous) : next
  const prepared = kind === 'DaemonSet' ? countTemplates(kept, previous) : kept
  if (strategy.isNewGeneration === undefined) return prepared
  const generation = previous.metadata.generation ?? 1
  const isNew = strategy.isNewGeneration(prepared, previous)
  return {...prepared, metadata: {...prepared.metadata, generation: isNew ? generation + 1 : generation}}
}

/** A write through the door of the status changes nothing but it and the annotations. */
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
