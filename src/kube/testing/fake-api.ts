import type {Question} from '../answers/question.ts'
import {configMaps} from '../answers/resource.ts'
import {type Api, type ApiWrite, type Dated, recognised} from '../api.ts'
import {answerError} from '../errors.ts'

/** The body of one watch, as the test writes it. */
export interface FakeWatch {
  readonly path: string
  /** One line of JSON. */
  send(event: unknown): void
  sendBytes(bytes: Uint8Array): void
  /** The server ends it. */
  end(): void
  /** The connection breaks. */
  fail(error: unknown): void
  readonly aborted: boolean
}

export interface FakeApi extends Api {
  readonly gets: readonly string[]
  /** The requested form of each GET. */
  readonly accepts: readonly (string | undefined)[]
  readonly writes: readonly FakeWrite[]
  readonly watches: readonly FakeWatch[]
}

/** A write as it is sent to a server. */
export interface FakeWrite extends Omit<ApiWrite<unknown>, 'question'> {
  readonly path: string
  readonly accept?: string
}

export interface FakeAnswers {
  /** The answer to a GET; it may throw. Like every answer, it must be recognised. */
  get?(path: string): unknown
  write?(write: FakeWrite): unknown
  readonly serverDate?: Date
  /** Default: no time passes. */
  readonly clock?: Api['clock']
  /** Throws where the watch is refused. */
  watch?(path: string): void
}

const party = {context: 'prod', server: 'https://prod.test'}

/** The failure for a refusal by an API server. */
export function refusal(status: number, message = ''): unknown {
  const details = {name: 'what-was-asked-for', kind: configMaps.plural}
  const body = {kind: 'Status', ...(status === 404 && {reason: 'NotFound', details}), message}
  return answerError(party, {status, body, about: {resource: configMaps, name: details.name, mayMiss: ['object']}})
}

/** A list as an API server sends it. */
export function listOf(kind: string, items: readonly object[], resourceVersion = '5', metadata: object = {}): object {
  return {kind: `${kind}List`, metadata: {resourceVersion, ...metadata}, items}
}

export function fakeApi(answers: FakeAnswers = {}): FakeApi {
  const gets: string[] = []
  const accepts: (string | undefined)[] = []
  const writes: FakeWrite[] = []
  const watches: FakeWatch[] = []
  async function getRaw(path: string, signal: AbortSignal, accept?: string): Promise<unknown> {
    signal.throwIfAborted()
    gets.push(path)
    accepts.push(accept)
    return answers.get?.(path)
  }
  async function getDated<T>(question: Question<T>, signal: AbortSignal): Promise<Dated<T>> {
    const value = recognised(party, question, await getRaw(question.path, signal, question.accept))
    return {value, serverDate: answers.serverDate}
  }
  return {
    party,
    clock: answers.clock ?? {now: () => 0},
    gets,
    accepts,
    writes,
    watches,
    get: async (question, signal) => (await getDated(question, signal)).value,
    getDated,
    getText: async ({path}, maxBytes, signal) => String(await getRaw(path, signal)).slice(0, maxBytes),
    async write({question, ...rest}, signal) {
      signal.throwIfAborted()
      const {path, accept} = question
      const write = {...rest, path, ...(accept !== undefined && {accept})}
      writes.push(write)
      return recognised(party, question, answers.write?.(write))
    },
    async watch({path}, signal) {
      signal.throwIfAborted()
      answers.watch?.(path)
      const {watch, body} = fakeWatch(path, signal)
      watches.push(watch)
      return body
    },
  }
}

function fakeWatch(path: string, signal: AbortSignal): {watch: FakeWatch; body: AsyncIterable<Buffer>} {
  let controller: ReadableStreamDefaultController<Buffer> | undefined
  const body = new ReadableStream<Buffer>({
    start(started) {
      controller = started
      signal.addEventListener('abort', () => started.error(signal.reason))
    },
  })
  const watch: FakeWatch = {
    path,
    send: (event) => controller?.enqueue(Buffer.from(`${JSON.stringify(event)}\n`)),
    sendBytes: (bytes) => controller?.enqueue(Buffer.from(bytes)),
    end: () => controller?.close(),
    fail: (error) => controller?.error(error),
    get aborted() {
      return signal.aborted
    },
  }
  return {watch, body}
}
