import {expect, test} from 'vitest'
import {gitea} from './gitea.ts'
import {payloads} from './testing/payloads.ts'
import {changed, digestA, hmacOf, requestOf, secret, signed} from './testing/requests.ts'

const payload = payloads.gitea
const parse = (body: unknown) => gitea.parse(requestOf(body))
const pushed = {
  repository: 'gitea.acme.example/acme/web',
  tag: '1.4.2',
  pushedAt: '2026-12-01T11:44:01.000Z',
  deliveryId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
}

test('a push: the owner is in lower case, the host is that of the web interface', () => {
  expect(parse(payload)).toEqual({events: [pushed]})
  const nested = changed(payload, 'package.name', 'team/web')
  expect(parse(changed(nested, 'package.html_url', 'http://localhost:3000/git/Acme/-/packages'))).toEqual({
    events: [{...pushed, repository: 'localhost:3000/acme/team/web'}],
  })
})

test.each([
  ['another event', {ref: 'refs/heads/main'}, 'without a package'],
  ['a delete', changed(payload, 'action', 'deleted'), 'it tells of no push'],
  ['npm', changed(payload, 'package.type', 'npm'), 'its package is no container'],
  ['the manifest of one platform', changed(payload, 'package.version', digestA), 'without a tag'],
])('%s is ignored', (_, body, reason) => {
  expect(parse(body)).toEqual({events: [], ignored: expect.stringContaining(reason)})
})

test.each([
  ['no URL', changed(payload, 'package.html_url', undefined), 'it names no registry'],
  ['a URL without a host', changed(payload, 'package.html_url', 'file:///etc'), 'it names no registry'],
  ['a URL that is none', changed(payload, 'package.html_url', 'x'), 'it names no registry'],
  ['no owner', changed(payload, 'package.owner', undefined), 'it names no repository'],
  ['no name', changed(payload, 'package.name', undefined), 'it names no repository'],
])('%s is malformed', (_, body, malformed) => {
  expect(parse(body)).toEqual({malformed})
})

test.each(['x-gitea-signature', 'x-forgejo-signature', 'x-hub-signature-256'])(
  '%s is required of this body',
  (name) => {
    const request = requestOf(payload)
    const verify = (signature: string, key = secret) => gitea.verify({...request, headers: {[name]: signature}}, key)
    expect(verify(hmacOf(request.body))).toBe('ok')
    expect(verify(`sha256=${hmacOf(request.body)}`)).toBe('ok')
    expect(verify(hmacOf(request.body, 'other'))).toBe('refused')
    expect(verify(hmacOf(Buffer.from('{}')))).toBe('refused')
    expect(verify(secret)).toBe('refused')
    expect(verify(hmacOf(request.body, ''), '')).toBe('refused')
  },
)

test('its Authorization header is enough; nothing is not', () => {
  expect(gitea.verify(requestOf(payload, {headers: {authorization: `Bearer ${secret}`}}), secret)).toBe('ok')
  expect(gitea.verify(requestOf(payload), secret)).toBe('refused')
})

test('a body that is replayed is the same delivery; the next version of the tag is another', () => {
  const request = signed(payload)
  const replayed = {...request, headers: {...request.headers, 'x-gitea-delivery': 'other'}}
  expect(gitea.verify(replayed, secret)).toBe('ok')
  expect(gitea.parse(replayed)).toEqual(gitea.parse(request))
  const idOf = (body: unknown) => JSON.stringify(parse(body)).match(/sha256:\w+/)?.[0]
  expect(idOf(changed(payload, 'package.id', 43))).not.toBe(idOf(payload))
})
