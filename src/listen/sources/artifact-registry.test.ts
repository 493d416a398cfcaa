import {expect, test} from 'vitest'
import {artifactRegistry} from './artifact-registry.ts'
import {payloads, pubSubMessage} from './testing/payloads.ts'
import {changed, digestA, requestOf, secret} from './testing/requests.ts'

const data = payloads.artifactRegistryData
const parse = (body: unknown, headers = {}) => artifactRegistry.parse(requestOf(body, {headers}))
const pushed = {repository: 'europe-docker.pkg.dev/acme/images/web', tag: '1.4.2', digest: digestA}
const delivered = {...pushed, pushedAt: '2026-12-01T11:44:01.191Z', deliveryId: '2070443601311540'}

test('a message of a push subscription', () => {
  expect(parse(pubSubMessage(data))).toEqual({events: [delivered]})
})

test('an unwrapped message, with and without its metadata', () => {
  const headers = {
    'x-goog-pubsub-message-id': '2070443601311540',
    'x-goog-pubsub-publish-time': '2026-12-01T11:44:01.191Z',
  }
  expect(parse(data, headers)).toEqual({events: [delivered]})
  expect(parse(data)).toEqual({events: [pushed]})
})

test('Container Registry has the same format', () => {
  const body = {action: 'INSERT', digest: `eu.gcr.io/acme/web@${digestA}`, tag: 'eu.gcr.io/acme/web:1'}
  expect(parse(pubSubMessage(body))).toMatchObject({events: [{repository: 'eu.gcr.io/acme/web', tag: '1'}]})
})

test('a message that is sent again has the same identity, and the next one of the same tag has another', () => {
  const message = pubSubMessage(data)
  expect(parse(message)).toEqual(parse(structuredClone(message)))
  expect(parse(changed(message, 'message.messageId', '2'))).toMatchObject({events: [{deliveryId: '2'}]})
})

test.each([
  ['a delete', pubSubMessage(changed(data, 'action', 'DELETE')), 'it tells of no push'],
  ['a push by digest', pubSubMessage(changed(data, 'tag', undefined)), 'it was pushed without a tag'],
  [
    'a signature',
    pubSubMessage(changed(data, 'tag', `${pushed.repository}:sha256-${'a1'.repeat(32)}.sig`)),
    'signature',
  ],
])('%s is ignored', (_, body, reason) => {
  expect(parse(body)).toEqual({events: [], ignored: expect.stringContaining(reason)})
})

test.each([
  ['no data', {message: {messageId: '1'}}, 'of the data of its message, it is not JSON'],
  ['data that is not JSON', {message: {data: '!!!'}}, 'of the data of its message, it is not JSON'],
  [
    'data that is nested deeply',
    {message: {data: Buffer.from('['.repeat(1_000)).toString('base64')}},
    'of the data of its message, its JSON has more than 32 levels',
  ],
  ['no action', {}, 'it has no action'],
  ['a tag that is no image', pubSubMessage(changed(data, 'tag', 'A/B:1')), 'must be in lower case'],
  ['a digest that is none', pubSubMessage(changed(data, 'digest', 'x@sha256:1')), 'The digest'],
])('%s is malformed', (_, body, reason) => {
  expect(parse(body)).toEqual({malformed: expect.stringContaining(reason)})
})

test('the secret is in the URL or in a header field; the token of Google beside it is not looked at', () => {
  const verify = (more: Parameters<typeof requestOf>[1], key = secret) =>
    artifactRegistry.verify(requestOf(pubSubMessage(data), more), key)
  expect(verify({token: secret})).toBe('ok')
  expect(verify({token: secret, headers: {authorization: 'Bearer eyJh.eyJh.c2ln'}})).toBe('ok')
  expect(verify({headers: {authorization: `Bearer ${secret}`}})).toBe('ok')
  expect(verify({token: 'other', headers: {authorization: 'Bearer eyJh.eyJh.c2ln'}})).toBe('refused')
  expect(verify({})).toBe('refused')
  expect(verify({token: ''}, '')).toBe('refused')
})
