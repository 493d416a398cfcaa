import type {ApiObject, FieldsV1, ManagedFieldsEntry} from '../api-object.ts'
import {isObject, type Json, type JsonObject, sameJson} from '../patches/json.ts'
import {compare} from './compare.ts'
import {difference, type FieldSet, sorted, union} from './field-set.ts'
import type {FieldType} from './field-type.ts'

/** A field manager and its operation, as recorded in `managedFields`. */
export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
  /** RFC 3339. */
  readonly time: string
}

/** The types of the fields of a kind. */
export interface FieldRules {
  readonly type: FieldType
  /** The structures that an object always has. */
  readonly beginning: JsonObject
  /** Top-level fields that this write cannot change. */
  readonly ignored: readonly string[]
}

/** Fields that belong to the server. */
const systemMetadata = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
])

/**
 * The entries after a write of kind `Update`: its manager owns the fields that it changed, other managers lose them, and
 * removed fields have no owner.
 *
 * Rules: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 *
 * @param entries the earlier ones, or those in the written object
 */
export function afterUpdate(
  next: ApiObject,
  previous: ApiObject | undefined,
  entries: readonly ManagedFieldsEntry[],
  manager: Manager,
  rules: FieldRules,
): readonly ManagedFieldsEntry[] {
  const before = previous === undefined ? {metadata: {}, ...rules.beginning} : ownFields(previous, rules.ignored)
  const {added, modified, removed} = compare(before, ownFields(next, rules.ignored), rules.type)
  const changed = union(added, modified)
  if (changed === undefined && removed === undefined) return entries
  const own = entries.find((entry) => isOf(entry, manager))
  const held = union(difference(own?.fieldsV1, removed), changed)
  const gone = union(changed, removed)
  return inOrder([
    ...entries.filter((entry) => entry !== own).flatMap((entry) => narrowed(entry, difference(entry.fieldsV1, gone))),
    ...(own !== undefined && sameJson(own.fieldsV1, held) ? [own] : entriesOf(manager, held)),
  ])
}

/** An object without the server's own fields, and without those that the write cannot change. */
export function ownFields({metadata, ...rest}: ApiObject, ignored: readonly string[]): JsonObject {
  const {apiVersion: _apiVersion, kind: _kind, ...fields} = rest as unknown as JsonObject
  const own: JsonObject = {}
  for (const [key, value] of Object.entries(metadata)) if (!systemMetadata.has(key)) own[key] = value as Json
  const seen: JsonObject = {metadata: own}
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined && !ignored.includes(key)) seen[key] = value
  }
  return seen
}

/** Metadata without relevant fields counts as absent. */
export function withoutEmptyMetadata(fields: JsonObject): JsonObject {
  const {metadata, ...rest} = fields
  return isObject(metadata) && Object.keys(metadata).length === 0 ? rest : fields
}

export function isOf(entry: ManagedFieldsEntry, manager: Manager): boolean {
  return (
    entry.manager === manager.name && entry.operation === manager.operation && entry.subresource === manager.subresource
  )
}

/** The entry of a manager; none when it owns nothing. */
export function entriesOf(manager: Manager, fields: FieldSet): readonly ManagedFieldsEntry[] {
  if (fields === undefined) return []
  const {name, operation, apiVersion, time, subresource} = manager
  return [
    {
      manager: name,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: sorted(fields),
      ...(subresource === undefined ? {} : {subresource}),
    },
  ]
}

/** An entry with its remaining fields; none when there are none. */
export function narrowed(entry: ManagedFieldsEntry, fields: FieldSet): readonly ManagedFieldsEntry[] {
  return fields === undefined ? [] : [{...entry, fieldsV1: fields as FieldsV1}]
}

/** As the API lists them: by operation, time and name. */
export function inOrder(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const rank = ({operation, time, manager}: ManagedFieldsEntry): string => `${operation} ${time} ${manager}`
  return entries.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}
