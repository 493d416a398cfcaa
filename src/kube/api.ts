import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {abortable} from './abortable.ts'
import {bodyLimits, errorLimits} from './answer-limits.ts'
import {type Question, type Topic, Unexpected} from './answers/question.ts'
import type {Connection, WireAnswer, WireRequest} from './connection/connection.ts'
import type {Credential, Credentials} from './credentials/credentials.ts'
import {withoutCredential} from './credentials/without-credential.ts'
import {createDenialDoubts, type Readiness} from './denial-doubts.ts'
import {answerError, type Party, unexpectedAnswer} from './errors.ts'
import {type BodyReader, notKubernetes, type OpenAnswer, readBeginning, readBody} from './read-body.ts'

/**
 * Requests to one API server, authenticated. They send JSON and resolve with the recognised answer. Any other answer of a
 * server, or of a gateway before it, is a failure of class `server-error`.
 *
 * Every method rejects with a `HubspokeError`, and with the signal's own reason as soon as it is aborted.
 */
export interface Api {
  readonly party: Party
  /** The clock of this machine: operations of several requests have a time limit of their own. */
  readonly clock: Pick<Clock, 'now'>
  get<T>(question: Question<T>, signal: AbortSignal): Promise<T>
  /** As `get`, with the time of the server's clock, in whole seconds; undefined where the server did not send it. */
  getDated<T>(question: Question<T>, signal: AbortSignal): Promise<Dated<T>>
  /** An answer that is not JSON. Of one longer than `maxBytes`, only the beginning. */
  getText(question: TextQuestion, maxBytes: number, signal: AbortSignal): Promise<string>
  write<T>(write: ApiWrite<T>, signal: AbortSignal): Promise<T>
  /** Resolves with the body when the server has accepted the watch: from then on it sends every change. */
  watch(question: TextQuestion, signal: AbortSignal): Promise<AsyncIterable<Buffer>>
}

export interface Dated<T> {
  readonly value: T
  readonly serverDate: Date | undefined
}

export interface TextQuestion extends Topic {
  readonly path: string
}

export interface ApiWrite<T> {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly question: Question<T>
  readonly body: unknown
  /** `application/json` unless it is a patch. */
  readonly contentType?: string
}

export interface ApiDeps {
  readonly party: Party
  readonly connection: Connection
  readonly credentials: Credentials
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  /** The path of the server's URL: some servers are behind a gateway. */
  readonly basePath: string
}

type Call = Pick<WireRequest, 'method' | 'body' | 'endless' | 'headers' | 'path'> & Topic

const json = 'application/json'

/** API servers end the connection of unauthenticated clients, which looks like a restart of the server. */
const mostDoubts = {unauthenticated: 1, forbidden: 3}

const readyz: Call = {method: 'GET', path: '/readyz', headers: {accept: '*/*'}, about: {mayMiss: []}}

export function createApi({party, connection, credentials, clock, basePath}: ApiDeps): Api {
  const reader = {party, clock, limits: bodyLimits}
  const errorReader = {...reader, limits: errorLimits}
  const send = createSender(connection, basePath)

  const doubts = createDenialDoubts({
    party,
    connection,
    clock,
    async readiness(signal) {
      const credential = await abortable(credentials.current(), signal)
      const answerFor = async (asker: Credential) => wholeOf(await send(readyz, asker, signal), errorReader)
      const first = await answerFor(credential)
      // A server that has not loaded accounts yet refuses every token before it looks at the request.
      return readinessOf(first.status === 401 ? await answerFor({...credential, headers: {}}) : first)
    },
  })

  /**
   * The answer if it is a success. A doubted denial counts when a server that was found ready repeats it; a server that was
   * restarted meanwhile is doubted again, but not without end.
   */
  async function call(request: Call, signal: AbortSignal): Promise<OpenAnswer> {
    for (let asked = 0; ; asked++) {
      const isDoubtful = doubts.beforeRequest()
      try {
        const answer = await ask(request, signal, {renews: asked === 0})
        doubts.served()
        return answer
      } catch (error) {
        if (!isDoubtful(error) || asked >= mostDoubts[error.failureClass]) throw error
        await doubts.settle(error, signal)
      }
    }
  }

  /** Refused credentials are renewed once, also when the denial is doubted. */
  async function ask(request: Call, signal: AbortSignal, {renews}: {readonly renews: boolean}): Promise<OpenAnswer> {
    signal.throwIfAborted()
    const credential = await abortable(credentials.current(), signal)
    const answer = await send(request, credential, signal)
    if (answer.status !== 401 || !renews) return successOf({request, credential}, answer, errorReader)
    const refusal = await refusalOf({request, credential}, answer, errorReader)
    const renewed = await abortable(credentials.renewed(credential), signal)
    if (isSame(renewed, credential)) throw refusal
    return successOf({request, credential: renewed}, await send(request, renewed, signal), errorReader)
  }

  async function getDated<T>(question: Question<T>, signal: AbortSignal): Promise<Dated<T>> {
    const {path, about, accept = json} = question
    const answer = await call({method: 'GET', path, about, headers: {accept, 'accept-encoding': 'gzip'}}, signal)
    const body = parseJson(party, await readBody(answer, reader))
    return {value: recognised(party, question, body), serverDate: dateOf(answer)}
  }

  return {
    party,
    clock,
    getDated,
    get: async (question, signal) => (await getDated(question, signal)).value,
    async getText({path, about}, maxBytes, signal) {
      const answer = await call({method: 'GET', path, about, headers: {accept: '*/*'}}, signal)
      return readBeginning(answer, {...reader, limits: {...bodyLimits, maxBytes}})
    },
    async write({method, question, body, contentType = json}, signal) {
      const {path, about, accept = json} = question
      const headers = {accept, 'accept-encoding': 'gzip', 'content-type': contentType}
      const answer = await call({method, path, about, headers, body: JSON.stringify(body)}, signal)
      return recognised(party, question, parseJson(party, await readBody(answer, reader)))
    },
    async watch({path, about}, signal) {
      return (await call({method: 'GET', path, about, headers: {}, endless: true}, signal)).body
    },
  }
}

