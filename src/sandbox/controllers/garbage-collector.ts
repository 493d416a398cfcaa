import type {ApiObject} from '../api-object.ts'
import type {Registry} from '../objects/registry.ts'
import type {Resource} from '../objects/resources.ts'
import type {Change} from '../objects/store.ts'
import {type Controller, controllerManager, type Simulation} from './simulation.ts'

const foreground = 'foregroundDeletion'

interface Dependent {
  readonly resource: Resource
  readonly object: ApiObject
}

/** Every object that the object with this UID controls. */
function dependentsOf({store}: Registry, uid: string): readonly Dependent[] {
  return store.resources.flatMap((resource) => store.ownedBy(uid, resource).map((object) => ({resource, object})))
}

/** Deletes the dependents of deleted owners; an owner that is deleted in the foreground goes last. */
export function garbageCollector({registry, store}: Simulation): Controller {
  /** Keys are UIDs of owners. */
  const waiting = new Map<string, {readonly resource: Resource; readonly key: string}>()
  const deleteDependents = (uid: string): number => {
    const dependents = dependentsOf(registry, uid)
    for (const {resource, object} of dependents) {
      const {namespace, name, deletionTimestamp} = object.metadata
      if (deletionTimestamp === undefined) registry.delete(resource, namespace, name)
    }
    return dependents.length
  }
  return {
    concerns: ({type, object, resource, key}: Change) => {
      const {uid = '', finalizers, ownerReferences} = object.metadata
      if (finalizers?.includes(foreground)) waiting.set(uid, {resource, key})
      if (type !== 'DELETED') return waiting.has(uid) ? [uid] : []
      return [uid, ...(ownerReferences ?? []).map((owner) => owner.uid).filter((owner) => waiting.has(owner))]
    },
    sync: (uid) => {
      deleteDependents(uid)
      const owner = waiting.get(uid)
      if (owner === undefined || dependentsOf(registry, uid).length > 0) return
      waiting.delete(uid)
      const object = store.get(owner.resource, owner.key)
      if (object !== undefined) release(registry, owner.resource, object)
    },
  }
}

function release(registry: Registry, resource: Resource, {metadata}: ApiObject): void {
  const {namespace, name} = metadata
  const finalizers = metadata.finalizers?.filter((each) => each !== foreground) ?? []
  registry.update(
    resource,
    {namespace, name},
    (current) => ({...current, metadata: {...current.metadata, finalizers}}),
    controllerManager,
  )
}

/** Removes the owner references to the object, so that its dependents survive it. */
export function orphanDependents(registry: Registry, owner: ApiObject): void {
  const ownerUid = owner.metadata.uid ?? ''
  for (const {resource, object} of dependentsOf(registry, ownerUid)) {
    const {namespace, name} = object.metadata
    const ownerReferences = object.metadata.ownerReferences?.filter(({uid}) => uid !== ownerUid) ?? []
    registry.update(
      resource,
      {namespace, name},
      (current) => ({...current, metadata: {...current.metadata, ownerReferences}}),
      controllerManager,
    )
  }
}
