import type {ApiObject, FieldsV1, ManagedFieldsEntry} from '../api-object.ts'
import {isObject, type Json, sameJson} from '../patches/json.ts'
import {mergeKeys} from '../patches/strategic-merge.ts'

/** Who writes, as the bookkeeping of field managers records it. */
export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
  /** RFC 3339. */
  readonly time: string
}

/** Fields that belong to the server. */
const systemMetadata = new Set([
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
])

/** Objects that are set as a whole. */
const atomic = new Set(['selector', 'nodeSelector', 'resourceFieldRef', 'fieldRef', 'secretKeyRef', 'configMapKeyRef'])

/** Objects whose keys are data, so that the object itself can be owned. */
const maps = new Set(['annotations', 'labels', 'data', 'binaryData', 'matchLabels', 'rollingUpdate'])

/** Lists that are never absent, so that nobody owns the list itself. */
const requiredLists = new Set(['containers'])

/** Lists whose elements are set as a whole. */
const atomicElements = new Set(['ownerReferences'])

/**
 * The entries after a write of kind `Update`: its manager owns what it changed, others lose that, and what is gone is
 * nobody's.
 *
 * Rules: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 *
 * @param seen the part of an object that this write can change at all
 */
export function afterUpdate(
  next: ApiObject,
  previous: ApiObject | undefined,
  manager: Manager,
  seen: (object: ApiObject) => ApiObject,
): readonly ManagedFieldsEntry[] {
  const before = previous?.metadata.managedFields ?? []
  const changed = changedFields(seen(next), previous && seen(previous))
  const gone = previous === undefined ? {} : goneMembers(ownFields(previous), ownFields(next))
  const others = before.filter((entry) => !isOf(entry, manager))
  const own = before.find((entry) => isOf(entry, manager))
  const held = union(difference(own?.fieldsV1 ?? {}, gone), changed)
  const isSame = own !== undefined && sameJson(own.fieldsV1, held)
  const taken = union(changed, gone)
  return [
    ...others.map((entry) => ({...entry, fieldsV1: difference(entry.fieldsV1, taken)})),
    isSame ? own : entryOf(manager, held),
  ]
    .filter(({fieldsV1}) => Object.keys(fieldsV1).length > 0)
    .toSorted((a, b) => (a.operation + a.time + a.manager < b.operation + b.time + b.manager ? -1 : 1))
}

export function isOf(entry: ManagedFieldsEntry, manager: Manager): boolean {
  return (
    entry.manager === manager.name && entry.operation === manager.operation && entry.subresource === manager.subresource
  )
}

export function entryOf(manager: Manager, fieldsV1: FieldsV1): ManagedFieldsEntry {
  return {
    manager: manager.name,
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    time: manager.time,
    fieldsType: 'FieldsV1',
    fieldsV1: sorted(fieldsV1),
    ...(manager.subresource === undefined ? {} : {subresource: manager.subresource}),
  }
}

function sorted(fields: FieldsV1): FieldsV1 {
  const paths = Object.keys(fields).sort()
  return Object.fromEntries(paths.map((path) => [path, sorted(fields[path] ?? {})]))
}

/** Every field that the object sets, the server's own left out. */
export function fieldsOf(object: object): FieldsV1 {
  return changedFields(object, undefined)
}

function changedFields(next: object, previous: object | undefined): FieldsV1 {
  return membersChanged(ownFields(next), previous && ownFields(previous))
}

/** An object without what belongs to the server. */
function ownFields(object: object): Record<string, Json> {
  const {apiVersion: _apiVersion, kind: _kind, metadata, ...rest} = object as Record<string, Json>
  const own = Object.entries(isObject(metadata) ? metadata : {}).filter(([key]) => !systemMetadata.has(key))
  return {...(own.length === 0 ? {} : {metadata: Object.fromEntries(own)}), ...rest}
}

function membersChanged(next: Record<string, Json>, previous: Json | undefined): FieldsV1 {
  const fields: FieldsV1 = {}
  for (const [key, value] of Object.entries(next)) {
    const old = isObject(previous) ? previous[key] : undefined
    if (sameJson(value, old)) continue
    const inside = valueChanged(key, value, old)
    const isOnlyLess = old !== undefined && isLeaf(inside) && hasInside(key, value)
    if (!isOnlyLess) fields[`f:${key}`] = inside
  }
  return fields
}

