import type {Socket} from 'node:net'
import {Duplex} from 'node:stream'

/**
 * A TCP connection that can be made to hang: while the gate is shut, nothing that arrives is read and nothing that is
 * written leaves, and the peer is not notified.
 */
export class Gate extends Duplex {
  readonly #socket: Socket
  #isShut = false
  #held: (() => void)[] = []

  constructor(socket: Socket) {
    super()
    this.#socket = socket
    socket.on('data', (chunk) => {
      if (!this.push(chunk)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('close', () => this.destroy())
    socket.on('error', (error) => this.destroy(error))
    this.on('error', () => undefined)
  }

  shut(): void {
    this.#isShut = true
    this.#socket.pause()
  }

  open(): void {
    this.#isShut = false
    for (const go of this.#held.splice(0)) go()
    this.#socket.resume()
  }

  /** Breaks the connection for both sides, as a crash or a firewall does: unsent data is lost. */
  break(): void {
    this.#socket.resetAndDestroy()
    this.destroy()
  }

  override _read(): void {
    if (!this.#isShut) this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const write = (): void => {
      this.#socket.write(chunk, done)
    }
    if (this.#isShut) this.#held.push(write)
    else write()
  }

  override _final(done: () => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#held = []
    this.#socket.destroy()
    done(error)
  }
}
