import {promisify} from 'node:util'
import {gzip} from 'node:zlib'
import {ApiError} from '../status.ts'
import type {Answer} from '../transport/answer.ts'
import {finishText} from './representation.ts'

const compress = promisify(gzip)

/** Bodies longer than this are compressed for clients that accept it. Source: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters. */
const compressAboveBytes = 128 * 1024

const common = {'cache-control': 'no-cache, private', 'audit-id': 'sandbox'}

/** The head of a stream of events. */
export function openStream(answer: Answer, contentType: string): void {
  answer.open(200, {...common, 'content-type': contentType})
}

export interface Body {
  readonly text: string
  readonly contentType: string
}

/** A complete answer. */
export async function reply(
  answer: Answer,
  status: number,
  {text, contentType}: Body,
  acceptEncoding: string | undefined,
): Promise<void> {
  const plain = Buffer.from(text)
  const isLong = plain.length > compressAboveBytes && /\bgzip\b/.test(acceptEncoding ?? '')
  const body = isLong ? await compress(plain, {level: 4}) : plain
  answer.send(
    status,
    {
      ...common,
      'content-type': contentType,
      'content-length': body.length,
      ...(isLong ? {'content-encoding': 'gzip', vary: 'Accept-Encoding'} : {}),
    },
    body,
  )
}

export function replyText(answer: Answer, status: number, text: string, headers: Record<string, string> = {}): void {
  answer.send(
    status,
    {
      ...common,
      ...headers,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    },
    text,
  )
}

/** A refusal as a `Status`, with its `Retry-After`. */
export function replyError(answer: Answer, error: ApiError): void {
  const text = finishText(JSON.stringify(error.toStatus()), {encoding: 'json', isPretty: false})
  const {retryAfterSeconds} = error.fields
  answer.send(
    error.code,
    {
      ...common,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...(retryAfterSeconds === undefined ? {} : {'retry-after': String(retryAfterSeconds)}),
    },
    text,
  )
}

/** An internal error of the simulation. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  const message = `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`
  return new ApiError({code: 500, reason: 'InternalError', message})
}
