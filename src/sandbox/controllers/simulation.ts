import type {Clock} from '../../shared/clock.ts'
import type {ApiObject} from '../api-object.ts'
import type {Registry, WriteOptions} from '../objects/registry.ts'
import {apiVersionOf, type Resource} from '../objects/resources.ts'
import {type Change, keyOf, type Store} from '../objects/store.ts'
import {ApiError} from '../status.ts'
import type {Agenda} from './agenda.ts'
import type {RecordEvent} from './events.ts'
import {Retries} from './retries.ts'

/** Durations in a cluster, in milliseconds of its clock. */
export interface Pace {
  /** From a change until a controller has acted on it. */
  readonly reactionMs: number
  /** From a pod's start until it is ready. */
  readonly podStartMs: number
  /** From the deletion of a pod until it is gone. */
  readonly podStopMs: number
}

/** Shared by the controllers of one cluster. */
export interface Simulation {
  readonly store: Store
  readonly registry: Registry
  readonly agenda: Agenda
  readonly clock: Clock
  readonly random: () => number
  readonly record: RecordEvent
  pace: Pace
}

/** Reconciles one kind of object with its spec, step by step. */
export interface Controller {
  /** The objects to reconcile after a change. */
  concerns(change: Change): readonly string[]
  /** One step for one object; every step is written, and leads to the next. */
  sync(key: string): void
}

/**
 * Runs a controller: every object that a change concerns is reconciled once, a moment later. A step that the API refuses
 * is tried again.
 */
export function runController(simulation: Simulation, controller: Controller): void {
  const pending = new Set<string>()
  const enqueue = (key: string): void => {
    if (pending.has(key)) return
    pending.add(key)
    simulation.agenda.after(simulation.pace.reactionMs, () => {
      pending.delete(key)
      retries.note(
        key,
        attempt(() => controller.sync(key)),
      )
    })
  }
  const retries = new Retries(simulation, enqueue)
  simulation.store.subscribe((change) => {
    for (const key of controller.concerns(change)) enqueue(key)
  })
}

function attempt(step: () => void): 'failed' | 'done' {
  try {
    step()
    return 'done'
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return 'failed'
  }
}

export const controllerManager: WriteOptions = {manager: 'kube-controller-manager'}
const controllerManagerStatus: WriteOptions = {...controllerManager, subresource: 'status'}

/** Writes the given status; nothing happens when it is the same. */
export function writeStatus(
  {registry}: Simulation,
  resource: Resource,
  object: ApiObject,
  status: object,
  annotations?: Record<string, string>,
): void {
  registry.update(
    resource,
    {namespace: object.metadata.namespace, name: object.metadata.name},
    (current) => ({
      ...current,
      ...(annotations === undefined
        ? {}
        : {metadata: {...current.metadata, annotations: {...current.metadata.annotations, ...annotations}}}),
      status,
    }),
    controllerManagerStatus,
  )
}

/** The owner reference to a controlling object. */
export function controlledBy(resource: Resource, owner: ApiObject): Pick<ApiObject['metadata'], 'ownerReferences'> {
  return {
    ownerReferences: [
      {
        apiVersion: apiVersionOf(resource),
        kind: resource.kind,
        name: owner.metadata.name,
        uid: owner.metadata.uid ?? '',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  }
}

/** Keys of the owner of this kind that controls the object, so that a change of the object concerns it. */
export function ownerKeys(change: Change, resource: Resource): readonly string[] {
  return (change.object.metadata.ownerReferences ?? [])
    .filter(({kind, controller}) => controller === true && kind === resource.kind)
    .map(({name}) => keyOf({metadata: {...change.object.metadata, name}}))
}

/** Zero fields are left out, as the API does for most of a status. */
export function withoutZeros<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0)) as Partial<T>
}
