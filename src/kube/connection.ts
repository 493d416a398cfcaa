import type {Socket} from 'node:net'
import {type buildConnector, Client, type Dispatcher, errors, Pool} from 'undici'
import type {Cost} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import {abortable} from './abortable.ts'
import type {ProxyServer} from './choose-proxy.ts'
import type {TlsMaterial} from './credentials.ts'
import {createDialer, type Dialer} from './dialer.ts'
import {type Party, quoted} from './errors.ts'
import {type Limits, networkError, type Phase} from './network-errors.ts'
import {TunnelError} from './tunnel-error.ts'
import {tunnelFailure} from './tunnel-failure.ts'

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the root of the server, with the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly tls: TlsMaterial
  /** A watch: its body may be silent for as long as it likes. */
  readonly endless?: boolean
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** As it came over the wire. Whoever does not read it to its end aborts the signal. */
  readonly body: AsyncIterable<Buffer>
}

/**
 * The connection to one API server: over HTTP/2 a single one, opened with the first request and kept for the whole run;
 * a server that speaks HTTP/1.1 only gets a few. A connection that was lost is opened again by the next request.
 */
export interface Connection {
  /**
   * Rejects with a `HubspokeError` where the network failed, and with the signal's reason where it was aborted; so does
   * reading the body.
   */
  send(request: WireRequest, signal: AbortSignal): Promise<WireAnswer>
  cost(): Cost
  /** How many endless answers it may carry, so that others still find a way. */
  endlessLimit(): number
  /** Ends every request and cuts the connection. */
  close(): Promise<void>
}

export interface ConnectionOptions {
  readonly party: Party
  readonly origin: URL
  readonly proxy?: ProxyServer
  readonly limits?: Partial<ConnectionLimits>
}

/** In milliseconds. */
export interface ConnectionLimits extends Limits {
  readonly pingMs: number
}

const defaultLimits: ConnectionLimits = {connectMs: 5_000, responseMs: 30_000, pingMs: 10_000}

/** Half of 100, the lowest number of streams that RFC 9113 asks servers to allow. */
const endlessStreams = 50
const manyRequests = 1_000
const http1Connections = 16
const endlessHttp1 = 8
const idleMs = 600_000
/** Shorter than the idle timeout of common load balancers: a request must not meet a connection that is being closed. */
const http1IdleMs = 20_000

/** One way to the server: everything that was opened with the same credentials. */
interface Line {
  readonly tls: TlsMaterial
  readonly dialer: Dialer
  readonly dispatcher: Promise<Dispatcher>
  protocol: 'h2' | 'http/1.1' | undefined
}

export function createConnection({party, origin, proxy, limits: given}: ConnectionOptions): Connection {
  const limits = {...defaultLimits, ...given}
  const lines: Line[] = []
  let requests = 0
  let bytesRead = 0
  let closed = false

  function fail(error: unknown, phase: Phase, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason
    if (error instanceof TunnelError && proxy) return tunnelFailure(party, proxy, error, limits)
    return networkError(party, error, phase, limits) ?? error
  }

  function lineFor(tls: TlsMaterial): Line {
    const open = lines.at(-1)
    if (open?.tls === tls) return open
    const line = openLine(origin, {tls, proxy, limits})
    // Whatever still runs over the old one ends in its own time; nothing new starts on it.
    open?.dispatcher.then((dispatcher) => dispatcher.close()).catch(() => undefined)
    lines.push(line)
    line.dispatcher.catch(() => lines.splice(lines.indexOf(line), 1))
    return line
  }

  async function send(request: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    signal.throwIfAborted()
    if (closed) throw closedError(party)
    const line = lineFor(request.tls)
    let dispatcher: Dispatcher
    try {
      dispatcher = await abortable(line.dispatcher, signal)
    } catch (error) {
      throw fail(error, 'connecting', signal)
    }
    requests++
    try {
      const {statusCode, headers, body} = await dispatcher.request({
        method: request.method,
        path: request.path,
        headers: request.headers,
        signal,
        ...(request.body === undefined ? {} : {body: request.body}),
        ...(request.endless ? {bodyTimeout: 0} : {}),
      })
      return {status: statusCode, headers, body: read(body, signal)}
    } catch (error) {
      throw fail(error, line.dialer.isConnectError(error) ? 'connecting' : 'sent', signal)
    }
  }

  async function* read(body: AsyncIterable<Buffer>, signal: AbortSignal): AsyncIterable<Buffer> {
    try {
      for await (const chunk of body) {
        bytesRead += chunk.length
        yield chunk
      }
    } catch (error) {
      throw fail(error, 'sent', signal)
    }
  }

  return {
    send,
    cost: () => ({connections: lines.reduce((sum, {dialer}) => sum + dialer.count(), 0), requests, bytesRead}),
    endlessLimit: () => (lines.at(-1)?.protocol === 'http/1.1' ? endlessHttp1 : endlessStreams),
    async close() {
      closed = true
      await Promise.all(lines.map(closeLine))
    },
  }
}

