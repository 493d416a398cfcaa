import {own} from '../../shared/own.ts'
import {isObject, type Json, type JsonObject, sameJson} from './json.ts'

/**
 * The key by which the elements of a list merge, per field name.
 * Source: the `patchMergeKey` tags of https://github.com/kubernetes/api (core/v1, apps/v1, meta/v1).
 */
const mergeKeys: Readonly<Record<string, string>> = {
  conditions: 'type',
  containers: 'name',
  env: 'name',
  ephemeralContainers: 'name',
  hostAliases: 'ip',
  imagePullSecrets: 'name',
  initContainers: 'name',
  ownerReferences: 'uid',
  ports: 'containerPort',
  resourceClaims: 'name',
  secrets: 'name',
  topologySpreadConstraints: 'topologyKey',
  volumeDevices: 'devicePath',
  volumeMounts: 'mountPath',
  volumes: 'name',
}

/** Lists of plain values that merge as sets. */
const sets = new Set(['finalizers'])

/**
 * Strategic merge patch: objects merge, lists with a merge key merge by it, other lists replace; the directives `$patch`,
 * `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…` are honoured.
 *
 * Rules: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 */
export function strategicMerge(target: JsonObject, patch: JsonObject): JsonObject {
  if (patch.$patch === 'replace') return clean(patch)
  if (patch.$patch === 'delete') return {}
  const merged: JsonObject = retained(target, patch.$retainKeys)
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue
    if (value === null) delete merged[key]
    else merged[key] = mergeField(key, merged[key], value, patch[`$setElementOrder/${key}`])
  }
  for (const [key, values] of Object.entries(patch)) {
    const list = /^\$deleteFromPrimitiveList\/(.+)$/.exec(key)?.[1]
    const current = list === undefined ? undefined : merged[list]
    if (list === undefined || !Array.isArray(current) || !Array.isArray(values)) continue
    merged[list] = current.filter((each) => !values.some((value) => sameJson(value, each)))
  }
  return merged
}

function retained(target: JsonObject, keys: Json | undefined): JsonObject {
  if (!Array.isArray(keys)) return {...target}
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)))
}

function mergeField(key: string, current: Json | undefined, value: Json, order: Json | undefined): Json {
  if (isObject(value)) return strategicMerge(isObject(current) ? current : {}, value)
  if (!Array.isArray(value)) return value
  const list = Array.isArray(current) ? current : []
  if (sets.has(key)) return [...list, ...value.filter((each) => !list.some((known) => sameJson(known, each)))]
  const mergeKey = own(mergeKeys, key)
  if (mergeKey === undefined || !value.every(isObject)) return value
  const original = list.filter(isObject)
  const merged = mergeLists(original, value, mergeKey)
  return inOrder(merged, {original, wanted: Array.isArray(order) ? order : value, mergeKey})
}

function mergeLists(current: readonly JsonObject[], patches: readonly JsonObject[], mergeKey: string): JsonObject[] {
  if (patches.some((patch) => patch.$patch === 'replace')) {
    return patches.filter((patch) => patch.$patch !== 'replace').map(clean)
  }
  let merged = [...current]
  for (const patch of patches) {
    const index = merged.findIndex((each) => sameJson(each[mergeKey], patch[mergeKey]))
    const found = merged[index]
    if (patch.$patch === 'delete') merged = merged.filter((each) => each !== found)
    else if (found === undefined) merged.push(strategicMerge({}, patch))
    else merged[index] = strategicMerge(found, patch)
  }
  return merged
}

interface ListOrder {
  readonly original: readonly Json[]
  /** The elements in the order of the patch, or in the one that it sets. */
  readonly wanted: readonly Json[]
  readonly mergeKey: string
}

/**
 * The elements that the patch names in its order, and each of the others before the first of those that it preceded.
 * Source: `mergeSortedSlice` in k8s.io/apimachinery/pkg/util/strategicpatch.
 */
function inOrder(list: readonly JsonObject[], {original, wanted, mergeKey}: ListOrder): JsonObject[] {
  const place = (all: readonly Json[], element: JsonObject): number =>
    all.findIndex((each) => isObject(each) && sameJson(each[mergeKey], element[mergeKey]))
  const named = list.filter((each) => place(wanted, each) >= 0).toSorted((a, b) => place(wanted, a) - place(wanted, b))
  const others = list.filter((each) => place(wanted, each) < 0)
  const merged: JsonObject[] = []
  for (const element of named) {
    const at = place(original, element)
    while (others[0] !== undefined && at >= 0 && place(original, others[0]) < at) merged.push(...others.splice(0, 1))
    merged.push(element)
  }
  return [...merged, ...others]
}

function clean(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')))
}
