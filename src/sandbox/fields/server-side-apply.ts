import type {ApiObject, ManagedFieldsEntry} from '../api-object.ts'
import {type JsonObject, sameJson} from '../patches/json.ts'
import {ApiError, type Cause} from '../status.ts'
import {compare, fieldSetOf} from './compare.ts'
import {difference, type FieldSet, intersection, pathsOf, union, withNamedFields} from './field-set.ts'
import {
  entriesOf,
  type FieldRules,
  inOrder,
  isOf,
  type Manager,
  narrowed,
  ownFields,
  withoutEmptyMetadata,
} from './managed-fields.ts'
import {merge, without} from './merge.ts'

/** A configuration as it was applied, without defaults. */
export interface Apply {
  readonly configuration: ApiObject
  readonly manager: Manager
  /** Takes over fields that have other owners and another value. */
  readonly force: boolean
}

/**
 * Server-side apply: the fields of the configuration are merged and owned by its manager; fields that the manager applied
 * before and no longer applies are removed, unless they have another owner, too.
 *
 * Rules: https://kubernetes.io/docs/reference/using-api/server-side-apply/ and `Apply` of
 * sigs.k8s.io/structured-merge-diff/merge/update.go
 *
 * @throws ApiError 409 with every conflict
 */
export function serverSideApply(
  current: ApiObject,
  {configuration, manager, force}: Apply,
  rules: FieldRules,
): ApiObject {
  const {type} = rules
  const entries = entriesOfLive(current, manager, rules)
  const own = entries.find((entry) => isOf(entry, manager))
  const others = entries.filter((entry) => entry !== own)
  const live = ownFields(current, rules.ignored)
  const applied = ownFields(configuration, rules.ignored)
  const wanted = fieldSetOf(withoutEmptyMetadata(applied), type)
  const managed = others.reduce((all: FieldSet, {fieldsV1}) => union(all, fieldsV1), wanted)
  const dropped = difference(withNamedFields(own?.fieldsV1), withNamedFields(managed))
  const next = (without(merge(live, applied, type), type, dropped) ?? {}) as JsonObject
  const {added, modified, removed} = compare(live, next, type)
  const changed = union(added, modified)
  const conflicts = others.flatMap((entry) =>
    pathsOf(intersection(entry.fieldsV1, changed)).map((field) => ({entry, field})),
  )
  if (conflicts.length > 0 && !force) throw conflictOf(conflicts)
  const isSame = changed === undefined && removed === undefined && sameJson(own?.fieldsV1, wanted)
  const managedFields = inOrder([
    ...(isSame && own !== undefined ? [own] : entriesOf(manager, wanted)),
    ...others.flatMap((entry) => narrowed(entry, difference(entry.fieldsV1, union(changed, removed)))),
  ])
  const {uid, resourceVersion, namespace} = configuration.metadata
  const stated = {...(uid && {uid}), ...(resourceVersion && {resourceVersion}), ...(namespace && {namespace})}
  return assembled(current, next, {...stated, managedFields: [...managedFields]}, rules.ignored)
}

/** An object without managed fields counts as set by one manager before. */
function entriesOfLive(
  current: ApiObject,
  {apiVersion, time}: Manager,
  {type, ignored}: FieldRules,
): readonly ManagedFieldsEntry[] {
  const {uid, managedFields = []} = current.metadata
  if (managedFields.length > 0 || uid === undefined) return managedFields
  const first: Manager = {name: 'before-first-apply', operation: 'Update', apiVersion, time}
  return entriesOf(first, fieldSetOf(withoutEmptyMetadata(ownFields(current, ignored)), type))
}

/** The object with its fields; the parts that the write cannot change are kept. */
function assembled(
  current: ApiObject,
  next: JsonObject,
  stated: Partial<ApiObject['metadata']>,
  ignored: readonly string[],
): ApiObject {
  const {metadata, ...fields} = next
  const kept = Object.entries(current).filter(([key]) => ignored.includes(key))
  const system = Object.entries(current.metadata).filter(
    ([key]) => !['labels', 'annotations', 'finalizers', 'ownerReferences'].includes(key),
  )
  return {
    ...fields,
    ...Object.fromEntries(kept),
    metadata: {...Object.fromEntries(system), ...(metadata as object), ...stated} as ApiObject['metadata'],
  }
}

interface FieldConflict {
  readonly entry: ManagedFieldsEntry
  readonly field: string
}

/** A refusal that names every field and its manager, in the words of the API. */
function conflictOf(conflicts: readonly FieldConflict[]): ApiError {
  const causes: Cause[] = conflicts.map(({entry, field}) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(entry)}`,
    field,
  }))
  const managers = [...new Set(conflicts.map(({entry}) => managerText(entry)))].sort()
  const lists = managers.map((manager) => {
    const fields = conflicts.filter(({entry}) => managerText(entry) === manager).map(({field}) => `- ${field}`)
    return `conflicts with ${manager}:\n${fields.join('\n')}`
  })
  const [only] = conflicts
  const message =
    conflicts.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: conflict with ${managerText(only.entry)}: ${only.field}`
      : `Apply failed with ${conflicts.length} conflicts: ${lists.join('\n')}`
  return new ApiError({code: 409, reason: 'Conflict', message, details: {causes}})
}

/** An applier by its name alone; a writer with its version and, where it has one, its subresource. */
function managerText({manager, operation, apiVersion, subresource}: ManagedFieldsEntry): string {
  if (operation === 'Apply') return `"${manager}"`
  const where = subresource === undefined ? '' : ` with subresource "${subresource}"`
  return `"${manager}"${where} using ${apiVersion}`
}