type Send = (call: Call, credential: Credential, signal: AbortSignal) => Promise<OpenAnswer>

function createSender(connection: Connection, basePath: string): Send {
  return async ({about: _, ...call}, credential, signal) => {
    const headers = {accept: json, ...call.headers, 'user-agent': 'hubspoke', ...credential.headers}
    const givenUp = new AbortController()
    const request = {...call, path: `${basePath}${call.path}`, headers, tls: credential.tls}
    const answer = await connection.send(request, AbortSignal.any([signal, givenUp.signal]))
    return {...answer, cut: (reason) => givenUp.abort(reason)}
  }
}

/** The value of an answer; throws a `HubspokeError` where it is not the answer to the question. */
export function recognised<T>(party: Party, {read}: Pick<Question<T>, 'read'>, body: unknown): T {
  const value = read(body)
  if (value instanceof Unexpected) throw unexpectedAnswer(party, value.why)
  return value
}

interface WholeAnswer {
  readonly status: number
  readonly text: string
}

async function wholeOf(answer: OpenAnswer, reader: BodyReader): Promise<WholeAnswer> {
  return {status: answer.status, text: await readBeginning(answer, reader)}
}

/** A server that refuses anonymous requests has loaded its accounts: it is ready. */
function readinessOf({status, text}: WholeAnswer): Readiness {
  if (status >= 500) return 'not-ready'
  return status === 401 || (status === 200 && text.trim() === 'ok') ? 'ready' : 'unclear'
}

/** A request as it was sent. */
interface Sent {
  readonly request: Call
  readonly credential: Credential
}

async function successOf(sent: Sent, answer: OpenAnswer, reader: BodyReader): Promise<OpenAnswer> {
  if (answer.status >= 200 && answer.status < 300) return answer
  throw await refusalOf(sent, answer, reader)
}

async function refusalOf({request, credential}: Sent, answer: OpenAnswer, reader: BodyReader): Promise<HubspokeError> {
  const retryAfter = answer.headers['retry-after']
  return answerError(reader.party, {
    about: request.about,
    status: answer.status,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
    body: await statusOf(answer, credential, reader),
  })
}

/**
 * The body of a refusal when it is the JSON that an API server sends, without quotes of the credential; undefined for
 * anything else.
 */
async function statusOf(answer: OpenAnswer, credential: Credential, reader: BodyReader): Promise<unknown> {
  try {
    // Only sentences are shown; all other fields serve to recognise the answer.
    const reviver = (key: string, value: unknown): unknown =>
      key === 'message' && typeof value === 'string'
        ? withoutCredential(value, credential.headers.authorization)
        : value
    return JSON.parse(await readBeginning(answer, reader), reviver)
  } catch (error) {
    // The status of the answer is enough; only an abort by the caller is passed on.
    if (error instanceof SyntaxError || error instanceof HubspokeError) return undefined
    throw error
  }
}

function isSame(a: Credential, b: Credential): boolean {
  return a.tls === b.tls && JSON.stringify(a.headers) === JSON.stringify(b.headers)
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
