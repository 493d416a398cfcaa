import {HubspokeError} from '../model/failure.ts'
import {newObject, oneObject, replacedObject} from './answers/object-question.ts'
import {leases} from './answers/resource.ts'
import {unlessMissing} from './answers/unless-missing.ts'
import type {Api} from './api.ts'
import {quoted, unexpectedAnswer} from './errors.ts'
import {numberAt, objectAt, stringsOf, textAt} from './json-fields.ts'
import type {LeaseObject, LeaseRecord, Leases} from './ports/leases.ts'
import {fieldManager} from './workloads/patch-template.ts'

export function createLeases(api: Api): Leases {
  return {
    async read(namespace, name, signal) {
      const object = await unlessMissing(
        api.get(oneObject(leases, {namespace, name, without: 'uid', bareNotFound: true}), signal),
      )
      return object === undefined ? undefined : toLease(object)
    },
    async write(namespace, name, {record, resourceVersion, dryRun}, signal) {
      const body = toObject({namespace, name, resourceVersion}, record)
      const query = {fieldManager, dryRun: dryRun ? 'All' : undefined}
      const request = {namespace, name, query, without: dryRun ? 'resourceVersion' : 'uid'} as const
      if (resourceVersion === undefined) {
        const created = await api.write({method: 'POST', question: newObject(leases, request), body}, signal)
        return accepted(toLease(created), record)
      }
      const question = replacedObject(leases, request)
      const written = await unlessMissing(api.write({method: 'PUT', question, body}, signal))
      if (written !== undefined) return accepted(toLease(written), record)
      const message = `The Lease ${quoted(`${namespace}/${name}`)} of context ${quoted(api.party.context)} was deleted in the meantime.`
      throw new HubspokeError('conflict', message, {status: 404, refused: true})
    },
  }

  /** The lock is taken only if the answer has our holder. */
  function accepted(lease: LeaseObject, {holderIdentity}: LeaseRecord): LeaseObject {
    if (lease.holderIdentity === holderIdentity) return lease
    throw unexpectedAnswer(api.party, 'the Lease does not have the holder that was written')
  }
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

/** `MicroTime` requires exactly six digits of a second (apimachinery `meta/v1/micro_time.go`). */
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
