import {describe, expect, test} from 'vitest'
import {distribution} from './distribution.ts'
import {payloads} from './testing/payloads.ts'
import {changed, digestA, digestB, requestOf, secret} from './testing/requests.ts'

const payload = payloads.distribution
const pushed = {
  repository: 'registry.acme.example:5000/acme/web',
  tag: '1.4.2',
  digest: digestA,
  pushedAt: '2026-12-01T11:44:01.123Z',
  deliveryId: '320678d8-ca14-430f-8bb6-4ca139cd83f7',
}
const parse = (body: unknown, headers = {}) => distribution.parse(requestOf(body, {headers}))
const target = (name: string, value: unknown) => changed(payload, `events.0.target.${name}`, value)

test.each(['application/vnd.docker.distribution.events.v1+json', 'application/vnd.docker.distribution.events.v2+json'])(
  'a push of a tag, as %s',
  (type) => {
    expect(parse(payload, {'content-type': type})).toEqual({events: [pushed]})
  },
)

test('each event of an envelope counts, and only pushes of images', () => {
  const [event] = payload.events
  const {target} = event
  const child = {...event, id: 'child', target: {...target, tag: undefined}}
  const pull = {...event, id: 'pull', action: 'pull'}
  const other = {...event, id: 'other', target: {...target, tag: 'latest', digest: digestB}}
  expect(parse({events: [child, pull, event, other, event]})).toEqual({
    events: [pushed, {...pushed, tag: 'latest', digest: digestB, deliveryId: 'other'}],
  })
})

test.each(['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'])(
  'an index with a tag is an image: %s',
  (mediaType) => {
    const references = [{mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digestB}]
    const body = changed(target('mediaType', mediaType), 'events.0.target.references', references)
    expect(parse(body)).toEqual({events: [pushed]})
  },
)

test('a manifest of schema 1 has no configuration', () => {
  const body = target('mediaType', 'application/vnd.docker.distribution.manifest.v1+prettyjws; charset=utf-8')
  const references = [{mediaType: 'application/vnd.docker.container.image.rootfs.diff+x-gtar'}]
  expect(parse(changed(body, 'events.0.target.references', references))).toEqual({events: [pushed]})
})

const oci = target('mediaType', 'application/vnd.oci.image.manifest.v1+json')
const referring = (...types: readonly string[]) =>
  changed(
    oci,
    'events.0.target.references',
    types.map((mediaType) => ({mediaType})),
  )
const image = 'application/vnd.oci.image.config.v1+json'

test.each([
  ['a pull', changed(payload, 'events.0.action', 'pull'), 'it tells of no push'],
  ['a delete', changed(payload, 'events.0.action', 'delete'), 'it tells of no push'],
  ['a mount', changed(payload, 'events.0.action', 'mount'), 'it tells of no push'],
  ['a layer', target('mediaType', 'application/octet-stream'), 'its media type "application/octet-stream" is not'],
  ['a push by digest', target('tag', undefined), 'it was pushed without a tag'],
  [
    'a chart',
    referring('application/vnd.cncf.helm.config.v1+json'),
    'its media type "application/vnd.cncf.helm.config',
  ],
  ['a signature', referring(image, 'application/vnd.dev.cosign.simplesigning.v1+json'), 'its media type'],
  ['an attestation', referring(image, 'application/vnd.in-toto+json'), 'its media type'],
  ['a signature by its tag', target('tag', `sha256-${'a1'.repeat(32)}.sig`), 'is that of a signature'],
  ['an attestation by its tag', target('tag', `sha256-${'a1'.repeat(32)}.att`), 'is that of a signature'],
  ['components by their tag', target('tag', `sha256-${'a1'.repeat(32)}.sbom`), 'is that of a signature'],
  ['referrers by their tag', target('tag', `sha256-${'a1'.repeat(32)}`), 'is that of a signature'],
  ['no event', {events: []}, 'it names no image'],
])('%s is ignored', (_, body, reason) => {
  expect(parse(body)).toEqual({events: [], ignored: expect.stringContaining(reason)})
})

test.each([
  ['no list', {}, 'it has no list "events"'],
  ['no action', changed(payload, 'events.0.action', undefined), 'an event has no action'],
  ['no host', changed(payload, 'events.0.request.host', undefined), 'it names no registry'],
  ['a host without a domain', changed(payload, 'events.0.request.host', 'registry'), 'has no full host name'],
  ['a host with a path', changed(payload, 'events.0.request.host', 'a.example/acme'), 'has no full host name'],
  ['no repository', target('repository', undefined), 'it names no repository'],
  ['a repository with a tag', target('repository', 'acme/web:1'), 'The image reference'],
  ['a repository with a digest', target('repository', `acme/web@${digestA}`), 'The digest'],
  ['a wrong digest', target('digest', 'sha256:abc'), 'The digest "sha256:abc" has 3 characters'],
  ['a wrong tag', target('tag', 'a b'), 'white space'],
])('%s is malformed', (_, body, reason) => {
  expect(parse(body)).toEqual({malformed: expect.stringContaining(reason)})
})

test('an event that is sent again has the same identity, and one more push of the same tag has another', () => {
  const idOf = (body: unknown) => {
    const parsed = parse(body)
    return 'events' in parsed ? parsed.events[0]?.deliveryId : undefined
  }
  expect(idOf(changed(payload, 'events.0.source.addr', 'other:5000'))).toBe(pushed.deliveryId)
  expect(idOf(changed(payload, 'events.0.id', 'other'))).toBe('other')
  expect(idOf(changed(payload, 'events.0.id', 'x'.repeat(10_000)))).toMatch(/^sha256:[0-9a-f]{64}$/)
})

describe('credentials', () => {
  const verify = (authorization?: string, key = secret) =>
    distribution.verify(requestOf(payload, {headers: authorization === undefined ? {} : {authorization}}), key)
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  test.each([
    ['Bearer', `Bearer ${secret}`],
    ['bearer', `bearer ${secret}`],
    ['Basic', basic(`registry:${secret}`)],
    ['the value itself', secret],
  ])('%s: ok', (_, authorization) => expect(verify(authorization)).toBe('ok'))

  test.each([
    ['none', undefined],
    ['empty', ''],
    ['another secret', 'Bearer other'],
    ['the beginning', `Bearer ${secret.slice(0, -1)}`],
    ['more', `Bearer ${secret}x`],
    ['no user', basic(secret)],
    ['the secret as user', basic(`${secret}:x`)],
  ])('%s: refused', (_, authorization) => expect(verify(authorization)).toBe('refused'))

  test.each([undefined, '', 'Bearer ', 'Basic ', basic(':')])('an empty secret refuses %j', (authorization) => {
    expect(verify(authorization, '')).toBe('refused')
  })
})
