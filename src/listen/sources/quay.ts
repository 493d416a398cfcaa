import {isSecret} from './credentials.ts'
import {type Found, parsedBody, taggedImage} from './found-image.ts'
import {listAt, textAt} from './payload.ts'
import type {EventSource} from './source.ts'

/**
 * "Push to repository" notifications of Quay. They have no credentials but those in their URL, one event per tag, no digest,
 * and no identity: two pushes of the same tag send the same body.
 */
export const quay: EventSource = {
  type: 'quay',
  verify: ({token}, secret) => isSecret([token], secret),
  parse: ({body}) => parsedBody(body, pushesOf),
}

function pushesOf(json: unknown): readonly Found[] {
  const tags = listAt(json, 'updated_tags')
  if (tags === undefined) return [{ignored: 'it is a notification without tags'}]
  const [, host, path] = /^([^/]+)\/(.+)$/s.exec(textAt(json, 'docker_url') ?? '') ?? []
  return tags.map((tag) =>
    typeof tag === 'string' ? taggedImage({host, path, tag}) : {malformed: 'one of its tags is no text'},
  )
}
