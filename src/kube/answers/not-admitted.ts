import {type JsonObject, objectAt, objectsAt, textAt} from '../json-fields.ts'

const internal = 'Internal error occurred: '

/**
 * Does a genuine `Status` say that an admission webhook could not be called? Admission precedes the write to the storage, so
 * nothing was changed. Only the exact form of the API server counts (apiserver `admission/plugin/webhook`, `NewInternalError` of
 * `ErrCallingWebhook`): other errors may quote that sentence, and conversion webhooks are also called after a write.
 */
export function isNotAdmitted(status: JsonObject): boolean {
  const [cause, ...others] = objectsAt(objectAt(status, 'details'), 'causes')
  const why = textAt(cause, 'message')
  return (
    status.code === 500 &&
    status.reason === 'InternalError' &&
    others.length === 0 &&
    /^failed calling webhook "[^"]+"[:;] /.test(why) &&
    textAt(status, 'message') === `${internal}${why}`
  )
}
