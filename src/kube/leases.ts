import {HubspokeError} from '../model/failure.ts'
import {type Api, apiPath} from './api.ts'
import {quoted} from './errors.ts'
import {numberAt, objectAt, stringsOf, textAt} from './json-fields.ts'
import type {LeaseObject, LeaseRecord, Leases} from './ports/leases.ts'
import {unlessMissing} from './workloads/read-workload.ts'
import {fieldManager} from './workloads/restart-workload.ts'

export function createLeases(api: Api): Leases {
  return {
    async read(namespace, name, signal) {
      const object = await unlessMissing(api.get(leasePath(namespace, [name]), signal))
      return object === undefined ? undefined : toLease(object)
    },
    async write(namespace, name, {record, resourceVersion, dryRun}, signal) {
      const body = toObject({namespace, name, resourceVersion}, record)
      if (resourceVersion === undefined) {
        return toLease(await api.write({method: 'POST', path: leasePath(namespace, [], dryRun), body}, signal))
      }
      const path = leasePath(namespace, [name], dryRun)
      const written = await unlessMissing(api.write({method: 'PUT', path, body}, signal))
      if (written !== undefined) return toLease(written)
      const message = `The Lease ${quoted(`${namespace}/${name}`)} of context ${quoted(api.party.context)} was deleted in the meantime.`
      throw new HubspokeError('conflict', message, {status: 404, refused: true})
    },
  }
}

function leasePath(namespace: string, name: readonly string[] = [], dryRun = false): string {
  const parts = ['apis', 'coordination.k8s.io', 'v1', 'namespaces', namespace, 'leases', ...name]
  return apiPath(parts, {fieldManager, dryRun: dryRun ? 'All' : undefined})
}

function toObject(
  {resourceVersion, ...place}: {namespace: string; name: string; resourceVersion: string | undefined},
  {annotations, holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions}: LeaseRecord,
): object {
  const labels = {'app.kubernetes.io/managed-by': 'hubspoke'}
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {...place, labels, annotations, ...(resourceVersion !== undefined && {resourceVersion})},
    spec: {
      leaseTransitions,
      ...(holderIdentity !== '' && {holderIdentity}),
      ...(leaseDurationSeconds > 0 && {leaseDurationSeconds}),
      ...(acquireTime !== '' && {acquireTime: microTime(acquireTime)}),
      ...(renewTime !== '' && {renewTime: microTime(renewTime)}),
    },
  }
}

/** `MicroTime` takes six digits of a second and no other number of them (apimachinery `meta/v1/micro_time.go`). */
function microTime(time: string): string {
  return time.replace(/(?:\.(\d+))?Z$/, (_, digits = '') => `.${digits.slice(0, 6).padEnd(6, '0')}Z`)
}

function toLease(object: unknown): LeaseObject {
  const metadata = objectAt(object, 'metadata')
  const spec = objectAt(object, 'spec')
  return {
    resourceVersion: textAt(metadata, 'resourceVersion'),
    annotations: stringsOf(objectAt(metadata, 'annotations')),
    holderIdentity: textAt(spec, 'holderIdentity'),
    leaseDurationSeconds: numberAt(spec, 'leaseDurationSeconds'),
    acquireTime: textAt(spec, 'acquireTime'),
    renewTime: textAt(spec, 'renewTime'),
    leaseTransitions: numberAt(spec, 'leaseTransitions'),
  }
}
