import type {Api, ApiWrite} from '../api.ts'
import {answerError} from '../errors.ts'

/** The body of one watch, as the test feeds it. */
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
  /** The form that each GET asked for. */
  readonly accepts: readonly (string | undefined)[]
  readonly writes: readonly ApiWrite[]
  readonly watches: readonly FakeWatch[]
}

export interface FakeAnswers {
  /** What a GET answers; it may throw. */
  get?(path: string): unknown
  write?(write: ApiWrite): unknown
  readonly serverDate?: Date
  /** Throws where the watch is refused. */
  watch?(path: string): void
}

const party = {context: 'prod', server: 'https://prod.test'}

/** The failure that an API server's answer becomes. */
export function refusal(status: number, message = ''): unknown {
  return answerError(party, {status, body: {kind: 'Status', message}})
}

export function fakeApi(answers: FakeAnswers = {}): FakeApi {
  const gets: string[] = []
  const accepts: (string | undefined)[] = []
  const writes: ApiWrite[] = []
  const watches: FakeWatch[] = []
  async function get(path: string, signal: AbortSignal, accept?: string): Promise<unknown> {
    signal.throwIfAborted()
    gets.push(path)
    accepts.push(accept)
    return answers.get?.(path)
  }
  return {
    party,
    gets,
    accepts,
    writes,
    watches,
    get,
    getText: async (path, maxBytes, signal) => String(await get(path, signal)).slice(0, maxBytes),
    getDated: async (path, signal) => ({body: await get(path, signal), serverDate: answers.serverDate}),
    async write(write, signal) {
      signal.throwIfAborted()
      writes.push(write)
      return answers.write?.(write)
    },
    async watch(path, signal) {
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
