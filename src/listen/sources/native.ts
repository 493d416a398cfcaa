import {isImageReference, parseImageReference} from '../../image/image-ref.ts'
import {authorizationOf, isSecret, isSignature} from './credentials.ts'
import {type Found, imageEvent, parsedBody} from './found-image.ts'
import {textAt} from './payload.ts'
import type {EventSource} from './source.ts'

/**
 * `{"image": "ghcr.io/acme/web:1.4.2@sha256:…", "id": "build-4711"}` from a step of a pipeline. A tag that moves from A to B and
 * back sends the body of A twice: only an `id` can tell a delivery that is repeated from one more push.
 */
export const native: EventSource = {
  type: 'native',
  verify(request, secret) {
    const signed = isSignature([request.headers['x-hub-signature-256']], request.body, secret)
    return signed === 'ok' ? 'ok' : isSecret(authorizationOf(request), secret)
  },
  parse: ({body}) => parsedBody(body, (json) => [pushOf(json)]),
}

function pushOf(json: unknown): Found {
  const image = textAt(json, 'image')
  if (image === undefined) return {malformed: 'it has no text "image"'}
  const reference = parseImageReference(image)
  if (!isImageReference(reference)) return {malformed: reference.problem}
  const {domain: host, path, tag, digest} = reference
  if (tag === undefined && digest === undefined) return {malformed: 'its image has neither a tag nor a digest'}
  return imageEvent({host, path, tag, digest, deliveryId: textAt(json, 'id')})
}