/** Its parts are owned one by one. */
function hasInside(field: string, value: Json): boolean {
  return isObject(value) ? !atomic.has(field) : Array.isArray(value) && keysOfLists[field] !== undefined
}

function valueChanged(field: string, value: Json, old: Json | undefined): FieldsV1 {
  if (isObject(value) && !atomic.has(field)) {
    const inside = membersChanged(value, old)
    return maps.has(field) && old === undefined ? {'.': {}, ...inside} : inside
  }
  const key = keysOfLists[field]
  if (key === undefined || !Array.isArray(value)) return {}
  const elements = elementsChanged(value, old, key)
  if (atomicElements.has(field)) return Object.fromEntries(Object.keys(elements).map((element) => [element, {}]))
  const {'.': _self, ...inside} = elements
  return requiredLists.has(field) ? inside : elements
}

function elementsChanged(list: readonly Json[], old: Json | undefined, key: readonly string[]): FieldsV1 {
  const fields: FieldsV1 = Array.isArray(old) ? {} : {'.': {}}
  for (const element of list.filter(isObject)) {
    const before = Array.isArray(old) ? old.find((each) => sameKey(each, element, key)) : undefined
    if (sameJson(element, before)) continue
    const inside = membersChanged(element, before)
    fields[`k:${JSON.stringify(pick(element, key))}`] = before === undefined ? {'.': {}, ...inside} : inside
  }
  return fields
}

/** What is in `old` and not in `next` any more. */
function goneMembers(old: Record<string, Json>, next: Record<string, Json>): FieldsV1 {
  const fields: FieldsV1 = {}
  for (const [key, value] of Object.entries(old)) {
    const now = next[key]
    if (now === value) continue
    const inside = now === undefined ? valueChanged(key, value, undefined) : goneInside(key, value, now)
    if (now === undefined || !isLeaf(inside)) fields[`f:${key}`] = inside
  }
  return fields
}

function goneInside(field: string, old: Json, now: Json): FieldsV1 {
  if (isObject(old) && isObject(now)) return atomic.has(field) ? {} : goneMembers(old, now)
  const key = keysOfLists[field]
  if (key === undefined || !Array.isArray(old) || !Array.isArray(now)) return {}
  const fields: FieldsV1 = {}
  for (const element of old.filter(isObject)) {
    const match = now.find((each) => sameKey(each, element, key))
    const inside = isObject(match) ? goneMembers(element, match) : {'.': {}, ...membersChanged(element, undefined)}
    if (!isLeaf(inside)) fields[`k:${JSON.stringify(pick(element, key))}`] = inside
  }
  return fields
}

/** As `mergeKeys`, with the second key of ports. */
const keysOfLists: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(mergeKeys).map(([field, key]) => [field, [key]])),
  ports: ['containerPort', 'protocol'],
}

function sameKey(a: Json, b: Json, keys: readonly string[]): boolean {
  return isObject(a) && isObject(b) && keys.every((key) => sameJson(keyPart(a, key), keyPart(b, key)))
}

/** A port without a protocol is a TCP port. */
export function keyPart(element: Record<string, Json>, key: string): Json | undefined {
  return element[key] ?? (key === 'protocol' ? 'TCP' : undefined)
}

function pick(element: Record<string, Json>, keys: readonly string[]): Record<string, Json> {
  return Object.fromEntries(keys.flatMap((key) => [[key, keyPart(element, key) ?? null]]))
}

export function union(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const both: FieldsV1 = {...a}
  for (const [path, inside] of Object.entries(b)) both[path] = union(both[path] ?? {}, inside)
  return both
}

export function intersection(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const common: FieldsV1 = {}
  for (const [path, inside] of Object.entries(a)) {
    const other = b[path]
    if (other === undefined) continue
    const deeper = isLeaf(inside) ? inside : intersection(inside, other)
    if (isLeaf(inside) || !isLeaf(deeper)) common[path] = deeper
  }
  return common
}

/** What is in `a` and not in `b`; a leaf of `b` takes away all that lies under it. */
export function difference(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const rest: FieldsV1 = {}
  for (const [path, inside] of Object.entries(a)) {
    const other = b[path]
    if (other !== undefined && isLeaf(other)) continue
    const deeper = other === undefined || isLeaf(inside) ? inside : difference(inside, other)
    if (isLeaf(inside) || !isLeaf(deeper)) rest[path] = deeper
  }
  return rest
}

function isLeaf(fields: FieldsV1): boolean {
  return Object.keys(fields).length === 0
}
