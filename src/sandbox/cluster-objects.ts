import type {ApiObject} from './api-object.ts'
import type {Registry} from './objects/registry.ts'
import {apiVersionOf, type Resource} from './objects/resources.ts'
import type {Json} from './patches/json.ts'
import {mergePatch} from './patches/merge-patch.ts'
import {ensureNamespace, workloadObject} from './seed.ts'
import type {WorkloadSpec} from './spec.ts'
import {ApiError} from './status.ts'

/** The field manager of changes that a test makes without the API. */
const manager = 'another-client'

/** The objects of a cluster, read and changed without its API. */
export class ClusterObjects {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  all(kind: string, namespace?: string): readonly ApiObject[] {
    const resource = this.#resource(kind)
    const objects = this.#registry.store.all(resource)
    const wanted = namespace === undefined ? objects : objects.filter(({metadata}) => metadata.namespace === namespace)
    return wanted.map((object) => copyOf(resource, object))
  }

  one(kind: string, namespace: string, name: string): ApiObject | undefined {
    const resource = this.#resource(kind)
    const object = this.#registry.store.get(resource, resource.namespaced ? `${namespace}/${name}` : name)
    return object && copyOf(resource, object)
  }

  #resource(kind: string): Resource {
    const resource = this.#registry.catalog.ofKind(kind)
    if (resource === undefined) throw new RangeError(`the sandbox has no objects of kind ${kind}`)
    return resource
  }

  add(workload: WorkloadSpec): ApiObject {
    const {resource, object} = workloadObject(workload)
    ensureNamespace(this.#registry, workload.namespace)
    return copyOf(resource, this.#registry.create(resource, workload.namespace, object, {manager}))
  }

  create(object: ApiObject): ApiObject {
    const resource = this.#resource(object.kind ?? '')
    const namespace = resource.namespaced ? (object.metadata.namespace ?? 'default') : undefined
    return copyOf(resource, this.#registry.create(resource, namespace, structuredClone(object), {manager}))
  }

  patch(kind: string, namespace: string, name: string, patch: object): ApiObject {
    const resource = this.#resource(kind)
    const target = {namespace: resource.namespaced ? namespace : undefined, name}
    const change = (current: ApiObject): ApiObject =>
      mergePatch(current as unknown as Json, structuredClone(patch) as Json) as unknown as ApiObject
    return copyOf(resource, this.#registry.update(resource, target, change, {manager}))
  }

  setUid(kind: string, namespace: string, name: string, uid: string): void {
    const resource = this.#resource(kind)
    const object = this.#registry.store.get(resource, resource.namespaced ? `${namespace}/${name}` : name)
    if (object === undefined) throw new RangeError(`there is no ${kind} ${name}`)
    this.#registry.store.put(resource, {...object, metadata: {...object.metadata, uid}})
  }

  remove(kind: string, namespace: string, name: string): boolean {
    const resource = this.#resource(kind)
    try {
      this.#registry.delete(resource, resource.namespaced ? namespace : undefined, name)
      return true
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return false
      throw error
    }
  }
}

function copyOf(resource: Resource, object: ApiObject): ApiObject {
  return structuredClone({kind: resource.kind, apiVersion: apiVersionOf(resource), ...object})
}
