import type {Clock} from '../../shared/clock.ts'
import type {ApiObject} from '../api-object.ts'
import {orphanDependents} from '../controllers/garbage-collector.ts'
import type {DeleteOptions, Registry, WriteOptions} from '../objects/registry.ts'
import {pods, type Resource} from '../objects/resources.ts'
import {isObject, type Json, type JsonObject, objectAt, withoutNulls} from '../patches/json.ts'
import {decodeObject, protobufType} from '../protobuf/decode-object.ts'
import {badRequest, conflict, forbiddenValue, invalid} from '../status.ts'
import {applyPatch, applyType, readPatch} from './apply-patch.ts'
import {decode, mediaType, readObject} from './read-body.ts'
import {scaleKind, scaleOf, withScale} from './scale.ts'

/** A write as received. */
export interface Write {
  readonly resource: Resource
  readonly subresource: string | undefined
  readonly namespace: string | undefined
  /** Empty: a create. */
  readonly name: string
  readonly query: URLSearchParams
  readonly text: string
  readonly bytes: Buffer
  readonly contentType: string | undefined
  readonly userAgent: string
  /** Called before an apply creates an object: throws an ApiError if the user may only patch. */
  refuseCreate(): void
}

export interface Written {
  readonly status: number
  readonly object: ApiObject
  /** The object is a document of its own, not one of the resource. */
  readonly isDocument?: boolean
}

/** Carries out creates, updates, patches and deletes as the API does. */
export class Writes {
  readonly #registry: Registry
  readonly #clock: Clock

  constructor(registry: Registry, clock: Clock) {
    this.#registry = registry
    this.#clock = clock
  }

  create(write: Write): Written {
    const {resource, namespace} = write
    const object = this.#read(write)
    return {status: 201, object: this.#registry.create(resource, namespace, object, this.#options(write))}
  }

  update(write: Write): Written {
    const {resource, text, contentType} = write
    if (write.subresource === 'scale') {
      const scale = readObject(scaleKind, text, contentType)
      return this.#scale(write, () => scale as unknown as JsonObject)
    }
    const wanted = this.#read(write)
    checkName(wanted, write.name)
    const replace = (current: ApiObject): ApiObject => {
      checkUid(resource, wanted, current)
      return wanted
    }
    return {
      status: 200,
      object: this.#registry.update(resource, write, replace, this.#options(write)),
    }
  }

  patch(write: Write): Written {
    const type = mediaType(write.contentType)
    if (write.subresource === 'scale' && type !== applyType) {
      const change = readPatch(type, write.text)
      return this.#scale(write, (scale) =>
        objectAt(withoutNulls(change(scale as unknown as ApiObject) as unknown as Json)),
      )
    }
    const options = {
      ...this.#options(write),
      force: isForced(write.query, type),
      refuseCreate: write.refuseCreate,
      now: this.#clock.date(),
    }
    const {object, isNew} = applyPatch(this.#registry, write, write, options)
    if (write.subresource === 'scale') return {status: 200, object: scaleOf(write.resource, object), isDocument: true}
    return {status: isNew ? 201 : 200, object}
  }

  delete(write: Write): Written {
    const {resource, namespace, name} = write
    const options = deleteOptions(write)
    if (options.propagation === 'Orphan' && !options.dryRun) {
      orphanDependents(this.#registry, this.#registry.read(resource, namespace, name))
    }
    const end = this.#registry.delete(resource, namespace, name, options)
    if ('going' in end) return {status: 200, object: end.going}
    if (resource === pods) return {status: 200, object: end.gone}
    return {status: 200, object: successOf(resource, end.gone), isDocument: true}
  }

  #read({resource, text, bytes, contentType}: Write): ApiObject {
    const decoded = mediaType(contentType) === protobufType ? decodeObject(bytes) : undefined
    if (decoded === undefined) return readObject(resource, text, contentType)
    return readObject(resource, JSON.stringify(decoded), 'application/json')
  }

  #scale(write: Write, change: (scale: JsonObject) => JsonObject): Written {
    const {resource} = write
    const options = {...this.#options(write), subresource: 'scale'}
    const updated = this.#registry.update(
      resource,
      write,
      (current) => withScale(resource, current, change(scaleOf(resource, current) as unknown as JsonObject)),
      options,
    )
    return {status: 200, object: scaleOf(resource, updated), isDocument: true}
  }

