import type {ApiObject} from '../../kube/ports/objects.ts'
import {HubspokeError} from '../../model/failure.ts'
import {externalText} from '../../shared/external-text.ts'
import {fieldsOf} from './cluster-kinds.ts'

/**
 * Does the API server serve the kind of a CustomResourceDefinition? (its conditions `Established` and `NamesAccepted`)
 *
 * @throws HubspokeError if its names are those of another one
 */
export function isEstablished({status}: ApiObject): boolean {
  const {conditions} = fieldsOf(status)
  const all = Array.isArray(conditions) ? conditions.map(fieldsOf) : []
  const one = (type: string) => all.find((condition) => condition.type === type)
  const names = one('NamesAccepted')
  if (names?.status === 'False') {
    const why = typeof names.message === 'string' ? `: ${externalText(names.message)}` : ''
    throw new HubspokeError('rejected', `The names of its kind are not accepted${why}.`, {observed: true})
  }
  return one('Established')?.status === 'True'
}

/**
 * @throws HubspokeError for an object that is being deleted: what was applied to it does not stay, and no object can be created
 *   in such a namespace
 */
export function requireStays({metadata, status}: ApiObject): void {
  const isLeaving = fieldsOf(metadata).deletionTimestamp !== undefined || fieldsOf(status).phase === 'Terminating'
  if (isLeaving)
    throw new HubspokeError('rejected', 'It is being deleted: what is applied to it does not stay.', {observed: true})
}
