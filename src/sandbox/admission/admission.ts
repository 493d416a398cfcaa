import type {ApiObject} from '../api-object.ts'
import type {Resource} from '../objects/define-resource.ts'
import type {Store} from '../objects/store.ts'
import type {Trouble} from '../trouble.ts'
import {admitWithinQuotas, quotasIn} from './quota.ts'
import {admitByWebhooks} from './webhook.ts'

/** A write before it is carried out. */
export interface AdmissionRequest {
  readonly verb: 'create' | 'update' | 'delete'
  readonly resource: Resource
  readonly subresource?: string | undefined
  readonly object: ApiObject
}

/** @throws ApiError when the write is not admitted */
export type Admit = (request: AdmissionRequest) => void

/** Admission by the webhooks and the quotas of a cluster; Events are always admitted. */
export function createAdmission(store: Store, troubles: () => readonly Trouble[]): Admit {
  return ({verb, resource, subresource, object}) => {
    if (resource.plural === 'events') return
    const {name, namespace} = object.metadata
    const active = troubles()
    admitByWebhooks(active, {verb, plural: resource.plural, subresource, namespace, name})
    if (verb !== 'create' || namespace === undefined) return
    admitWithinQuotas({store, quotas: quotasIn(store, active, namespace)}, resource, {name, namespace})
  }
}
