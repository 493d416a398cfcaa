import {own} from '../../shared/own.ts'
import type {ApiObject} from '../api-object.ts'
import {checkTypes} from '../fields/check-types.ts'
import {serverSideApply} from '../fields/server-side-apply.ts'
import {fieldRulesOf} from '../objects/field-rules.ts'
import {apiTime} from '../objects/metadata.ts'
import type {Registry, WriteOptions} from '../objects/registry.ts'
import {apiVersionOf, type Resource} from '../objects/resources.ts'
import {isObject, type Json, objectAt, withoutNulls} from '../patches/json.ts'
import {JsonPatchFailure, jsonPatch} from '../patches/json-patch.ts'
import {mergePatch} from '../patches/merge-patch.ts'
import {strategicMerge} from '../patches/strategic-merge.ts'
import {ApiError, badRequest, invalid, notFound, required, unsupportedMediaType} from '../status.ts'
import {decode, mediaType, readObject} from './read-body.ts'
import {scaleKind} from './scale.ts'

export const applyType = 'application/apply-patch+yaml'

/** The object to patch. */
export interface PatchTarget {
  readonly resource: Resource
  readonly namespace: string | undefined
  readonly name: string
}

export interface PatchBody {
  readonly text: string
  readonly contentType: string | undefined
}

const customTypes = `application/json-patch+json, application/merge-patch+json, ${applyType}`

type Patcher = (current: ApiObject) => ApiObject

interface ApplyOptions extends WriteOptions {
  readonly force: boolean
  readonly now: Date
  /** Called before an apply creates an object: throws an ApiError if the user may only patch. */
  refuseCreate(): void
}

/** @returns the object, and whether it is new: only an apply creates */
export function applyPatch(
  registry: Registry,
  target: PatchTarget,
  body: PatchBody,
  options: ApplyOptions,
): {readonly object: ApiObject; readonly isNew: boolean} {
  const type = mediaType(body.contentType)
  if (type === applyType) return applyConfiguration(registry, target, body.text, options)
  if (target.resource.custom !== undefined && type === 'application/strategic-merge-patch+json') {
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${customTypes}`,
    )
  }
  const patch = readPatch(type, body.text)
  const change = (current: ApiObject): ApiObject => asObject(withoutNulls(asJson(patch(current))))
  return {object: registry.update(target.resource, target, change, options), isNew: false}
}

/**
 * A patch as the change that it makes.
 *
 * @throws ApiError 400 for one that cannot be read, 415 for one of another type
 */
export function readPatch(type: string, text: string): Patcher {
  const read = own(readers, type)
  if (read === undefined) throw unsupportedMediaType('415: Unsupported Media Type', {})
  return read(text)
}

const decoding = (why: string): string => `error decoding patch: ${why}`

const readers: Readonly<Record<string, (text: string) => Patcher>> = {
  'application/merge-patch+json': (text) => {
    const patch = objectPatch(decode(text, 'json', decoding))
    return (current) => asObject(mergePatch(asJson(current), patch))
  },
  'application/strategic-merge-patch+json': (text) => {
    const patch = objectPatch(decode(text, 'json', (why) => why))
    return (current) => {
      const value = asJson(current)
      return isObject(value) ? asObject(strategicMerge(value, patch)) : current
    }
  },
  'application/json-patch+json': (text) => {
    const operations = decode(text, 'json', decoding)
    if (!Array.isArray(operations)) {
      throw badRequest(decoding('json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'))
    }
    return (current) => asObject(patched(asJson(current), operations))
  },
}

function objectPatch(patch: Json): Json & {[key: string]: Json} {
  if (isObject(patch)) return patch
  throw badRequest(decoding('json: cannot unmarshal array into Go value of type map[string]interface {}'))
}

function patched(current: Json, operations: readonly Json[]): Json {
  try {
    return jsonPatch(current, operations)
  } catch (error) {
    if (!(error instanceof JsonPatchFailure)) throw error
    throw new ApiError({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
      details: {},
    })
  }
}

function applyConfiguration(
  registry: Registry,
  {resource, namespace, name}: PatchTarget,
  text: string,
  options: ApplyOptions,
): {readonly object: ApiObject; readonly isNew: boolean} {
  if (options.manager === '') {
    const missing = required('fieldManager', 'is required for apply patch')
    throw invalid({group: 'meta.k8s.io', kind: 'PatchOptions'}, '', [missing])
  }
  const isScale = options.subresource === 'scale'
  checkSameKind(isScale ? scaleKind : resource, text)
  const read = readObject(isScale ? scaleKind : resource, text, 'application/yaml')
  const configuration = {...read, metadata: {...read.metadata, name: read.metadata.name || name}}
  const rules = fieldRulesOf(resource, options.subresource)
  checkTypes({configuration, apiVersion: apiVersionOf(resource), kind: resource.kind}, rules.type)
  if (configuration.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil')
  if (configuration.metadata.name !== name) {
    throw badRequest(
      `the name of the object (${configuration.metadata.name}) does not match the name on the URL (${name})`,
    )
  }
  const manager = {
    name: options.manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(resource),
    time: apiTime(options.now),
    ...(options.subresource === undefined ? {} : {subresource: options.subresource}),
  } as const
  const apply = (current: ApiObject): ApiObject =>
    serverSideApply(current, {configuration, manager, force: options.force}, rules)
  const write = {...options, operation: 'Apply'} as const
  if (exists(registry, resource, namespace, name)) {
    return {object: registry.update(resource, {namespace, name}, apply, write), isNew: false}
  }
  options.refuseCreate()
  if (configuration.metadata.uid) throw notFound(resource, name)
  const {resourceVersion: _version, ...metadata} = apply({metadata: {name}}).metadata
  const created = {...apply({metadata: {name}}), metadata}
  return {object: registry.create(resource, namespace, created, write), isNew: true}
}

/** @throws ApiError 400 when the configuration is of another kind */
function checkSameKind(resource: Resource, text: string): void {
  const {apiVersion, kind} = objectAt(decode(text, 'yaml', (why) => `error decoding YAML: ${why}`))
  if (apiVersion === apiVersionOf(resource) && kind === resource.kind) return
  const version = String(apiVersion ?? '')
  throw badRequest(
    `invalid object type: ${version.includes('/') ? version : `/${version}`}, Kind=${String(kind ?? '')}`,
  )
}

function exists({store}: Registry, resource: Resource, namespace: string | undefined, name: string): boolean {
  return store.get(resource, namespace === undefined ? name : `${namespace}/${name}`) !== undefined
}

const asJson = (object: ApiObject): Json => object as unknown as Json
const asObject = (json: Json): ApiObject => json as unknown as ApiObject
