import type {ApiObject, FieldsV1} from '../api-object.ts'
import {isObject, type Json, type JsonObject, sameJson} from '../patches/json.ts'
import {strategicMerge} from '../patches/strategic-merge.ts'
import {ApiError, type Cause} from '../status.ts'
import {difference, entryOf, fieldsOf, intersection, isOf, keyPart, type Manager, union} from './managed-fields.ts'

/**
 * Server-side apply: what the configuration says is merged in and owned by its manager; what that manager applied before
 * and says no more is removed, unless somebody else owns it too.
 *
 * Rules: https://kubernetes.io/docs/reference/using-api/server-side-apply/
 *
 * @param configuration the object as applied, defaults not filled in
 * @param force takes fields that others own with another value
 * @throws ApiError 409 with every conflict
 */
export function serverSideApply(
  current: ApiObject,
  configuration: ApiObject,
  manager: Manager,
  force: boolean,
): ApiObject {
  const entries = current.metadata.managedFields ?? []
  const wanted = fieldsOf(configuration)
  const own = entries.find((entry) => isOf(entry, manager))
  const others = entries.filter((entry) => entry !== own)
  const merged = strategicMerge(current as unknown as JsonObject, toPatch(configuration))
  const taken = changedAmong(current as unknown as JsonObject, merged)
  const conflicts = others.flatMap((entry) =>
    leaves(intersection(entry.fieldsV1, intersection(wanted, taken))).map((field) => ({entry, field})),
  )
  if (conflicts.length > 0 && !force) throw conflictOf(conflicts)
  const kept = others.map((entry) => ({...entry, fieldsV1: difference(entry.fieldsV1, intersection(wanted, taken))}))
  const held = kept.reduce((all, {fieldsV1}) => union(all, fieldsV1), wanted)
  const pruned = own === undefined ? merged : without(merged, difference(own.fieldsV1, held))
  const isSame = own !== undefined && sameJson(own.fieldsV1, wanted)
  const managedFields = [isSame ? own : entryOf(manager, wanted), ...kept.filter(({fieldsV1}) => !isEmpty(fieldsV1))]
  const object = pruned as unknown as ApiObject
  return {...object, metadata: {...object.metadata, managedFields}}
}

function toPatch(configuration: ApiObject): JsonObject {
  const {kind: _kind, apiVersion: _apiVersion, ...patch} = configuration
  return patch as unknown as JsonObject
}

/** The fields of `next` whose values differ from those of `current`. */
function changedAmong(current: JsonObject, next: JsonObject): FieldsV1 {
  const both = fieldsOf(next)
  return difference(both, unchanged(both, current, next))
}

function unchanged(fields: FieldsV1, a: Json | undefined, b: Json | undefined): FieldsV1 {
  const same: FieldsV1 = {}
  for (const [path, inside] of Object.entries(fields)) {
    if (path === '.' && a !== undefined) same[path] = {}
    const [left, right] = [at(a, path), at(b, path)]
    if (isEmpty(inside) && left !== undefined && sameJson(left, right)) same[path] = {}
    if (isEmpty(inside) || left === undefined) continue
    const deeper = unchanged(inside, left, right)
    if (!isEmpty(deeper)) same[path] = deeper
  }
  return same
}

/** The value at one step of a path: `f:name`, or `k:{…}` in a list. */
function at(value: Json | undefined, step: string): Json | undefined {
  if (step.startsWith('f:')) return isObject(value) ? value[step.slice(2)] : undefined
  if (!step.startsWith('k:') || !Array.isArray(value)) return undefined
  return value.find((element) => hasKey(element, step))
}

function hasKey(element: Json, step: string): boolean {
  const key = JSON.parse(step.slice(2)) as JsonObject
  return isObject(element) && Object.entries(key).every(([field, value]) => sameJson(keyPart(element, field), value))
}

function without(object: JsonObject, fields: FieldsV1): JsonObject {
  const rest: JsonObject = {...object}
  for (const [path, inside] of Object.entries(fields)) {
    const name = path.slice(2)
    const value = rest[name]
    if (path === '.' || value === undefined) continue
    const left = isEmpty(inside) ? undefined : withoutInside(value, inside)
    if (left === undefined) delete rest[name]
    else rest[name] = left
  }
  return rest
}

/** Undefined: nothing is left. */
function withoutInside(value: Json, fields: FieldsV1): Json | undefined {
  if (Array.isArray(value)) {
    const left = withoutElements(value, fields)
    return left.length === 0 ? undefined : left
  }
  if (!isObject(value)) return value
  const left = without(value, fields)
  return Object.keys(left).length === 0 ? undefined : left
}

function withoutElements(list: readonly Json[], fields: FieldsV1): Json[] {
  return list.flatMap((element) => {
    const [, inside] = Object.entries(fields).find(([step]) => step.startsWith('k:') && hasKey(element, step)) ?? []
    if (inside === undefined || !isObject(element)) return [element]
    return Object.hasOwn(inside, '.') ? [] : [without(element, inside)]
  })
}

/** As the API writes paths in conflicts: `.spec.template.spec.containers[name="app"].image`. */
function leaves(fields: FieldsV1, path = ''): string[] {
  return Object.entries(fields).flatMap(([step, inside]) => {
    if (step === '.') return []
    const here = `${path}${step.startsWith('k:') ? elementPath(step) : `.${step.slice(2)}`}`
    return isEmpty(inside) ? [here] : leaves(inside, here)
  })
}

function elementPath(step: string): string {
  const key = JSON.parse(step.slice(2)) as JsonObject
  return `[${Object.entries(key)
    .map(([field, value]) => `${field}=${JSON.stringify(value)}`)
    .join(',')}]`
}

function isEmpty(fields: FieldsV1): boolean {
  return Object.keys(fields).length === 0
}

interface FieldConflict {
  readonly entry: {readonly manager: string}
  readonly field: string
}

function conflictOf(conflicts: readonly FieldConflict[]): ApiError {
  const causes: Cause[] = conflicts.map(({entry, field}) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${entry.manager}"`,
    field,
  }))
  const managers = [...new Set(conflicts.map(({entry}) => entry.manager))]
  const lists = managers.map((manager) => {
    const fields = conflicts.filter(({entry}) => entry.manager === manager).map(({field}) => `- ${field}`)
    return `conflicts with "${manager}":\n${fields.join('\n')}`
  })
  const [only] = conflicts
  const message =
    conflicts.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: conflict with "${only.entry.manager}": ${only.field}`
      : `Apply failed with ${conflicts.length} conflicts: ${lists.join('\n')}`
  return new ApiError({code: 409, reason: 'Conflict', message, details: {causes}})
}
