import type {Clock} from '../../shared/clock.ts'
import type {Admit} from '../admission/admission.ts'
import type {ApiObject, ManagedFieldsEntry} from '../api-object.ts'
import {afterUpdate, type Manager} from '../fields/managed-fields.ts'
import {sameJson} from '../patches/json.ts'
import {ApiError, alreadyExists, badRequest, conflict, invalid, invalidValue, notFound} from '../status.ts'
import {admitCreate, admitDelete} from './admission.ts'
import {Catalog} from './catalog.ts'
import {cleanupFinalizer} from './custom-resources.ts'
import {withDefaults} from './defaults.ts'
import {fieldRulesOf} from './field-rules.ts'
import {apiTime, randomSuffix, randomUid} from './metadata.ts'
import {entriesOf, keptMetadata, ordered, withMetadata, withoutBooks, withoutTypeMeta} from './object-parts.ts'
import {apiVersionOf, customResourceDefinitions, namespaces, pods, type Resource} from './resources.ts'
import {withAddress} from './service-address.ts'
import type {Store} from './store.ts'
import {preparedForCreate, preparedForUpdate, withStatus} from './strategy.ts'
import {uidCauses, validate, validateTypes} from './validation.ts'
import type {DeleteOptions, WriteOptions} from './write-options.ts'

export type {DeleteOptions, WriteOptions} from './write-options.ts'

/** Kinds whose `PUT` must have a resource version. */
const versionRequired = new Set(['Lease'])

/** Writes objects by the rules of the API: identity, defaults, validation, generations, conflicts, owners of fields. */
export class Registry {
  readonly store: Store
  readonly catalog: Catalog
  readonly #clock: Clock
  readonly #random: () => number
  readonly #admit: Admit

  constructor(store: Store, deps: {clock: Clock; random: () => number; catalog?: Catalog; admit?: Admit}) {
    this.store = store
    this.catalog = deps.catalog ?? new Catalog()
    this.#clock = deps.clock
    this.#random = deps.random
    this.#admit = deps.admit ?? (() => {})
  }

  read(resource: Resource, namespace: string | undefined, name: string): ApiObject {
    const object = this.store.get(resource, key(namespace, name))
    if (object === undefined) throw notFound(resource, name)
    return object
  }

