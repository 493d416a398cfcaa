import type {ApiObject} from '../api-object.ts'
import {objectAt} from '../patches/json.ts'
import {forbidden} from '../status.ts'
import {pods, resourceQuotas} from './resources.ts'
import type {Store} from './store.ts'

/** The resources of a quota that count pods; of others nothing is known here. */
const counted = ['pods', 'count/pods'] as const

const ended = new Set(['Succeeded', 'Failed'])

/**
 * Refuses a pod for which a ResourceQuota of its namespace has no room.
 * Source: `CheckRequest` in k8s.io/apiserver/pkg/admission/plugin/resourcequota.
 *
 * @throws ApiError 403
 */
export function admitByQuota(store: Store, pod: ApiObject): void {
  const {name, namespace = ''} = pod.metadata
  for (const quota of store.all(resourceQuotas)) {
    if (quota.metadata.namespace !== namespace) continue
    const {hard, used} = quotaStatus(store, quota)
    for (const resource of counted) {
      if (hard[resource] === undefined || Number(used[resource]) + 1 <= Number(hard[resource])) continue
      const amounts = `requested: ${resource}=1, used: ${resource}=${used[resource]}, limited: ${resource}=${hard[resource]}`
      throw forbidden(pods, name, `exceeded quota: ${quota.metadata.name}, ${amounts}`)
    }
  }
}

export interface QuotaStatus {
  readonly hard: Readonly<Record<string, string>>
  readonly used: Readonly<Record<string, string>>
}

/** What a quota allows, and what there is of it. Pods that are ending count, those that have ended do not. */
export function quotaStatus(store: Store, quota: ApiObject): QuotaStatus {
  const hard = Object.fromEntries(
    Object.entries(objectAt(quota.spec, 'hard')).map(([resource, amount]) => [resource, String(amount)]),
  )
  const {namespace} = quota.metadata
  const living = store
    .all(pods)
    .filter(({metadata, status}) => metadata.namespace === namespace && !ended.has(String(objectAt(status).phase)))
  const used = Object.keys(hard).map((resource) => [
    resource,
    counted.some((each) => each === resource) ? String(living.length) : '0',
  ])
  return {hard, used: Object.fromEntries(used)}
}
