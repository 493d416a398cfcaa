import type {TemplateWriter} from '../../model/workload.ts'
import {objectAt, objectsAt, sentenceAt} from '../json-fields.ts'

/** Who has written into the pod template, by the field managers that the server notes. Who only removed something is in no note. */
export function templateWriters(object: unknown): readonly TemplateWriter[] {
  return objectsAt(objectAt(object, 'metadata'), 'managedFields')
    .filter((entry) => 'f:template' in objectAt(entry, 'fieldsV1', 'f:spec'))
    .map((entry) => ({manager: sentenceAt(entry, 'manager'), at: sentenceAt(entry, 'time')}))
}
