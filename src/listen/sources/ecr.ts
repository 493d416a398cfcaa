import {authorizationOf, isSecret} from './credentials.ts'
import {type Found, parsedBody, taggedImage} from './found-image.ts'
import {at, textAt, timeAt} from './payload.ts'
import type {EventSource} from './source.ts'

/**
 * Events of Amazon ECR through an API destination of EventBridge: as they are, or made a CloudEvent by an input transformer
 * (`com.amazon.ecr.image.push`). Both have an `id`, which stays the same when EventBridge sends the event again.
 */
export const ecr: EventSource = {
  type: 'ecr',
  verify(request, secret) {
    const {headers, token} = request
    return isSecret([...authorizationOf(request), headers['x-api-key'], headers['x-webhook-secret'], token], secret)
  },
  parse: ({body}) =>
    parsedBody(body, (json) => [textAt(json, 'specversion') === undefined ? actionOf(json) : cloudEventOf(json)]),
}

function actionOf(json: unknown): Found {
  const kind = textAt(json, 'detail-type')
  if (kind === undefined) return {malformed: 'it has no detail-type'}
  const detail = at(json, 'detail')
  const isPush = kind === 'ECR Image Action' && textAt(detail, 'action-type') === 'PUSH'
  if (!isPush) return {ignored: 'it tells of no push'}
  if (textAt(detail, 'result') !== 'SUCCESS') return {ignored: 'the push failed'}
  return taggedImage({
    host: hostOf(textAt(json, 'account'), textAt(json, 'region')),
    path: textAt(detail, 'repository-name'),
    tag: textAt(detail, 'image-tag'),
    digest: textAt(detail, 'image-digest'),
    mediaTypes: [textAt(detail, 'manifest-media-type'), textAt(detail, 'artifact-media-type')],
    pushedAt: timeAt(json, 'time'),
    deliveryId: textAt(json, 'id'),
  })
}

/** Its source is `urn:aws:ecr:REGION:ACCOUNT:repository/NAME`. */
function cloudEventOf(json: unknown): Found {
  if (textAt(json, 'type') !== 'com.amazon.ecr.image.push') return {ignored: 'it tells of no push'}
  const [, region, account] = /^(?:urn|arn):[\w-]+:ecr:([^:]+):([^:]+):/.exec(textAt(json, 'source') ?? '') ?? []
  return taggedImage({
    host: hostOf(textAt(json, 'data', 'registryId') ?? account, region),
    path: textAt(json, 'data', 'repositoryName'),
    tag: textAt(json, 'data', 'imageTag'),
    digest: textAt(json, 'data', 'imageDigest'),
    pushedAt: timeAt(json, 'time'),
    deliveryId: textAt(json, 'id'),
  })
}

/** The host of a private registry; undefined where account or region are not those of AWS. */
function hostOf(account: string | undefined, region: string | undefined): string | undefined {
  if (!/^\d{12}$/.test(account ?? '') || !/^[a-z]{2,4}(-[a-z]{2,16}){1,3}-\d{1,2}$/.test(region ?? '')) return undefined
  return `${account}.dkr.ecr.${region}.amazonaws.com${region?.startsWith('cn-') ? '.cn' : ''}`
}
