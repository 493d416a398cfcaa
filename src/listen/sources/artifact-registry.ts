import {isImageReference, parseImageReference} from '../../image/image-ref.ts'
import {authorizationOf, isSecret} from './credentials.ts'
import {type Found, parsedBody, taggedImage} from './found-image.ts'
import {at, jsonOf, textAt, timeAt} from './payload.ts'
import type {EventSource, SourceRequest} from './source.ts'

/**
 * Notifications of Google Artifact Registry and Container Registry through a push subscription of Pub/Sub, with or without
 * payload unwrapping. A message has an identifier; without one (unwrapped, without its metadata) a delivery has none, because the
 * payload of a tag that moves back is the same as before. The OIDC token of a subscription is not checked: only the secret is.
 */
export const artifactRegistry: EventSource = {
  type: 'artifact-registry',
  verify: (request, secret) => isSecret([request.token, ...authorizationOf(request)], secret),
  parse: (request) => parsedBody(request.body, (json) => [pushOf(messageOf(json, request))]),
}

interface Message {
  readonly data: unknown
  readonly id: string | undefined
  readonly publishedAt: string | undefined
}

function messageOf(json: unknown, {headers}: SourceRequest): Message | {readonly malformed: string} {
  const message = at(json, 'message')
  if (message === undefined) {
    const id = headers['x-goog-pubsub-message-id']
    return {data: json, id, publishedAt: timeAt(headers, 'x-goog-pubsub-publish-time')}
  }
  const data = jsonOf(Buffer.from(textAt(message, 'data') ?? '', 'base64'))
  if ('malformed' in data) return {malformed: `of the data of its message, ${data.malformed}`}
  const id = textAt(message, 'messageId') ?? textAt(message, 'message_id')
  return {data: data.value, id, publishedAt: timeAt(message, 'publishTime') ?? timeAt(message, 'publish_time')}
}

/** `digest` and `tag` are whole references. */
function pushOf(message: Message | {readonly malformed: string}): Found {
  if ('malformed' in message) return message
  const {data, id, publishedAt} = message
  const action = textAt(data, 'action')
  if (action === undefined) return {malformed: 'it has no action'}
  if (action !== 'INSERT') return {ignored: 'it tells of no push'}
  const tagged = textAt(data, 'tag')
  if (tagged === undefined) return {ignored: 'it was pushed without a tag'}
  const reference = parseImageReference(tagged)
  if (!isImageReference(reference)) return {malformed: reference.problem}
  const {domain: host, path, tag} = reference
  const [, digest] = textAt(data, 'digest')?.split('@') ?? []
  return taggedImage({host, path, tag, digest, pushedAt: publishedAt, deliveryId: id})
}
