import type {ApiObject} from '../api-object.ts'
import {type JsonObject, objectAt} from '../patches/json.ts'
import type {Resource} from './define-resource.ts'

/** A service with the cluster address that the server assigns; it keeps an address that it has. */
export function withAddress({kind}: Resource, service: ApiObject, previous?: ApiObject): ApiObject {
  const spec = objectAt(service.spec)
  if (kind !== 'Service' || spec.type === 'ExternalName' || spec.clusterIP !== undefined) return service
  const {clusterIP = addressOf(service), clusterIPs = [clusterIP]} = objectAt(previous?.spec)
  const filled: JsonObject = {
    clusterIP,
    clusterIPs,
    ...spec,
    ipFamilies: spec.ipFamilies ?? ['IPv4'],
    ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack',
  }
  return {...service, spec: filled}
}

/** In the usual network of services; derived from the name. */
function addressOf({metadata}: ApiObject): string {
  let hash = 0
  for (const byte of Buffer.from(`${metadata.namespace}/${metadata.name}`)) hash = (hash * 31 + byte) % 60_000
  return `10.96.${1 + Math.floor(hash / 250)}.${2 + (hash % 250)}`
}
