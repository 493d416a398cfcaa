import {parse} from 'yaml'
import type {ApiObject} from '../api-object.ts'
import {apiVersionOf, type Resource} from '../objects/resources.ts'
import {isObject, type Json, withoutNulls} from '../patches/json.ts'
import {ApiError, badRequest, unsupportedMediaType} from '../status.ts'

const acceptedTypes = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'

/** The type without its parameters, in lower case. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/**
 * Parses a body as an object of this resource.
 *
 * @throws ApiError 400 or 415 in the words of the API
 */
export function readObject(resource: Resource, text: string, contentType: string | undefined): ApiObject {
  const type = mediaType(contentType)
  if (!['', 'application/json', 'application/yaml'].includes(type)) {
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${acceptedTypes}`,
    )
  }
  const decoded = decode(
    text,
    type,
    (why) =>
      `the object provided is unrecognized (must be of type ${resource.kind}): couldn't get version/kind; json parse error: ${why}`,
  )
  const value = withoutNulls(decoded)
  if (!isObject(value)) throw badRequest('the object provided is unrecognized')
  checkKind(resource, value)
  const metadata = isObject(value.metadata) ? value.metadata : {}
  return {...value, metadata: {...metadata, name: String(metadata.name ?? '')}} as unknown as ApiObject
}

/** @throws ApiError 400 when the body is of another kind */
function checkKind(resource: Resource, value: {readonly [key: string]: Json}): void {
  const {kind = resource.kind, apiVersion = apiVersionOf(resource)} = value
  if (kind === resource.kind && apiVersion === apiVersionOf(resource)) return
  const version = String(apiVersion).split('/').at(-1)
  const why = `converting (${version}.${String(kind)}) to (${resource.group || 'core'}.${resource.kind}): unknown conversion`
  throw badRequest(`${String(kind)} in version "${version}" cannot be handled as a ${resource.kind}: ${why}`)
}

/** @throws ApiError 400 */
export function decode(text: string, type: string, message: (why: string) => string): Json {
  try {
    return (type.endsWith('yaml') ? parse(text) : JSON.parse(text)) as Json
  } catch (error) {
    throw badRequest(message(error instanceof Error ? error.message : String(error)))
  }
}

export const maxBodyBytes = 3_145_728

export function tooLarge(): ApiError {
  return new ApiError({
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: `Request entity too large: limit is ${maxBodyBytes}`,
  })
}
