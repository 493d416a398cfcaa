import {expect, test} from 'vitest'
import {dockerHub} from './docker-hub.ts'
import {payloads} from './testing/payloads.ts'
import {changed, requestOf, secret} from './testing/requests.ts'

const payload = payloads.dockerHub
const parse = (body: unknown) => dockerHub.parse(requestOf(body))

test('a push has no digest; sent again it has the same identity, later it has another', () => {
  const parsed = parse(payload)
  expect(parsed).toEqual({
    events: [
      {
        repository: 'docker.io/acme/web',
        tag: '1.4.2',
        pushedAt: '2026-12-01T11:44:01.000Z',
        deliveryId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
    ],
  })
  expect(parse(structuredClone(payload))).toEqual(parsed)
  const idOf = (body: unknown) => JSON.stringify(parse(body)).match(/sha256:\w+/)?.[0]
  expect(idOf(changed(payload, 'push_data.pushed_at', 1_796_125_500))).not.toBe(idOf(payload))
})

test('an official image is in library', () => {
  expect(parse(changed(payload, 'repository.repo_name', 'nginx'))).toMatchObject({
    events: [{repository: 'docker.io/library/nginx'}],
  })
})

test.each([
  ['no tag', changed(payload, 'push_data.tag', undefined), {events: [], ignored: 'it was pushed without a tag'}],
  ['no repository', changed(payload, 'repository', undefined), {malformed: 'it names no repository'}],
  ['a chart', changed(payload, 'push_data.media_type', 'application/vnd.cncf.helm.config.v1+json'), {events: []}],
])('%s is no event', (_, body, parsed) => expect(parse(body)).toMatchObject(parsed))

test('a name cannot become one of another registry', () => {
  expect(parse(changed(payload, 'repository.repo_name', 'ghcr.io/acme/web'))).toMatchObject({
    events: [{repository: 'docker.io/ghcr.io/acme/web'}],
  })
})

test.each([
  [secret, 'ok'],
  ['other', 'refused'],
  [undefined, 'refused'],
] as const)('the token %s of the URL: %s', (token, verdict) => {
  expect(dockerHub.verify(requestOf(payload, token === undefined ? {} : {token}), secret)).toBe(verdict)
  expect(dockerHub.verify(requestOf(payload, {headers: {authorization: `Bearer ${token}`}}), secret)).toBe('refused')
})
