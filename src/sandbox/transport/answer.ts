import type {OutgoingHttpHeaders} from 'node:http'

/** The part of a response that HTTP/1.1 and HTTP/2 have in common. */
export interface RawResponse {
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown
  write(chunk: string | Buffer, done?: () => void): unknown
  end(): unknown
  on(event: 'close' | 'error', listener: () => void): unknown
  flushHeaders?: () => void
}

/** One outgoing answer: its counters, and how it may be made to break. */
export class Answer {
  readonly #response: RawResponse
  readonly #break: () => void
  readonly #closed = new AbortController()
  /** Bytes of the body after which the connection breaks; `auto`: half of a body, or the first chunk of a stream. */
  #cutAfter: number | 'auto' = Number.POSITIVE_INFINITY
  #isLost = false
  #isOver = false
  status = 0
  bytes = 0

  /** @param breakConnection ends the connection for both sides at once */
  constructor(response: RawResponse, breakConnection: () => void) {
    this.#response = response
    this.#break = breakConnection
    const close = (): void => {
      this.#isOver = true
      this.#closed.abort()
    }
    response.on('close', close)
    response.on('error', close)
  }

  /** Aborted when the connection is gone or the answer is complete. */
  get closed(): AbortSignal {
    return this.#closed.signal
  }

  /** From now on nothing is sent: the first attempt breaks the connection. */
  lose(): void {
    this.#isLost = true
  }

  /** Breaks the connection in the middle; without a number after half of a body, or after the first chunk of a stream. */
  cut(afterBytes?: number): void {
    this.#cutAfter = afterBytes ?? 'auto'
  }

  open(status: number, headers: OutgoingHttpHeaders): void {
    if (this.#isLost) this.breakOff()
    if (this.#isOver) return
    this.status = status
    this.#response.writeHead(status, headers)
    this.#response.flushHeaders?.()
  }

  write(chunk: string | Buffer): void {
    if (this.#isOver) return
    const data = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    const left = this.#cutAfter === 'auto' ? data.length : this.#cutAfter - this.bytes
    const sent = data.length <= left ? data : data.subarray(0, Math.max(0, left))
    this.bytes += sent.length
    if (left > data.length) this.#response.write(sent)
    else this.#breakAfter(sent)
  }

  end(): void {
    if (!this.#isOver) this.#response.end()
  }

  send(status: number, headers: OutgoingHttpHeaders, body: string | Buffer): void {
    if (this.#cutAfter === 'auto') this.#cutAfter = Math.floor(Buffer.byteLength(body) / 2)
    this.open(status, headers)
    this.write(body)
    if (this.bytes < this.#cutAfter) this.end()
  }

  /** Breaks the whole connection, other answers on it included. */
  breakOff(): void {
    if (!this.#isOver) this.#breakAfter(Buffer.alloc(0))
  }

  /** The last data that is sent: when it has left, the connection breaks. */
  #breakAfter(last: Buffer): void {
    this.#isOver = true
    if (last.length === 0) setImmediate(this.#break)
    else this.#response.write(last, () => setImmediate(this.#break))
  }
}