async function closeLine({dialer, dispatcher}: Line): Promise<void> {
  dialer.abandon()
  try {
    // undici first: a socket that is cut under its running streams makes it throw where nobody can catch it.
    await (await dispatcher).destroy()
  } catch {
    // It was never opened.
  }
  // What is left are old sessions that a GOAWAY left to their last watches.
  dialer.destroy()
}

function closedError({context}: Party): HubspokeError {
  return new HubspokeError('unreachable', `The connection to context ${quoted(context)} was closed.`, {refused: true})
}

interface LineOptions {
  readonly tls: TlsMaterial
  readonly proxy: ProxyServer | undefined
  readonly limits: ConnectionLimits
}

function openLine(origin: URL, {tls, proxy, limits}: LineOptions): Line {
  const dialer = createDialer({origin, tls, connectTimeoutMs: limits.connectMs, proxy})
  const line: Line = {tls, dialer, protocol: undefined, dispatcher: dialer.dial().then(toDispatcher)}
  return line

  // Which protocol it will be is known only when the first connection stands, and decides how requests share it. Until
  // then they wait here: undici would queue them behind each other, or open a connection for each.
  function toDispatcher(socket: Socket): Dispatcher {
    line.protocol = protocolOf(socket)
    const connect = startingWith(socket, dialer.connect)
    return line.protocol === 'h2' ? overHttp2(origin, connect, limits) : overHttp1(origin, connect, limits)
  }
}

function overHttp2(origin: URL, connect: buildConnector.connector, limits: ConnectionLimits): Dispatcher {
  return new Client(origin, {
    connect,
    headersTimeout: limits.responseMs,
    bodyTimeout: limits.responseMs,
    keepAliveTimeout: idleMs,
    // Not about pipelining: as long as a watch runs on after a GOAWAY, a Client with fewer opens no new connection.
    pipelining: manyRequests,
    h2Options: {
      pingInterval: limits.pingMs,
      // The server's own limit counts where it is lower.
      maxConcurrentStreams: manyRequests,
      connectionWindowSize: 16 * 1024 * 1024,
      settings: {initialWindowSize: 4 * 1024 * 1024},
    },
  })
}

function overHttp1(origin: URL, connect: buildConnector.connector, limits: ConnectionLimits): Dispatcher {
  return new Pool(origin, {
    connect,
    headersTimeout: limits.responseMs,
    bodyTimeout: limits.responseMs,
    keepAliveTimeout: http1IdleMs,
    connections: http1Connections,
    allowH2: false,
  })
}

function protocolOf(socket: Socket): 'h2' | 'http/1.1' {
  return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1'
}

/** A connector that hands over `first`, which stands already, and opens new connections of the same protocol from then on. */
function startingWith(first: Socket, connect: buildConnector.connector): buildConnector.connector {
  const protocol = protocolOf(first)
  let ready: Socket | undefined = first
  return (options, callback) => {
    const socket = ready
    ready = undefined
    if (socket === undefined || socket.destroyed) {
      return connect(options, (error, opened) => {
        if (error !== null) callback(error, null)
        else if (protocolOf(opened) === protocol) callback(null, opened)
        else callback(opened.destroy() && new errors.SocketError('the server changed its protocol'), null)
      })
    }
    // Never at once: undici does not look at its queue again where its connector calls back while it is being called.
    queueMicrotask(() => callback(null, socket))
  }
}
