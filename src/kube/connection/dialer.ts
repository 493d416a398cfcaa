import type {Socket} from 'node:net'
import {buildConnector, errors} from 'undici'
import type {Clock} from '../../shared/clock.ts'
import type {TlsMaterial} from '../credentials/tls-material.ts'
import type {ProxyServer} from './choose-proxy.ts'
import {type Judgement, judge, type MachineTrust} from './machine-trust.ts'
import {openTunnel} from './open-tunnel.ts'
import {TunnelError} from './tunnel-error.ts'

/** Opens connections to one server, counts them, and can end them all. */
export interface Dialer {
  /** In the form that undici requires. When `callback` has an error, the socket was not handed over. */
  readonly connect: buildConnector.connector
  /** Opens one connection ahead of any request. */
  dial(): Promise<Socket>
  /** Did this error occur while connecting, so that nothing can have been sent? */
  isConnectError(error: unknown): boolean
  /** Connections that were established so far. */
  count(): number
  /** Aborts connections that are being opened: their callers get an error. */
  abandon(): void
  /** Cuts every connection. */
  destroy(): void
}

export interface DialerOptions {
  readonly origin: URL
  readonly tls: TlsMaterial
  /** Limits the time that a proxy has. */
  readonly clock: Pick<Clock, 'sleep'>
  readonly connectTimeoutMs: number
  readonly proxy?: ProxyServer | undefined
  readonly machine: MachineTrust
}

/** If a name has two addresses, the second is tried after this time; Node's 250 ms are shorter than a way around the world. */
const nextAddressAfterMs = 1_500

export function createDialer({origin, tls, clock, connectTimeoutMs, proxy, machine}: DialerOptions): Dialer {
  const connectErrors = new WeakSet<object>()
  const connecting = new Set<Socket>()
  const sockets = new Set<Socket>()
  let established = 0
  const connector = lazyConnector({origin, tls, connectTimeoutMs, machine})
  const giveUp = new AbortController()

  function track(socket: Socket): Socket {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }

  async function connectTo(options: buildConnector.Options, callback: buildConnector.Callback): Promise<void> {
    const open = await connector()
    giveUp.signal.throwIfAborted()
    // undici's own connector returns the socket at once, which its types do not show.
    const socket = open(options, (error, connected) => {
      connecting.delete(socket)
      if (error === null) {
        established++
        callback(null, connected)
      } else {
        connectErrors.add(error)
        callback(error, null)
      }
    }) as unknown as Socket
    connecting.add(track(socket))
  }

  async function connectThrough(via: ProxyServer, options: buildConnector.Options, callback: buildConnector.Callback) {
    const trust = via.url.protocol === 'https:' ? await judge(tls, machine) : undefined
    const limits = {trust, clock, timeoutMs: connectTimeoutMs, giveUp: giveUp.signal}
    const tunnel = track(await tunnelTo(options, via, limits))
    if (options.protocol === 'https:') return connectTo({...options, httpSocket: tunnel}, callback)
    established++
    callback(null, tunnel)
  }

  const connect: buildConnector.connector = (options, callback) => {
    const way = proxy === undefined ? connectTo(options, callback) : connectThrough(proxy, options, callback)
    way.catch((reason: unknown) => {
      const error = reason instanceof Error ? reason : new TunnelError('cut')
      connectErrors.add(error)
      callback(error, null)
    })
  }

  return {
    connect,
    dial: () => dialOrigin(origin, connect),
    isConnectError: (error) => typeof error === 'object' && error !== null && connectErrors.has(error),
    count: () => established,
    abandon() {
      giveUp.abort(new errors.ClientClosedError())
      for (const socket of connecting) socket.destroy(new errors.ClientClosedError())
    },
    destroy() {
      for (const socket of sockets) socket.destroy(new errors.ClientClosedError())
    },
  }
}

/** Created with the first connection: the trusted authorities are not needed before. */
function lazyConnector({
  origin,
  tls,
  connectTimeoutMs,
  machine,
}: Omit<DialerOptions, 'proxy' | 'clock'>): () => Promise<buildConnector.connector> {
  let connector: Promise<buildConnector.connector> | undefined
  const make = async (): Promise<buildConnector.connector> =>
    buildConnector({
      ...(origin.protocol === 'https:' && {...tls, ...(await judge(tls, machine))}),
      allowH2: true,
      preferH2: true,
      timeout: connectTimeoutMs,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: nextAddressAfterMs,
      keepAliveInitialDelay: 30_000,
    })
  return () => {
    connector ??= make()
    return connector
  }
}

interface TunnelLimits {
  readonly trust: Judgement | undefined
  readonly clock: Pick<Clock, 'sleep'>
  readonly timeoutMs: number
  readonly giveUp: AbortSignal
}

/** The tunnel has the whole time, and TLS inside of it has it again: the tunnel's time includes the proxy's connection to the server. */
async function tunnelTo(
  {hostname, protocol, port}: buildConnector.Options,
  via: ProxyServer,
  {trust, clock, timeoutMs, giveUp}: TunnelLimits,
): Promise<Socket> {
  const [timeout, over] = [new AbortController(), new AbortController()]
  void clock.sleep(timeoutMs, over.signal).then(() => over.signal.aborted || timeout.abort())
  const destination = {host: hostname, port: Number(port) || (protocol === 'http:' ? 80 : 443)}
  try {
    return await openTunnel(via, {destination, trust, signal: AbortSignal.any([timeout.signal, giveUp])})
  } catch (error) {
    throw timeout.signal.aborted ? new TunnelError('timeout') : error
  } finally {
    over.abort()
  }
}

function dialOrigin({host, hostname, protocol, port}: URL, connect: buildConnector.connector): Promise<Socket> {
  return new Promise((resolve, reject) => {
    connect({host, hostname: hostname.replace(/^\[|\]$/g, ''), protocol, port}, (error, socket) => {
      if (error === null) resolve(socket)
      else reject(error)
    })
  })
}