  #options({query, userAgent, subresource, contentType}: Write): WriteOptions {
    const isApply = contentType?.startsWith('application/apply-patch') ?? false
    const manager = query.get('fieldManager') ?? (isApply ? '' : (userAgent.split('/')[0] ?? ''))
    checkManager(manager)
    return {
      manager: manager || (isApply ? '' : 'unknown'),
      dryRun: isDryRun(query),
      ...(subresource === undefined ? {} : {subresource}),
    }
  }
}

/** @throws ApiError 422 for an invalid value */
function isDryRun(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun').filter((value) => value !== '')
  const wrong = values.find((value) => value !== 'All')
  if (wrong === undefined) return values.length > 0
  const message = `Unsupported value: ["${wrong}"]: supported values: "All"`
  throw invalid({group: 'meta.k8s.io', kind: 'PatchOptions'}, '', [
    {reason: 'FieldValueNotSupported', message, field: 'dryRun'},
  ])
}

/** @throws ApiError 422 when the name of the manager is too long */
function checkManager(manager: string): void {
  if (manager.length <= 128) return
  const cause = {
    reason: 'FieldValueTooLong',
    message: 'Too long: may not be more than 128 bytes',
    field: 'fieldManager',
  }
  throw invalid({group: 'meta.k8s.io', kind: 'PatchOptions'}, '', [cause])
}

/** @throws ApiError 422 when it is no apply */
function isForced(query: URLSearchParams, type: string): boolean {
  const isGiven = ['true', '1'].includes(query.get('force') ?? '')
  if (!isGiven || type === applyType) return isGiven
  const cause = forbiddenValue('force', 'may not be specified for non-apply patch')
  throw invalid({group: 'meta.k8s.io', kind: 'PatchOptions'}, '', [cause])
}

/** @throws ApiError 400 */
function checkName({metadata}: ApiObject, name: string): void {
  if (metadata.name === name) return
  throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
}

/** A replacement of another object with the same name is refused by the store itself, and the message says so. */
function checkUid(resource: Resource, wanted: ApiObject, {metadata}: ApiObject): void {
  const {uid, resourceVersion} = wanted.metadata
  if (!uid || uid === metadata.uid || (resourceVersion && resourceVersion !== metadata.resourceVersion)) return
  const key = `/registry/${resource.plural}/${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`
  const why = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`
  throw conflict(resource, metadata.name, why)
}

function deleteOptions({query, text}: Write): DeleteOptions {
  const body = text === '' ? {} : objectOf(text)
  const {uid, resourceVersion} = objectAt(body, 'preconditions')
  const propagation = body.propagationPolicy ?? query.get('propagationPolicy')
  const grace = body.gracePeriodSeconds ?? query.get('gracePeriodSeconds')
  return {
    dryRun: isDryRun(query) || (Array.isArray(body.dryRun) && body.dryRun.includes('All')),
    ...(typeof uid === 'string' ? {uid} : {}),
    ...(typeof resourceVersion === 'string' ? {resourceVersion} : {}),
    ...(isPropagation(propagation) ? {propagation} : {}),
    ...(grace === undefined || grace === null ? {} : {gracePeriodSeconds: Number(grace)}),
  }
}

function isPropagation(value: unknown): value is 'Background' | 'Foreground' | 'Orphan' {
  return value === 'Background' || value === 'Foreground' || value === 'Orphan'
}

function objectOf(text: string): JsonObject {
  const value = decode(text, 'yaml', (why) => why)
  if (!isObject(value)) throw badRequest('the body is not an object')
  return value
}

function successOf(resource: Resource, {metadata}: ApiObject): ApiObject {
  const {name, uid = ''} = metadata
  const details = {name, ...(resource.group ? {group: resource.group} : {}), kind: resource.plural, uid}
  const status = {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details}
  return status as unknown as ApiObject
}
