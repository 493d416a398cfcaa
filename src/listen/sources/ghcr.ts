import {identityOf, isSignature} from './credentials.ts'
import {type Found, parsedBody, taggedImage} from './found-image.ts'
import {at, textAt, timeAt} from './payload.ts'
import type {EventSource} from './source.ts'

/**
 * `package` events of a GitHub webhook, and `registry_package` events of a GitHub App. Only the body is signed: nothing is read
 * from header fields, and the hash of the body identifies a delivery.
 */
export const ghcr: EventSource = {
  type: 'ghcr',
  verify: ({headers, body}, secret) => isSignature([headers['x-hub-signature-256']], body, secret),
  parse: ({body}) => parsedBody(body, (json) => [pushOf(json, identityOf(body))]),
}

function pushOf(json: unknown, deliveryId: string): Found {
  const pushed = at(json, 'package') ?? at(json, 'registry_package')
  if (pushed === undefined) return {ignored: 'it is an event without a package, such as ping'}
  const action = textAt(json, 'action')
  if (action !== 'published' && action !== 'updated') return {ignored: 'it tells of no push'}
  if (textAt(pushed, 'package_type')?.toUpperCase() !== 'CONTAINER') return {ignored: 'its package is no container'}
  const version = at(pushed, 'package_version')
  const metadata = at(version, 'container_metadata')
  return taggedImage({
    ...repositoryOf(pushed),
    tag: textAt(metadata, 'tag', 'name'),
    digest: textAt(metadata, 'tag', 'digest') ?? textAt(metadata, 'manifest', 'digest') ?? textAt(version, 'version'),
    mediaTypes: [textAt(metadata, 'manifest', 'media_type'), textAt(metadata, 'manifest', 'config', 'media_type')],
    pushedAt: timeAt(version, 'updated_at') ?? timeAt(pushed, 'updated_at'),
    deliveryId,
  })
}

/** From `ghcr.io/Acme/web:1.4.2`, which may end in a colon. The owner keeps its capitals there; the registry has none. */
function repositoryOf(pushed: unknown): {readonly host: string; readonly path: string | undefined} {
  const url = textAt(pushed, 'package_version', 'package_url')?.toLowerCase()
  const [, host, path] = /^(?:https?:\/\/)?([^/]+)\/([^:@]+)/.exec(url ?? '') ?? []
  if (host !== undefined && path !== undefined) return {host, path}
  const owner = textAt(pushed, 'namespace') ?? textAt(pushed, 'owner', 'login')
  const name = textAt(pushed, 'name')
  const both = owner === undefined || name === undefined ? undefined : `${owner}/${name}`.toLowerCase()
  return {host: 'ghcr.io', path: both}
}
