import {once} from 'node:events'
import type {IncomingMessage} from 'node:http'
import {createSecureServer, type Http2ServerRequest} from 'node:http2'
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net'
import type {Clock} from '../../shared/clock.ts'
import {Answer, type RawResponse} from './answer.ts'
import type {Certificates} from './certificates.ts'
import {Gate} from './gate.ts'

/** A request as received. */
export interface Incoming {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** @throws RangeError when it is longer than `limit` bytes */
  body(limit: number): Promise<Buffer>
}

export type Handler = (request: Incoming, answer: Answer) => void

/** HTTP/2 and HTTP/1.1 over TLS on one port of the loopback interface, which can stop, hang, and start again. */
export class HttpFront {
  readonly #http: ReturnType<typeof createSecureServer>
  readonly #gates = new Set<Gate>()
  readonly #clock: Clock
  #listener: Server | undefined
  #port = 0
  #isHanging = false
  /** TLS connections accepted so far. */
  connections = 0

  constructor({certificate, key}: Certificates, clock: Clock, handle: Handler) {
    this.#clock = clock
    this.#http = createSecureServer({key, cert: certificate, allowHTTP1: true}, (request, response) => {
      const destroy = (): void => {
        if (request.httpVersionMajor === 2) request.stream.session?.destroy()
        else request.socket.destroy()
      }
      response.setHeader('date', clock.date().toUTCString())
      handle(incoming(request), new Answer(response as RawResponse, destroy))
    })
    this.#http.on('secureConnection', () => {
      this.connections++
    })
    for (const event of ['tlsClientError', 'sessionError', 'clientError', 'error'] as const) {
      this.#http.on(event, () => undefined)
    }
  }

  get port(): number {
    return this.#port
  }

  /** Listens on the same port as before, or the first time on a free one. */
  async listen(): Promise<void> {
    if (this.#listener !== undefined) return
    const listener = createServer({noDelay: true}, (socket) => this.#accept(socket))
    this.#listener = listener
    for (let tries = 1; ; tries++) {
      try {
        listener.listen(this.#port, '127.0.0.1')
        await once(listener, 'listening')
        break
      } catch (error) {
        // Until it listens again, an outgoing connection of any process may use the port for a moment.
        if (tries >= 50) throw error
        await this.#clock.sleep(20)
      }
    }
    this.#port = (listener.address() as AddressInfo).port
  }

  /** Breaks open connections and refuses new ones. */
  async close(): Promise<void> {
    const listener = this.#listener
    this.#listener = undefined
    const closed = listener === undefined ? undefined : once(listener, 'close')
    listener?.close()
    for (const gate of this.#gates.values()) gate.break()
    await closed
  }

  /** Lets every connection hang, also later ones; or resumes them. */
  hang(isHanging: boolean): void {
    this.#isHanging = isHanging
    for (const gate of this.#gates.values()) {
      if (isHanging) gate.shut()
      else gate.open()
    }
  }

  #accept(socket: Socket): void {
    const gate = new Gate(socket)
    this.#gates.add(gate)
    gate.on('close', () => this.#gates.delete(gate))
    if (this.#isHanging) gate.shut()
    this.#http.emit('connection', gate)
  }
}

function incoming(request: Http2ServerRequest | IncomingMessage): Incoming {
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers,
    body: async (limit) => {
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of request as AsyncIterable<Buffer>) {
        length += chunk.length
        if (length > limit) throw new RangeError(`longer than ${limit} bytes`)
        chunks.push(chunk)
      }
      return Buffer.concat(chunks)
    },
  }
}
