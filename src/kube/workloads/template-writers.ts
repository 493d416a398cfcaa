import type {TemplateWriter} from '../../model/workload.ts'
import {objectAt, objectsAt, sentenceAt} from '../json-fields.ts'

/** The field managers that have written the pod template. Removing a field leaves no record. */
export function templateWriters(object: unknown): readonly TemplateWriter[] {
  return objectsAt(objectAt(object, 'metadata'), 'managedFields')
    .filter((entry) => 'f:template' in objectAt(entry, 'fieldsV1', 'f:spec'))
    .map((entry) => ({manager: sentenceAt(entry, 'manager'), at: sentenceAt(entry, 'time')}))
}
