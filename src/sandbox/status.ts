import {qualifiedKind, qualifiedName, type Resource} from './objects/resources.ts'

/** One cause of a refusal: the field and what is wrong with it. */
export interface Cause {
  readonly reason: string
  readonly message: string
  readonly field: string
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: readonly Partial<Cause>[]
  retryAfterSeconds?: number
}

interface StatusFields {
  readonly code: number
  readonly message: string
  readonly reason?: string
  readonly details?: StatusDetails
  /** A page token with which an expired list can be continued, inconsistently. */
  readonly continueToken?: string
  readonly retryAfterSeconds?: number
}

/** A refusal in the words of the API. Thrown anywhere below the server and turned into a `Status` body there. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly fields: StatusFields

  constructor(fields: StatusFields) {
    super(fields.message)
    this.fields = fields
  }

  get code(): number {
    return this.fields.code
  }

  /** The body, in the order of fields that the API uses. */
  toStatus(): object {
    const {code, message, reason, details, continueToken} = this.fields
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: continueToken === undefined ? {} : {continue: continueToken},
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : {reason}),
      ...(details === undefined ? {} : {details}),
      code,
    }
  }
}

type Named = Pick<Resource, 'group' | 'plural'>
type Kind = Pick<Resource, 'group' | 'kind'>

function detailsOf({group, plural}: Named, name?: string): StatusDetails {
  return {...(name ? {name} : {}), ...(group ? {group} : {}), kind: plural}
}

export function badRequest(message: string): ApiError {
  return new ApiError({code: 400, reason: 'BadRequest', message})
}

export function unauthorized(): ApiError {
  return new ApiError({code: 401, reason: 'Unauthorized', message: 'Unauthorized'})
}

/** `what` is the rest of the sentence after `is forbidden: `. */
export function forbidden(resource: Named, name: string | undefined, what: string): ApiError {
  const subject = name ? `${qualifiedName(resource)} "${name}"` : qualifiedName(resource)
  return new ApiError({
    code: 403,
    reason: 'Forbidden',
    message: `${subject} is forbidden: ${what}`,
    details: detailsOf(resource, name),
  })
}

export function notFound(resource: Named, name: string): ApiError {
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: `${qualifiedName(resource)} "${name}" not found`,
    details: detailsOf(resource, name),
  })
}

/** The path leads to no resource. */
export function noSuchResource(): ApiError {
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
    details: {},
  })
}

export function methodNotAllowed(): ApiError {
  return new ApiError({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  })
}

export function alreadyExists(resource: Named, name: string): ApiError {
  return new ApiError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualifiedName(resource)} "${name}" already exists`,
    details: detailsOf(resource, name),
  })
}

const stale = 'the object has been modified; please apply your changes to the latest version and try again'

/** Another version, or another object, than expected. */
export function conflict(resource: Named, name: string, why: string = stale): ApiError {
  return new ApiError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`,
    details: detailsOf(resource, name),
  })
}

/** The version or page token is older than the history that is kept. */
export function expired(message: string, continueToken?: string): ApiError {
  return new ApiError({
    code: 410,
    reason: 'Expired',
    message,
    ...(continueToken === undefined ? {} : {continueToken}),
  })
}

export function unsupportedMediaType(message: string, details?: StatusDetails): ApiError {
  return new ApiError({code: 415, reason: 'UnsupportedMediaType', message, ...(details ? {details} : {})})
}

/** An object that the API refuses for its content. */
export function invalid({group, kind}: Kind, name: string, causes: readonly Cause[]): ApiError {
  const sentences = causes
    .filter((cause, index) => causes.findIndex((each) => sameCause(each, cause)) === index)
    .map(({field, message}) => `${field}: ${message}`)
  const list = sentences.length === 1 ? sentences[0] : `[${sentences.join(', ')}]`
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: `${qualifiedKind({group, kind})} "${name}" is invalid: ${list}`,
    details: {...(name ? {name} : {}), ...(group ? {group} : {}), ...(kind ? {kind} : {}), causes},
  })
}

function sameCause(a: Cause, b: Cause): boolean {
  return a.field === b.field && a.message === b.message
}

export const required = (field: string, detail?: string): Cause => ({
  reason: 'FieldValueRequired',
  message: detail === undefined ? 'Required value' : `Required value: ${detail}`,
  field,
})

export const invalidValue = (field: string, value: unknown, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${detail}`,
  field,
})

export const forbiddenValue = (field: string, detail: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${detail}`,
  field,
})
