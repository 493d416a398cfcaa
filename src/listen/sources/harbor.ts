import {authorizationOf, identityOf, isSecret} from './credentials.ts'
import {type Found, parsedBody, type SaidImage, taggedImage} from './found-image.ts'
import {at, listAt, textAt, timeAt} from './payload.ts'
import type {EventSource} from './source.ts'

/** The name of a push in the default format (`pushImage`: before Harbor 2), and in that of CloudEvents. */
const pushes = ['PUSH_ARTIFACT', 'pushImage', 'harbor.artifact.pushed']

/**
 * Webhooks of a Harbor project, in both of its formats. `Authorization` is the text that is configured as "Auth Header". The
 * default format has no identifier; it has the time and is sent again unchanged, so that its hash identifies it.
 */
export const harbor: EventSource = {
  type: 'harbor',
  verify: (request, secret) => isSecret(authorizationOf(request), secret),
  parse: ({body}) => parsedBody(body, (json) => pushesOf(json, identityOf(body))),
}

function pushesOf(json: unknown, bodyId: string): readonly Found[] {
  const type = textAt(json, 'type')
  if (type === undefined) return [{malformed: 'it has no type'}]
  if (!pushes.includes(type)) return [{ignored: 'it tells of no push'}]
  const isCloudEvent = textAt(json, 'specversion') !== undefined
  const data = at(json, isCloudEvent ? 'data' : 'event_data')
  const pushedAt = timeAt(json, isCloudEvent ? 'time' : 'occur_at')
  const deliveryId = isCloudEvent ? textAt(json, 'id') : bodyId
  const path = textAt(data, 'repository', 'repo_full_name')
  const resources = listAt(data, 'resources') ?? [undefined]
  return resources.map((resource) => taggedImage({path, pushedAt, deliveryId, ...said(resource)}))
}

/** The URL of a resource is `host/project/name:tag`, or `host/project/name@digest`. Only its host is used. */
function said(resource: unknown): Pick<SaidImage, 'host' | 'tag' | 'digest'> {
  const host = textAt(resource, 'resource_url')
    ?.replace(/^https?:\/\//, '')
    .replace(/\/.*$/s, '')
  return {host: host === '' ? undefined : host, tag: textAt(resource, 'tag'), digest: textAt(resource, 'digest')}
}
