import type {Socket} from 'node:net'
import {buildConnector, errors} from 'undici'
import type {TlsMaterial} from './credentials.ts'

/** Opens connections to one server, counts them, and can end them all. */
export interface Dialer {
  /** In the shape in which undici asks for one. Its socket is not yet given away when `callback` has an error. */
  readonly connect: buildConnector.connector
  /** Opens one connection ahead of any request. */
  dial(): Promise<Socket>
  /** Was this error met while connecting, so that nothing can have been sent? */
  isConnectError(error: unknown): boolean
  /** Connections that were established so far. */
  count(): number
  /** Gives up the connections that are on their way: whoever waits for one is told so. */
  abandon(): void
  /** Cuts every connection. */
  destroy(): void
}

export interface DialerOptions {
  readonly origin: URL
  readonly tls: TlsMaterial
  readonly connectTimeoutMs: number
}

/** Of two addresses of one name, the second is tried after this time; Node's 250 ms are shorter than a way around the world. */
const nextAddressAfterMs = 1_500

export function createDialer({origin, tls, connectTimeoutMs}: DialerOptions): Dialer {
  const connectErrors = new WeakSet<object>()
  const connecting = new Set<Socket>()
  const sockets = new Set<Socket>()
  let established = 0
  const connector = buildConnector({
    ...tls,
    allowH2: true,
    preferH2: true,
    timeout: connectTimeoutMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: nextAddressAfterMs,
    keepAliveInitialDelay: 30_000,
  })

  const connect: buildConnector.connector = (options, callback) => {
    // undici's own connector returns the socket at once, which its types do not say.
    const socket = connector(options, (error, connected) => {
      connecting.delete(socket)
      if (error === null) {
        established++
        callback(null, connected)
      } else {
        connectErrors.add(error)
        callback(error, null)
      }
    }) as unknown as Socket
    connecting.add(socket)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }

  return {
    connect,
    dial: () =>
      new Promise((resolve, reject) => {
        const {host, hostname, protocol, port} = origin
        connect({host, hostname: hostname.replace(/^\[|\]$/g, ''), protocol, port}, (error, socket) => {
          if (error === null) resolve(socket)
          else reject(error)
        })
      }),
    isConnectError: (error) => typeof error === 'object' && error !== null && connectErrors.has(error),
    count: () => established,
    abandon() {
      for (const socket of connecting) socket.destroy(new errors.ClientClosedError())
    },
    destroy() {
      for (const socket of sockets) socket.destroy(new errors.ClientClosedError())
    },
  }
}
