import {expect, test} from 'vitest'
import {ecr} from './ecr.ts'
import {payloads} from './testing/payloads.ts'
import {changed, digestA, requestOf, secret} from './testing/requests.ts'

const {ecr: payload, ecrCloudEvent: cloudEvent} = payloads
const parse = (body: unknown) => ecr.parse(requestOf(body))
const pushed = {
  repository: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/web',
  tag: '1.4.2',
  digest: digestA,
  pushedAt: '2026-12-01T11:44:01.000Z',
  deliveryId: payload.id,
}

test.each([
  ['an event of EventBridge', payload],
  ['a CloudEvent', cloudEvent],
  ['a CloudEvent without the account', changed(cloudEvent, 'data.registryId', undefined)],
])('%s', (_, body) => expect(parse(body)).toEqual({events: [pushed]}))

test.each([
  ['cn-north-1', '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/acme/web'],
  ['us-gov-west-1', '123456789012.dkr.ecr.us-gov-west-1.amazonaws.com/acme/web'],
  ['ap-southeast-2', '123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/acme/web'],
])('the registry of %s', (region, repository) => {
  expect(parse(changed(payload, 'region', region))).toMatchObject({events: [{repository}]})
})

test('an event that is sent again has the same identity, whatever else changed', () => {
  expect(parse(changed(payload, 'time', '2026-12-01T11:50:00Z'))).toMatchObject({events: [{deliveryId: payload.id}]})
})

test.each([
  ['a delete', changed(payload, 'detail.action-type', 'DELETE'), 'it tells of no push'],
  ['a scan', changed(payload, 'detail-type', 'ECR Image Scan'), 'it tells of no push'],
  ['a failed push', changed(payload, 'detail.result', 'FAILURE'), 'the push failed'],
  ['the manifest of one platform', changed(payload, 'detail.image-tag', undefined), 'without a tag'],
  ['a chart', changed(payload, 'detail.artifact-media-type', 'application/vnd.cncf.helm.config.v1+json'), 'media type'],
  ['another CloudEvent', changed(cloudEvent, 'type', 'com.amazon.ecr.image.delete'), 'it tells of no push'],
])('%s is ignored', (_, body, reason) => {
  expect(parse(body)).toEqual({events: [], ignored: expect.stringContaining(reason)})
})

test.each([
  ['no kind', changed(payload, 'detail-type', undefined), 'it has no detail-type'],
  ['no account', changed(payload, 'account', undefined), 'it names no registry'],
  ['an account that adds a host', changed(payload, 'account', 'evil.example/1'), 'it names no registry'],
  ['a region that ends the host', changed(payload, 'region', 'x.evil.example/'), 'it names no registry'],
  ['a CloudEvent of another source', changed(cloudEvent, 'source', 'urn:x'), 'it names no registry'],
  ['no repository', changed(payload, 'detail.repository-name', undefined), 'it names no repository'],
])('%s is malformed', (_, body, malformed) => {
  expect(parse(body)).toEqual({malformed})
})

test.each([
  ['Basic', {authorization: `Basic ${Buffer.from(`hubspoke:${secret}`).toString('base64')}`}, 'ok'],
  ['an API key', {'x-api-key': secret}, 'ok'],
  ['X-Webhook-Secret', {'x-webhook-secret': secret}, 'ok'],
  ['another key', {'x-api-key': 'other'}, 'refused'],
  ['nothing', {}, 'refused'],
] as const)('credentials: %s: %s', (_, headers, verdict) => {
  expect(ecr.verify(requestOf(payload, {headers}), secret)).toBe(verdict)
  expect(ecr.verify(requestOf(payload, {headers}), '')).toBe('refused')
})
