import {identityOf, isSecret} from './credentials.ts'
import {type Found, parsedBody, taggedImage} from './found-image.ts'
import {textAt, timeAt} from './payload.ts'
import type {EventSource} from './source.ts'

/**
 * Webhooks of Docker Hub. They have no credentials but those in their URL, and no digest. The time of the push is in the body,
 * so that its hash identifies a delivery.
 */
export const dockerHub: EventSource = {
  type: 'docker-hub',
  verify: ({token}, secret) => isSecret([token], secret),
  parse: ({body}) => parsedBody(body, (json) => [pushOf(json, identityOf(body))]),
}

function pushOf(json: unknown, deliveryId: string): Found {
  return taggedImage({
    host: 'docker.io',
    path: textAt(json, 'repository', 'repo_name'),
    tag: textAt(json, 'push_data', 'tag'),
    mediaTypes: [textAt(json, 'push_data', 'media_type')],
    pushedAt: timeAt(json, 'push_data', 'pushed_at'),
    deliveryId,
  })
}
