import {describe, expect, test} from 'vitest'
import {native} from './native.ts'
import {payloads} from './testing/payloads.ts'
import {digestA, hmacOf, requestOf, secret, signed} from './testing/requests.ts'

const parse = (body: unknown) => native.parse(requestOf(body))

test.each([
  [
    'tag and digest',
    payloads.native,
    {repository: 'ghcr.io/acme/web', tag: '1.4.2', digest: digestA, deliveryId: 'build-4711'},
  ],
  ['a tag', {image: 'nginx:1.27'}, {repository: 'docker.io/library/nginx', tag: '1.27'}],
  ['a digest', {image: `acme/web@${digestA}`}, {repository: 'docker.io/acme/web', digest: digestA}],
  ['a host with capitals', {image: 'GHCR.io/acme/web:1'}, {repository: 'ghcr.io/acme/web', tag: '1'}],
  ['a port', {image: 'localhost:5000/web:1', more: 1}, {repository: 'localhost:5000/web', tag: '1'}],
])('an image with %s', (_, body, event) => {
  expect(parse(body)).toEqual({events: [event]})
})

test.each([
  ['no image', {}, 'it has no text "image"'],
  ['an image of another type', {image: {}}, 'it has no text "image"'],
  ['neither tag nor digest', {image: 'ghcr.io/acme/web'}, 'its image has neither a tag nor a digest'],
  ['capitals', {image: 'ghcr.io/Acme/web:1'}, 'must be in lower case'],
  ['a URL', {image: 'https://ghcr.io/acme/web:1'}, 'must not start with a scheme'],
])('%s is malformed', (_, body, reason) => {
  expect(parse(body)).toEqual({malformed: expect.stringContaining(reason)})
})

test('without an id a body has no identity: a tag that moves back sends it once more', () => {
  expect(parse({image: 'ghcr.io/acme/web:1'})).toEqual({events: [{repository: 'ghcr.io/acme/web', tag: '1'}]})
})

describe('credentials', () => {
  const verify = (headers: Record<string, string>, key = secret) =>
    native.verify(requestOf(payloads.native, {headers}), key)

  test('Bearer', () => {
    expect(verify({authorization: `Bearer ${secret}`})).toBe('ok')
    expect(verify({authorization: 'Bearer other'})).toBe('refused')
    expect(verify({})).toBe('refused')
  })

  test('a signature of the body', () => {
    const request = signed(payloads.native)
    expect(native.verify(request, secret)).toBe('ok')
    expect(native.verify({...request, body: Buffer.from('{}')}, secret)).toBe('refused')
    expect(native.verify(signed(payloads.native, 'other'), secret)).toBe('refused')
  })

  test('an empty secret refuses the signature that everyone can compute', () => {
    const {headers} = signed(payloads.native)
    expect(headers['x-hub-signature-256']).toContain(hmacOf(requestOf(payloads.native).body))
    expect(native.verify(signed(payloads.native, ''), '')).toBe('refused')
  })
})
