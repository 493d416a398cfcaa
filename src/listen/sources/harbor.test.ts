import {expect, test} from 'vitest'
import {harbor} from './harbor.ts'
import type {Parsed} from './source.ts'
import {payloads} from './testing/payloads.ts'
import {changed, digestA, digestB, requestOf, secret} from './testing/requests.ts'

const {harbor: payload, harborCloudEvent: cloudEvent} = payloads
const parse = (body: unknown) => harbor.parse(requestOf(body))
const idsOf = (parsed: Parsed) => ('events' in parsed ? parsed.events.map(({deliveryId}) => deliveryId) : [])
const pushed = {
  repository: 'harbor.acme.example/acme/web',
  tag: '1.4.2',
  digest: digestA,
  pushedAt: '2026-12-01T11:44:01.000Z',
}

test.each(['PUSH_ARTIFACT', 'pushImage'])('a push in the default format: %s', (type) => {
  expect(parse(changed(payload, 'type', type))).toEqual({
    events: [{...pushed, deliveryId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/)}],
  })
})

test('a push as a CloudEvent', () => {
  expect(parse(cloudEvent)).toEqual({events: [{...pushed, deliveryId: cloudEvent.id}]})
})

test('the host is that of the URL, with its port and without a scheme; nested projects keep their path', () => {
  const url = 'https://harbor.acme.example:8443/cache/library/nginx:1.27'
  const body = changed(payload, 'event_data.resources.0.resource_url', url)
  const parsed = parse(changed(body, 'event_data.repository.repo_full_name', 'cache/library/nginx'))
  expect(parsed).toMatchObject({events: [{repository: 'harbor.acme.example:8443/cache/library/nginx'}]})
})

test('each resource is an event with an identity of its own', () => {
  const [resource] = payload.event_data.resources
  const parsed = parse(changed(payload, 'event_data.resources', [resource, {...resource, tag: 'latest'}]))
  expect(parsed).toMatchObject({events: [{tag: '1.4.2'}, {tag: 'latest'}]})
  const [first, second] = idsOf(parsed)
  expect(second).toBe(`${first}/1`)
})

test('sent again, the identity is the same; one more push of the tag has another', () => {
  expect(idsOf(parse(structuredClone(payload)))).toEqual(idsOf(parse(payload)))
  expect(idsOf(parse(changed(payload, 'occur_at', payload.occur_at + 60)))).not.toEqual(idsOf(parse(payload)))
})

test.each([
  ['a pull', changed(payload, 'type', 'PULL_ARTIFACT'), 'it tells of no push'],
  ['a delete', changed(payload, 'type', 'DELETE_ARTIFACT'), 'it tells of no push'],
  ['a scan', changed(cloudEvent, 'type', 'harbor.scan.completed'), 'it tells of no push'],
  ['a digest instead of a tag', changed(payload, 'event_data.resources.0.tag', digestA), 'without a tag'],
  ['another digest instead of a tag', changed(payload, 'event_data.resources.0.tag', digestB), 'without a tag'],
  ['an empty tag', changed(payload, 'event_data.resources.0.tag', ''), 'without a tag'],
  ['a signature', changed(payload, 'event_data.resources.0.tag', `sha256-${'a1'.repeat(32)}.sig`), 'a signature'],
  ['no resource', changed(payload, 'event_data.resources', []), 'it names no image'],
])('%s is ignored', (_, body, reason) => {
  expect(parse(body)).toEqual({events: [], ignored: expect.stringContaining(reason)})
})

test.each([
  ['no type', changed(payload, 'type', undefined), 'it has no type'],
  ['no resources', changed(payload, 'event_data.resources', undefined), 'it names no registry'],
  ['no repository', changed(payload, 'event_data.repository', undefined), 'it names no repository'],
  [
    'a URL without a host',
    changed(payload, 'event_data.resources.0.resource_url', '/acme/web:1'),
    'it names no registry',
  ],
])('%s is malformed', (_, body, reason) => {
  expect(parse(body)).toEqual({malformed: reason})
})

test.each([
  ['the configured text', secret, 'ok'],
  ['the configured text with its scheme', `Bearer ${secret}`, 'ok'],
  ['another text', 'other', 'refused'],
  ['nothing', undefined, 'refused'],
] as const)('%s: %s is %s', (_, authorization, verdict) => {
  const headers = authorization === undefined ? {} : {authorization}
  expect(harbor.verify(requestOf(payload, {headers}), secret)).toBe(verdict)
})
