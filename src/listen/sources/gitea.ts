import {authorizationOf, identityOf, isSecret, isSignature} from './credentials.ts'
import {type Found, parsedBody, taggedImage} from './found-image.ts'
import {at, textAt, timeAt} from './payload.ts'
import type {EventSource} from './source.ts'

/**
 * `package` events of Gitea and Forgejo. The body is signed; the version in it has an identifier and a time, so that its hash
 * identifies a delivery. The registry has the host of the web interface.
 */
export const gitea: EventSource = {
  type: 'gitea',
  verify(request, secret) {
    const {headers, body} = request
    const signatures = ['x-hub-signature-256', 'x-gitea-signature', 'x-forgejo-signature'].map((name) => headers[name])
    const signed = isSignature(signatures, body, secret)
    return signed === 'ok' ? 'ok' : isSecret(authorizationOf(request), secret)
  },
  parse: ({body}) => parsedBody(body, (json) => [pushOf(json, identityOf(body))]),
}

function pushOf(json: unknown, deliveryId: string): Found {
  const pushed = at(json, 'package')
  if (pushed === undefined) return {ignored: 'it is an event without a package'}
  if (textAt(json, 'action') !== 'created') return {ignored: 'it tells of no push'}
  if (textAt(pushed, 'type') !== 'container') return {ignored: 'its package is no container'}
  const owner = textAt(pushed, 'owner', 'login') ?? textAt(pushed, 'owner', 'username')
  const name = textAt(pushed, 'name')
  return taggedImage({
    host: URL.parse(textAt(pushed, 'html_url') ?? '')?.host || undefined,
    path: owner === undefined || name === undefined ? undefined : `${owner}/${name}`.toLowerCase(),
    tag: textAt(pushed, 'version'),
    pushedAt: timeAt(pushed, 'created_at'),
    deliveryId,
  })
}
