import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {abortable} from './abortable.ts'
import {bodyLimits, errorLimits} from './answer-limits.ts'
import type {Connection, WireAnswer, WireRequest} from './connection/connection.ts'
import type {Credential, Credentials} from './credentials/credentials.ts'
import {createDenialDoubts} from './denial-doubts.ts'
import {answerError, type Party} from './errors.ts'
import {type BodyReader, notKubernetes, type OpenAnswer, readBeginning, readBody} from './read-body.ts'

/**
 * Requests to one API server, authenticated, with JSON going in and out.
 *
 * Every method rejects with a `HubspokeError`, and with the signal's own reason as soon as it is aborted.
 */
export interface Api {
  readonly party: Party
  /** @param accept the form of the answer, where the server offers others; default: the object itself */
  get(path: string, signal: AbortSignal, accept?: string): Promise<unknown>
  /** As `get`, with what the server's clock said, in whole seconds; undefined where it did not say. */
  getDated(path: string, signal: AbortSignal): Promise<{readonly body: unknown; readonly serverDate: Date | undefined}>
  /** An answer that is no JSON. Of one that is longer than `maxBytes` only the beginning. */
  getText(path: string, maxBytes: number, signal: AbortSignal): Promise<string>
  write(write: ApiWrite, signal: AbortSignal): Promise<unknown>
  /** Resolves with the body when the server has accepted the watch: from then on it tells of every change. */
  watch(path: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>>
}

export interface ApiWrite {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body: unknown
  /** `application/json` unless it is a patch. */
  readonly contentType?: string
  /** As of a `get`. */
  readonly accept?: string
}

export interface ApiDeps {
  readonly party: Party
  readonly connection: Connection
  readonly credentials: Credentials
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  /** What the server's URL has after the host: some are reached through a gateway. */
  readonly basePath: string
}

type Call = Pick<WireRequest, 'method' | 'body' | 'endless' | 'headers' | 'path'>

const json = 'application/json'

/** Only the metadata of an object, or of each object of a list; from a server that does not know it, all of it. */
export const metadataOnly = `${json};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,${json}`
export const metadataListOnly = `${json};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,${json}`

/** API servers end the connection of whoever they do not know, and then look as if they had been started again. */
const mostDoubts = {unauthenticated: 1, forbidden: 3}

const readyz: Call = {method: 'GET', path: '/readyz', headers: {accept: '*/*'}}

export function createApi({party, connection, credentials, clock, basePath}: ApiDeps): Api {
  const reader = {party, clock, limits: bodyLimits}
  const errorReader = {...reader, limits: errorLimits}
  const send = createSender(connection, basePath)

  const doubts = createDenialDoubts({
    party,
    connection,
    clock,
    async readyStatus(signal) {
      const credential = await abortable(credentials.current(), signal)
      const statusFor = async (asker: Credential) => statusOfAll(await send(readyz, asker, signal), errorReader)
      const status = await statusFor(credential)
      // A server that does not know accounts yet refuses every token before it looks at the question.
      return status === 401 ? statusFor({...credential, headers: {}}) : status
    },
  })

  /**
   * The answer if it is a success. A denial that is doubted counts when it is repeated by a server that was found ready; one
   * that was started again meanwhile is doubted again, but not for ever.
   */
  async function call(request: Call, signal: AbortSignal): Promise<OpenAnswer> {
    for (let asked = 0; ; asked++) {
      const isDoubtful = doubts.watchOver()
      try {
        const answer = await ask(request, signal, {renews: asked === 0})
        doubts.served()
        return answer
      } catch (error) {
        if (!isDoubtful(error) || asked >= mostDoubts[error.failureClass]) throw error
        await doubts.settle(signal)
      }
    }
  }

  /** Credentials that are refused are renewed once, whoever doubted it. */
  async function ask(request: Call, signal: AbortSignal, {renews}: {readonly renews: boolean}): Promise<OpenAnswer> {
    signal.throwIfAborted()
    const credential = await abortable(credentials.current(), signal)
    const answer = await send(request, credential, signal)
    if (answer.status !== 401 || !renews) return successOf(answer, credential, errorReader)
    const refusal = await refusalOf(answer, credential, errorReader)
    const renewed = await abortable(credentials.renewed(credential), signal)
    if (isSame(renewed, credential)) throw refusal
    return successOf(await send(request, renewed, signal), renewed, errorReader)
  }

  async function getDated(
    path: string,
    signal: AbortSignal,
    accept = json,
  ): Promise<{body: unknown; serverDate: Date | undefined}> {
    const answer = await call({method: 'GET', path, headers: {accept, 'accept-encoding': 'gzip'}}, signal)
    return {body: parseJson(party, await readBody(answer, reader)), serverDate: dateOf(answer)}
  }

  return {
    party,
    getDated,
    get: async (path, signal, accept) => (await getDated(path, signal, accept)).body,
    async getText(path, maxBytes, signal) {
      const answer = await call({method: 'GET', path, headers: {accept: '*/*'}}, signal)
      return readBeginning(answer, {...reader, limits: {...bodyLimits, maxBytes}})
    },
    async write({method, path, body, contentType = json, accept = json}, signal) {
      const headers = {accept, 'accept-encoding': 'gzip', 'content-type': contentType}
      const answer = await call({method, path, headers, body: JSON.stringify(body)}, signal)
      return parseJson(party, await readBody(answer, reader))
    },
    async watch(path, signal) {
      return (await call({method: 'GET', path, headers: {}, endless: true}, signal)).body
    },
  }
}

type Send = (call: Call, credential: Credential, signal: AbortSignal) => Promise<OpenAnswer>

function createSender(connection: Connection, basePath: string): Send {
  return async (call, credential, signal) => {
    const headers = {accept: json, ...call.headers, 'user-agent': 'hubspoke', ...credential.headers}
    const givenUp = new AbortController()
    const request = {...call, path: `${basePath}${call.path}`, headers, tls: credential.tls}
    const answer = await connection.send(request, AbortSignal.any([signal, givenUp.signal]))
    return {...answer, cut: (reason) => givenUp.abort(reason)}
  }
}

/** The status of an answer, when all of it has come. */
async function statusOfAll(answer: OpenAnswer, reader: BodyReader): Promise<number> {
  await readBeginning(answer, reader)
  return answer.status
}

async function successOf(answer: OpenAnswer, credential: Credential, reader: BodyReader): Promise<OpenAnswer> {
  if (answer.status >= 200 && answer.status < 300) return answer
  throw await refusalOf(answer, credential, reader)
}

async function refusalOf(answer: OpenAnswer, credential: Credential, reader: BodyReader): Promise<HubspokeError> {
  const retryAfter = answer.headers['retry-after']
  return answerError(reader.party, {
    status: answer.status,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
    body: await statusOf(answer, credential, reader),
  })
}

/** The body of a refusal when it is the JSON that an API server sends; undefined for anything else. */
async function statusOf(answer: OpenAnswer, credential: Credential, reader: BodyReader): Promise<unknown> {
  try {
    return JSON.parse(withoutSecrets(await readBeginning(answer, reader), credential))
  } catch (error) {
    // The code of the answer says enough; only a caller that has given up wants to hear of it.
    if (error instanceof SyntaxError || error instanceof HubspokeError) return undefined
    throw error
  }
}

function isSame(a: Credential, b: Credential): boolean {
  return a.tls === b.tls && JSON.stringify(a.headers) === JSON.stringify(b.headers)
}

/** What a server or a gateway says of a request may quote what the request carried. */
function withoutSecrets(text: string, {headers}: Credential): string {
  const secret = headers.authorization?.replace(/^\w+\s+/, '')
  return secret ? text.replaceAll(secret, '[redacted]') : text
}

function dateOf({headers: {date}}: WireAnswer): Date | undefined {
  const time = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return Number.isNaN(time) ? undefined : new Date(time)
}

function parseJson(party: Party, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw notKubernetes(party)
  }
}

/** A path of the API from its parts, each of them escaped, and a query; parameters that are undefined are left out. */
export function apiPath(parts: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const parameters = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const search = new URLSearchParams(parameters).toString()
  return `/${parts.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`
}
