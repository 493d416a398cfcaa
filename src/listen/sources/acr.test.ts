import {expect, test} from 'vitest'
import {acr} from './acr.ts'
import {payloads} from './testing/payloads.ts'
import {changed, digestA, requestOf, secret} from './testing/requests.ts'

const payload = payloads.acr
const parse = (body: unknown) => acr.parse(requestOf(body))

test('a push', () => {
  expect(parse(payload)).toEqual({
    events: [
      {
        repository: 'acme.azurecr.io/acme/web',
        tag: '1.4.2',
        digest: digestA,
        pushedAt: '2026-12-01T11:44:01.000Z',
        deliveryId: payload.id,
      },
    ],
  })
})

test.each([
  ['ping', {id: '1', timestamp: payload.timestamp, action: 'ping'}, 'it tells of no push'],
  ['a delete', changed(payload, 'action', 'delete'), 'it tells of no push'],
  ['a chart', changed(payload, 'action', 'chart_push'), 'it tells of no push'],
  ['a push by digest', changed(payload, 'target.tag', undefined), 'without a tag'],
  ['another media type', changed(payload, 'target.mediaType', 'application/vnd.acme.thing'), 'its media type'],
])('%s is ignored', (_, body, reason) => {
  expect(parse(body)).toEqual({events: [], ignored: expect.stringContaining(reason)})
})

test.each([
  ['no action', {}, 'it has no action'],
  ['no host', changed(payload, 'request', undefined), 'it names no registry'],
])('%s is malformed', (_, body, malformed) => expect(parse(body)).toEqual({malformed}))

test('the custom header is required', () => {
  const verify = (headers: Record<string, string>) => acr.verify(requestOf(payload, {headers}), secret)
  expect(verify({authorization: `Bearer ${secret}`})).toBe('ok')
  expect(verify({authorization: 'Bearer other'})).toBe('refused')
  expect(verify({})).toBe('refused')
})
