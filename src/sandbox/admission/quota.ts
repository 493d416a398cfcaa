import type {ApiObject} from '../api-object.ts'
import type {Resource} from '../objects/define-resource.ts'
import {pods, resourceQuotas} from '../objects/resources.ts'
import type {Store} from '../objects/store.ts'
import {objectAt} from '../patches/json.ts'
import {forbidden} from '../status.ts'
import type {Trouble} from '../trouble.ts'

/** How many objects of one kind a namespace may hold. */
export interface Quota {
  readonly name: string
  /** By the names of ResourceQuotas: `pods`, `count/deployments.apps`. Quantities such as CPU are not limited. */
  readonly hard: Readonly<Record<string, number>>
}

/** Kinds that a quota may also count by their plural alone. */
const countedByPlural = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'resourcequotas',
  'secrets',
  'services',
])

/** The quotas of a namespace: its ResourceQuotas, and those of troubles. */
export function quotasIn(store: Store, troubles: readonly Trouble[], namespace: string): readonly Quota[] {
  const objects = store
    .all(resourceQuotas)
    .filter(({metadata}) => metadata.namespace === namespace)
    .map(({metadata, spec}) => ({name: metadata.name, hard: numbers(objectAt(spec, 'hard'))}))
  const scripted = troubles.flatMap((trouble) =>
    trouble.type === 'quota' && trouble.namespace === namespace
      ? [{name: trouble.quota ?? 'quota', hard: {[trouble.resource]: trouble.limit}}]
      : [],
  )
  return [...objects, ...scripted]
}

/** The keys of a quota that count objects of a resource. */
export function keysOf(resource: Resource): readonly string[] {
  const isByPlural = resource.group === '' && countedByPlural.has(resource.plural)
  return [...(isByPlural ? [resource.plural] : []), `count/${resource.id}`]
}

const ended = new Set<unknown>(['Succeeded', 'Failed'])

/** How many objects of a resource a namespace holds. Pods that are ending count, those that have ended do not. */
export function usedBy(store: Store, resource: Resource, namespace: string): number {
  const isCounted = ({metadata, status}: ApiObject): boolean =>
    metadata.namespace === namespace && !(resource === pods && ended.has(objectAt(status).phase))
  return store.all(resource).filter(isCounted).length
}

/**
 * Refuses an object more than a quota allows.
 *
 * @throws ApiError 403, in the words of the API
 */
export function admitWithinQuotas(
  {store, quotas}: {readonly store: Store; readonly quotas: readonly Quota[]},
  resource: Resource,
  {name, namespace}: {readonly name: string; readonly namespace: string},
): void {
  for (const quota of quotas) {
    const keys = keysOf(resource).filter((key) => quota.hard[key] !== undefined)
    const used = keys.length === 0 ? 0 : usedBy(store, resource, namespace)
    const exceeded = keys.filter((key) => used + 1 > (quota.hard[key] ?? 0)).toSorted()
    if (exceeded.length === 0) continue
    const list = (value: (key: string) => number): string => exceeded.map((key) => `${key}=${value(key)}`).join(',')
    const amounts = `requested: ${list(() => 1)}, used: ${list(() => used)}, limited: ${list((key) => quota.hard[key] ?? 0)}`
    throw forbidden(resource, name, `exceeded quota: ${quota.name}, ${amounts}`)
  }
}

function numbers(hard: object): Record<string, number> {
  const counts = Object.entries(hard).map(([key, value]): [string, number] => [key, Number(value)])
  return Object.fromEntries(counts.filter(([, value]) => Number.isFinite(value)))
}