  /** @throws ApiError as the API refuses it */
  create(resource: Resource, namespace: string | undefined, input: ApiObject, options: WriteOptions): ApiObject {
    const named = this.#named(resource, namespace, input)
    validateTypes(resource, named)
    const object = preparedForCreate(resource, withDefaults(resource.kind, named))
    validate(resource, object)
    admitCreate(this.store, resource, object)
    this.#admit({verb: 'create', resource, object})
    const {name, resourceVersion} = object.metadata
    if (resourceVersion) {
      throw new ApiError({code: 500, message: 'resourceVersion should not be set on objects to be created'})
    }
    if (this.store.get(resource, key(namespace, name)) !== undefined) throw alreadyExists(resource, name)
    const identified = withMetadata(object, {
      uid: randomUid(this.#random),
      creationTimestamp: apiTime(this.#clock.date()),
      ...(options.operation === 'Apply' ? {managedFields: input.metadata.managedFields ?? []} : {}),
    })
    const managed = withAddress(resource, this.#managed(resource, identified, {entries: []}, options))
    return options.dryRun ? ordered(managed) : this.store.put(resource, managed)
  }

  /**
   * Writes the result of `change`. A result that is equal to the object is not written at all.
   *
   * @throws ApiError as the API refuses it
   */
  update(
    resource: Resource,
    object: {readonly namespace: string | undefined; readonly name: string},
    change: (current: ApiObject) => ApiObject,
    options: WriteOptions,
  ): ApiObject {
    const current = this.read(resource, object.namespace, object.name)
    const wanted = change(current)
    checkIdentity(resource, wanted, current)
    const entries = entriesOf(wanted, current, options)
    const kept = withMetadata(withoutTypeMeta(wanted), keptMetadata(current, entries))
    const next = options.subresource === 'status' ? withStatus(kept, current) : this.#checked(resource, kept, current)
    this.#admit({verb: 'update', resource, subresource: options.subresource, object: next})
    const isSame = sameJson(withoutBooks(next), withoutBooks(current))
    if (isSame && entries === current.metadata.managedFields) return current
    const managed = this.#managed(resource, next, {previous: current, entries}, options)
    if (isSame && sameJson(managed.metadata.managedFields, current.metadata.managedFields)) return current
    if (options.dryRun) return ordered(managed)
    if (managed.metadata.deletionTimestamp !== undefined && isLetGo(managed)) {
      return this.store.delete(resource, key(object.namespace, object.name)) ?? managed
    }
    return this.store.put(resource, managed)
  }

  /** Undefined: removed; otherwise the object, marked for deletion. */
  delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): {readonly gone: ApiObject} | {readonly going: ApiObject} {
    const current = this.read(resource, namespace, name)
    admitDelete(resource, current, options)
    this.#admit({verb: 'delete', resource, object: current})
    const going = this.#going(resource, current, options)
    if (options.dryRun) return {gone: current}
    if (going !== undefined) return {going: sameJson(going, current) ? current : this.store.put(resource, going)}
    return {gone: this.store.delete(resource, key(namespace, name)) ?? current}
  }

  /** With the API's defaults, after validation. */
  #checked(resource: Resource, wanted: ApiObject, current: ApiObject): ApiObject {
    validateTypes(resource, wanted)
    const next = preparedForUpdate(resource, withDefaults(resource.kind, wanted), current)
    validate(resource, next, current)
    return next
  }

  #named(resource: Resource, namespace: string | undefined, input: ApiObject): ApiObject {
    const {uid: _uid, creationTimestamp: _time, managedFields: _fields, ...metadata} = input.metadata
    if (metadata.namespace && resource.namespaced && metadata.namespace !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
    }
    const {namespace: _namespace, ...rest} = metadata
    const name = metadata.name || (metadata.generateName ? metadata.generateName + randomSuffix(this.#random) : '')
    const own = {...rest, name, ...(namespace === undefined ? {} : {namespace})}
    return withoutTypeMeta({...input, metadata: own})
  }

  #managed(
    resource: Resource,
    next: ApiObject,
    before: {readonly previous?: ApiObject; readonly entries: readonly ManagedFieldsEntry[]},
    options: WriteOptions,
  ): ApiObject {
    if (options.operation === 'Apply') return next
    const manager: Manager = {
      name: options.manager,
      operation: 'Update',
      apiVersion: apiVersionOf(resource),
      time: apiTime(this.#clock.date()),
      ...(options.subresource === undefined ? {} : {subresource: options.subresource}),
    }
    const rules = fieldRulesOf(resource, options.subresource)
    const entries = afterUpdate(next, before.previous, before.entries, manager, rules)
    return withMetadata(next, {managedFields: [...entries]})
  }

  /** The object marked for deletion; undefined: it can be removed at once. */
  #going(resource: Resource, current: ApiObject, options: DeleteOptions): ApiObject | undefined {
    const {metadata} = current
    const grace = resource === pods ? graceOf(current, options) : 0
    const isHeld = (metadata.finalizers?.length ?? 0) > 0 || options.propagation === 'Foreground'
    const isDefinition = resource === customResourceDefinitions
    if (grace === 0 && !isHeld && !isDefinition && resource !== namespaces) return undefined
    if (metadata.deletionTimestamp !== undefined) return current
    const marked = withMetadata(current, {
      deletionTimestamp: apiTime(new Date(this.#clock.date().getTime() + grace * 1000)),
      ...(metadata.generation === undefined || isDefinition ? {} : {generation: metadata.generation + 1}),
      ...(resource === namespaces || isDefinition ? {} : {deletionGracePeriodSeconds: grace}),
      finalizers: [
        ...(metadata.finalizers ?? []),
        ...(options.propagation === 'Foreground' ? ['foregroundDeletion'] : []),
        ...(isDefinition ? [cleanupFinalizer] : []),
      ],
    })
    return resource === namespaces ? {...marked, status: {phase: 'Terminating'}} : marked
  }
}

function key(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

function checkIdentity(resource: Resource, wanted: ApiObject, {metadata}: ApiObject): void {
  const {name, namespace, uid, resourceVersion} = wanted.metadata
  if (name !== metadata.name) {
    throw badRequest(`the name of the object (${name ?? ''}) does not match the name on the URL (${metadata.name})`)
  }
  if (namespace && namespace !== metadata.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) throw conflict(resource, name)
  if (!resourceVersion && (resource.custom !== undefined || versionRequired.has(resource.kind))) {
    const cause = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')
    throw invalid({group: resource.group, kind: resource.plural}, name, [cause])
  }
  if (uid && uid !== metadata.uid) throw invalid(resource, name, uidCauses(uid))
}

function isLetGo({metadata}: ApiObject): boolean {
  return (metadata.finalizers?.length ?? 0) === 0 && !metadata.deletionGracePeriodSeconds
}

function graceOf(pod: ApiObject, options: DeleteOptions): number {
  const spec = pod.spec as {nodeName?: string; terminationGracePeriodSeconds?: number}
  if (spec.nodeName === undefined) return 0
  return options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30
}
