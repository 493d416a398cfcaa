import {expect, test} from 'vitest'
import {quay} from './quay.ts'
import {payloads} from './testing/payloads.ts'
import {changed, requestOf, secret} from './testing/requests.ts'

const payload = payloads.quay
const parse = (body: unknown) => quay.parse(requestOf(body))
const repository = 'quay.io/acme/web'

test('each tag of a push is an event, without an identity: the next push sends the same body', () => {
  expect(parse(payload)).toEqual({
    events: [
      {repository, tag: '1.4.2'},
      {repository, tag: 'latest'},
    ],
  })
})

test('a tag that is named twice is one event', () => {
  expect(parse(changed(payload, 'updated_tags', ['1', '1']))).toEqual({events: [{repository, tag: '1'}]})
})

test('a Quay of your own has its own host', () => {
  expect(parse(changed(payload, 'docker_url', 'quay.acme.example:8443/acme/web'))).toMatchObject({
    events: [{repository: 'quay.acme.example:8443/acme/web'}, {}],
  })
})

test('tags that are valid count, others do not', () => {
  expect(parse(changed(payload, 'updated_tags', [1, null, 'a b', 'ok']))).toEqual({events: [{repository, tag: 'ok'}]})
})

test.each([
  ['a scan', changed(payload, 'updated_tags', undefined), {events: [], ignored: 'it is a notification without tags'}],
  ['no tags', changed(payload, 'updated_tags', []), {events: [], ignored: 'it names no image'}],
  ['a number', changed(payload, 'updated_tags', [1]), {malformed: 'one of its tags is no text'}],
  ['no URL', changed(payload, 'docker_url', undefined), {malformed: 'it names no registry'}],
  ['a URL without a path', changed(payload, 'docker_url', 'quay.io'), {malformed: 'it names no registry'}],
  [
    'more tags than a push has',
    changed(
      payload,
      'updated_tags',
      Array.from({length: 1_001}, (_, index) => `${index}`),
    ),
    {malformed: 'it has more than 1000 events'},
  ],
])('%s is no event', (_, body, parsed) => expect(parse(body)).toEqual(parsed))

test.each([
  [secret, 'ok'],
  ['other', 'refused'],
  [undefined, 'refused'],
] as const)('the token %s of the URL: %s', (token, verdict) => {
  expect(quay.verify(requestOf(payload, token === undefined ? {} : {token}), secret)).toBe(verdict)
})
