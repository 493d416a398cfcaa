import {authorizationOf, isSecret} from './credentials.ts'
import {type Found, parsedBody, taggedImage} from './found-image.ts'
import {foreignPart} from './media-types.ts'
import {listAt, textAt, timeAt} from './payload.ts'
import type {EventSource} from './source.ts'

/**
 * Notifications of the Distribution registry, 2.8 and 3 (their payloads are the same, their `Content-Type` differs), and of
 * registries built on it, such as that of a self-managed GitLab. An event has an `id`, which stays the same when it is sent again.
 */
export const distribution: EventSource = {
  type: 'distribution',
  verify: (request, secret) => isSecret(authorizationOf(request), secret),
  parse: ({body}) =>
    parsedBody(body, (json) => listAt(json, 'events')?.map(pushOf) ?? [{malformed: 'it has no list "events"'}]),
}

function pushOf(event: unknown): Found {
  const action = textAt(event, 'action')
  if (action === undefined) return {malformed: 'an event has no action'}
  if (action !== 'push') return {ignored: 'it tells of no push'}
  const mediaType = textAt(event, 'target', 'mediaType')
  // Sent only with `notifications.events.includereferences`.
  const parts = listAt(event, 'target', 'references') ?? []
  const partTypes = parts.flatMap((part) => textAt(part, 'mediaType') ?? [])
  return taggedImage({
    host: textAt(event, 'request', 'host'),
    path: textAt(event, 'target', 'repository'),
    tag: textAt(event, 'target', 'tag'),
    digest: textAt(event, 'target', 'digest'),
    mediaTypes: [mediaType, foreignPart(mediaType ?? '', partTypes)],
    pushedAt: timeAt(event, 'timestamp'),
    deliveryId: textAt(event, 'id'),
  })
}
