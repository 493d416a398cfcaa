import {subscribe} from 'node:diagnostics_channel'
import {EventEmitter} from 'node:events'
import type {Socket} from 'node:net'
import {type buildConnector, Client, type Dispatcher, errors, Pool} from 'undici'
import type {Clock} from '../../shared/clock.ts'
import type {TlsMaterial} from '../credentials/tls-material.ts'
import type {ProxyServer} from './choose-proxy.ts'
import type {Seat} from './connection-budget.ts'
import {createDialer, type Dialer} from './dialer.ts'
import type {MachineTrust} from './machine-trust.ts'
import type {Limits} from './network-errors.ts'

/** In milliseconds. */
export interface ConnectionLimits extends Limits {
  readonly pingMs: number
}

const manyRequests = 1_000
const idleMs = 600_000
/** Shorter than the idle timeout of common load balancers, so that no request is sent on a connection that is being closed. */
const http1IdleMs = 20_000

/** The connections to the server that were opened with the same credentials. */
export interface Line {
  readonly tls: TlsMaterial
  readonly dialer: Dialer
  readonly dispatcher: Promise<Dispatcher>
  /** Set when the protocol is known. */
  endlessLimit: number | undefined
  /** Over HTTP/1.1: several connections at once, and idle ones are closed and reopened. */
  parallel: boolean
  /** The number of requests that failed in the network. */
  cuts: number
  /** Closed, and kept for its counters. */
  retired: boolean
}

export interface LineOptions {
  readonly clock: Pick<Clock, 'sleep'>
  readonly tls: TlsMaterial
  readonly proxy: ProxyServer | undefined
  readonly machine: MachineTrust
  readonly limits: ConnectionLimits
  readonly seat: Seat | undefined
  /** How many connections to a server that does not support HTTP/2. */
  readonly http1: () => number
}

/** Starts to open it; the seat is waited for first. */
export function openLine(origin: URL, {clock, tls, proxy, machine, limits, seat, http1}: LineOptions): Line {
  const dialer = createDialer({origin, tls, clock, connectTimeoutMs: limits.connectMs, proxy, machine})
  const line: Line = {
    tls,
    dialer,
    endlessLimit: undefined,
    parallel: false,
    cuts: 0,
    retired: false,
    dispatcher: open(),
  }
  return line

  async function open(): Promise<Dispatcher> {
    await seat?.take()
    return toDispatcher(await dialer.dial())
  }

  // The protocol is known only when the first connection is established, and decides how requests share it. Until
  // then they wait here: undici would queue them behind each other, or open a connection for each.
  function toDispatcher(socket: Socket): Dispatcher {
    const connect = startingWith(socket, dialer.connect)
    if (protocolOf(socket) === 'h2') return overHttp2(origin, connect, limits)
    const connections = http1()
    line.parallel = true
    line.endlessLimit = connections / 2
    return overHttp1(origin, {connect, connections, limits})
  }
}

let hearsStreams = false

/**
 * A stream without listeners is also notified of the end of its session, and its unhandled error would end the process:
 * undici 8.13 removes the listeners of streams that have ended, or were aborted, before Node 24 has released them.
 */
function hearStreams(): void {
  if (hearsStreams) return
  hearsStreams = true
  subscribe('http2.client.stream.created', (message) => {
    const stream = typeof message === 'object' && message !== null && 'stream' in message ? message.stream : undefined
    if (stream instanceof EventEmitter) stream.on('error', () => undefined)
  })
}

function overHttp2(origin: URL, connect: buildConnector.connector, limits: ConnectionLimits): Dispatcher {
  hearStreams()
  return new Client(origin, {
    connect,
    headersTimeout: limits.responseMs,
    bodyTimeout: limits.responseMs,
    keepAliveTimeout: idleMs,
    // Not about pipelining: while a watch continues after a GOAWAY, a Client with fewer opens no new connection.
    pipelining: manyRequests,
    h2Options: {
      pingInterval: limits.pingMs,
      // The server's own limit applies where it is lower.
      maxConcurrentStreams: manyRequests,
      connectionWindowSize: 16 * 1024 * 1024,
      settings: {initialWindowSize: 4 * 1024 * 1024},
    },
  })
}

interface Http1Options {
  readonly connect: buildConnector.connector
  readonly connections: number
  readonly limits: ConnectionLimits
}

function overHttp1(origin: URL, {connect, connections, limits}: Http1Options): Dispatcher {
  return new Pool(origin, {
    connect,
    headersTimeout: limits.responseMs,
    bodyTimeout: limits.responseMs,
    keepAliveTimeout: http1IdleMs,
    connections,
    allowH2: false,
  })
}

function protocolOf(socket: Socket): 'h2' | 'http/1.1' {
  return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1'
}

/** A connector that hands over `first`, which is established, and opens new connections of the same protocol from then on. */
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
    // Never synchronously: undici does not check its queue again if its connector calls back while it is being called.
    queueMicrotask(() => callback(null, socket))
  }
}

/** Ends every request on it. */
export async function closeLine({dialer, dispatcher}: Line): Promise<void> {
  dialer.abandon()
  try {
    // undici first: cutting a socket under its running streams makes it throw where the error cannot be caught.
    await (await dispatcher).destroy()
  } catch {
    // It was never opened.
  }
  // Old sessions that a GOAWAY left open for their last watches.
  dialer.destroy()
}
