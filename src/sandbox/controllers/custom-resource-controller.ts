import type {ApiObject} from '../api-object.ts'
import {cleanupFinalizer, customResourcesOf} from '../objects/custom-resources.ts'
import {apiTime} from '../objects/metadata.ts'
import {customResourceDefinitions, type Resource} from '../objects/resources.ts'
import type {WriteOptions} from '../objects/write-options.ts'
import {listAt, objectAt} from '../patches/json.ts'
import type {Controller, Simulation} from './simulation.ts'
import {isTerminating} from './workload-types.ts'

const server: WriteOptions = {manager: 'kube-apiserver', subresource: 'status'}

/** Serves what CustomResourceDefinitions define, and deletes their objects before a definition goes. */
export function customResourceController(simulation: Simulation): Controller {
  const {store, registry} = simulation
  const served = new Map<string, readonly Resource[]>()
  const serve = (id: string, resources: readonly Resource[]): void => {
    if (resources.length === 0) served.delete(id)
    else served.set(id, resources)
    registry.catalog.serve(id, resources)
  }
  return {
    concerns: ({resource, key, type, object}) => {
      if (resource === customResourceDefinitions) return [key]
      return type === 'DELETED' && resource.custom !== undefined && object !== undefined ? [resource.id] : []
    },
    sync: (id) => {
      const definition = store.get(customResourceDefinitions, id)
      if (definition === undefined) return serve(id, [])
      if (!isTerminating(definition)) {
        serve(id, customResourcesOf(definition))
        establish(simulation, definition)
      } else if (clear(simulation, served.get(id)?.[0]) === 0) {
        serve(id, [])
        release(simulation, definition)
      }
    },
  }
}

/** Says that the names are accepted and the definition is served. */
function establish({registry, clock}: Simulation, definition: ApiObject): void {
  const {name} = definition.metadata
  const known = listAt(definition.status, 'conditions')
  const lastTransitionTime = apiTime(clock.date())
  const condition = (type: string, reason: string, message: string): object =>
    known.find((each) => each.type === type && each.status === 'True') ?? {
      type,
      status: 'True',
      lastTransitionTime,
      reason,
      message,
    }
  const status = {
    ...objectAt(definition.status),
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    acceptedNames: objectAt(definition.spec, 'names'),
  }
  const write = (current: ApiObject): ApiObject => ({...current, status})
  registry.update(customResourceDefinitions, {namespace: undefined, name}, write, server)
}

/** Deletes every object; returns how many are still there. */
function clear({store, registry}: Simulation, resource: Resource | undefined): number {
  if (resource === undefined) return 0
  for (const object of store.all(resource)) {
    if (!isTerminating(object)) registry.delete(resource, object.metadata.namespace, object.metadata.name)
  }
  return store.all(resource).length
}

function release({registry}: Simulation, {metadata}: ApiObject): void {
  const finalizers = metadata.finalizers?.filter((each) => each !== cleanupFinalizer) ?? []
  registry.update(
    customResourceDefinitions,
    {namespace: undefined, name: metadata.name},
    (current) => ({...current, metadata: {...current.metadata, finalizers}}),
    {manager: server.manager},
  )
}
