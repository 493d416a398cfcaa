import type {FieldConflict} from '../../model/failure.ts'
import {type JsonObject, objectAt, objectsAt, sentenceAt} from '../json-fields.ts'

/**
 * The conflicts of a server-side apply: managers and fields, from the causes of the `Status` (apimachinery
 * `NewApplyConflict`). Empty for a conflict of another type.
 */
export function fieldConflicts(status: JsonObject): readonly FieldConflict[] {
  return objectsAt(objectAt(status, 'details'), 'causes')
    .filter(({reason}) => reason === 'FieldManagerConflict')
    .map((cause) => ({manager: managerIn(sentenceAt(cause, 'message')), field: sentenceAt(cause, 'field')}))
}

/** `conflict with "editor" using apps/v1`, `conflict with "editor" with subresource "scale" using v1 at 2026-…`. */
function managerIn(message: string): string {
  const [, manager = 'another manager'] = /^conflict with "([^"]*)"/.exec(message) ?? []
  return manager
}

/**
 * Does a genuine `Status` say that what was applied is not an object of its kind? The server answers so with HTTP 500, before
 * anything is written (apimachinery `managedfields/internal`, measured in the contract suite), and without a reason.
 */
export function isMistyped(status: JsonObject): boolean {
  return (
    status.code === 500 &&
    (status.reason ?? '') === '' &&
    sentenceAt(status, 'message').startsWith('failed to create typed patch object (')
  )
}
