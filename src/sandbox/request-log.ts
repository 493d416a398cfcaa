import type {LoggedRequest} from './sandbox.ts'
import type {Answer} from './transport/answer.ts'
import type {Incoming} from './transport/http-front.ts'

/** The number of requests that are kept; a sandbox that runs for days drops the oldest ones. */
const limit = 100_000

/** The requests to one server. */
export class RequestLog {
  readonly #entries: {request: Omit<LoggedRequest, 'status' | 'bytes'>; outcome: Pick<Answer, 'status' | 'bytes'>}[] =
    []

  add({method, url, headers}: Incoming, user: string, answer: Answer): void {
    const request = {method, path: url, userAgent: headers['user-agent'] ?? '', user}
    const entry = {request, outcome: answer as Pick<Answer, 'status' | 'bytes'>}
    this.#entries.push(entry)
    if (this.#entries.length > limit) this.#entries.shift()
    const settle = (): void => {
      entry.outcome = {status: answer.status, bytes: answer.bytes}
    }
    answer.closed.addEventListener('abort', settle, {once: true})
  }

  all(): readonly LoggedRequest[] {
    return this.#entries.map(({request, outcome: {status, bytes}}) => ({...request, status, bytes}))
  }
}
