import type {ApiObject} from '../../kube/ports/objects.ts'
import {HubspokeError} from '../../model/failure.ts'
import {externalText} from '../../shared/external-text.ts'
import {fieldsOf} from './cluster-kinds.ts'

/** Can the objects that follow be applied? `terminal` failures do not pass without a change. */
export type Readiness = 'ready' | 'waiting' | HubspokeError

/** Does the API server serve the kind of a CustomResourceDefinition (its conditions `Established` and `NamesAccepted`)? */
export function definitionReadiness({status}: ApiObject): Readiness {
  const {conditions} = fieldsOf(status)
  const all = Array.isArray(conditions) ? conditions.map(fieldsOf) : []
  const one = (type: string) => all.find((condition) => condition.type === type)
  const names = one('NamesAccepted')
  if (names?.status === 'False') {
    const why = typeof names.message === 'string' ? `: ${externalText(names.message)}` : ''
    return new HubspokeError('rejected', `The names of its kind are not accepted${why}.`, {observed: true})
  }
  return one('Established')?.status === 'True' ? 'ready' : 'waiting'
}

/** Can objects be created in a namespace? */
export function namespaceReadiness({metadata, status}: ApiObject): Readiness {
  const isLeaving = fieldsOf(metadata).deletionTimestamp !== undefined || fieldsOf(status).phase === 'Terminating'
  if (!isLeaving) return 'ready'
  return new HubspokeError('rejected', 'The namespace is being deleted: no object can be created in it.', {
    observed: true,
  })
}
