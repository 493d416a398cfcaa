import {authorizationOf, isSecret} from './credentials.ts'
import {type Found, parsedBody, taggedImage} from './found-image.ts'
import {textAt, timeAt} from './payload.ts'
import type {EventSource} from './source.ts'

/** Webhooks of Azure Container Registry, with a custom header. An event has an `id`, and is sent once. */
export const acr: EventSource = {
  type: 'acr',
  verify: (request, secret) => isSecret(authorizationOf(request), secret),
  parse: ({body}) => parsedBody(body, (json) => [pushOf(json)]),
}

function pushOf(json: unknown): Found {
  const action = textAt(json, 'action')
  if (action === undefined) return {malformed: 'it has no action'}
  if (action !== 'push') return {ignored: 'it tells of no push'}
  return taggedImage({
    host: textAt(json, 'request', 'host'),
    path: textAt(json, 'target', 'repository'),
    tag: textAt(json, 'target', 'tag'),
    digest: textAt(json, 'target', 'digest'),
    mediaTypes: [textAt(json, 'target', 'mediaType')],
    pushedAt: timeAt(json, 'timestamp'),
    deliveryId: textAt(json, 'id'),
  })
}
