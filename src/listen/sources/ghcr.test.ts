import {describe, expect, test} from 'vitest'
import {ghcr} from './ghcr.ts'
import type {SourceRequest} from './source.ts'
import {payloads} from './testing/payloads.ts'
import {changed, digestA, digestB, requestOf, secret, signed} from './testing/requests.ts'

const payload = payloads.ghcr
const parse = (body: unknown) => ghcr.parse(requestOf(body))
const version = (path: string, value: unknown) => changed(payload, `package.package_version.${path}`, value)
const pushed = {
  repository: 'ghcr.io/acme/web',
  tag: '1.4.2',
  digest: digestA,
  pushedAt: '2026-12-01T11:44:01.000Z',
  deliveryId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
}

test.each([
  ['package, published', payload],
  ['package, updated', changed(payload, 'action', 'updated')],
  ['registry_package', {...changed(payload, 'package', undefined), registry_package: payload.package}],
  ['no URL', version('package_url', undefined)],
  ['a URL without a tag', version('package_url', 'ghcr.io/Acme/web:')],
  ['no digest of the tag', version('container_metadata.tag', {name: '1.4.2'})],
])('%s: the owner is in lower case', (_, body) => {
  expect(parse(body)).toEqual({events: [pushed]})
})

test('an image of GitHub Enterprise has the host of its registry, and a name may have several parts', () => {
  expect(parse(version('package_url', 'containers.github.acme.example/Acme/team/web:1.4.2'))).toEqual({
    events: [{...pushed, repository: 'containers.github.acme.example/acme/team/web'}],
  })
})

test.each([
  ['ping', {zen: 'Design for failure.', hook_id: 1, hook: {type: 'Organization'}}, 'without a package, such as ping'],
  ['another event', {action: 'created', comment: {}}, 'without a package'],
  ['another action', changed(payload, 'action', 'deleted'), 'it tells of no push'],
  ['npm', changed(payload, 'package.package_type', 'npm'), 'its package is no container'],
  ['the manifest of one platform', version('container_metadata.tag', {name: '', digest: ''}), 'without a tag'],
  ['no metadata', version('container_metadata', undefined), 'without a tag'],
  [
    'a chart',
    version('container_metadata.manifest.config.media_type', 'application/vnd.cncf.helm.config.v1+json'),
    'its media type',
  ],
  ['a signature', version('container_metadata.tag.name', `sha256-${'a1'.repeat(32)}.sig`), 'a signature'],
])('%s is ignored', (_, body, reason) => {
  expect(parse(body)).toEqual({events: [], ignored: expect.stringContaining(reason)})
})

describe('a signature', () => {
  const replayed = (request: SourceRequest, delivery: string) => ({
    ...request,
    headers: {...request.headers, 'x-github-event': 'package', 'x-github-delivery': delivery},
  })

  test('is required, of this body, with this secret', () => {
    const request = signed(payload)
    expect(ghcr.verify(request, secret)).toBe('ok')
    expect(ghcr.verify(requestOf(payload), secret)).toBe('refused')
    expect(ghcr.verify(signed(payload, 'other'), secret)).toBe('refused')
    expect(ghcr.verify({...request, body: Buffer.concat([request.body, Buffer.from(' ')])}, secret)).toBe('refused')
    expect(ghcr.verify(requestOf(payload, {headers: {authorization: `Bearer ${secret}`}}), secret)).toBe('refused')
    expect(ghcr.verify(signed(payload, ''), '')).toBe('refused')
  })

  test.each(['sha256=', 'sha1=abc', 'sha256=zz', secret])('of another form is refused: %s', (signature) => {
    expect(ghcr.verify(requestOf(payload, {headers: {'x-hub-signature-256': signature}}), secret)).toBe('refused')
  })

  test('that is replayed is the same delivery, under any name that its header fields give it', () => {
    const request = signed(payload)
    const [first, second] = [replayed(request, 'one'), replayed(request, 'two')]
    expect(ghcr.verify(second, secret)).toBe('ok')
    expect(ghcr.parse(second)).toEqual(ghcr.parse(first))
    const moved = parse(version('container_metadata.tag.digest', digestB))
    expect(moved).not.toEqual(ghcr.parse(first))
  })
})
