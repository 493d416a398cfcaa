import {type Dispatcher, errors} from 'undici'
import type {Cost, Link} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import {abortable} from '../abortable.ts'
import type {TlsMaterial} from '../credentials/tls-material.ts'
import {type Party, quoted} from '../errors.ts'
import type {ProxyServer} from './choose-proxy.ts'
import type {ConnectionBudget, Seat} from './connection-budget.ts'
import {createMachineTrust, type MachineTrust} from './machine-trust.ts'
import {networkError, type Phase} from './network-errors.ts'
import {type ConnectionLimits, closeLine, type Line, openLine} from './open-line.ts'
import {createTraffic} from './traffic.ts'
import {TunnelError} from './tunnel-error.ts'
import {tunnelFailure} from './tunnel-failure.ts'

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the root of the server, with the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly tls: TlsMaterial
  /** A watch: its body may be silent for any time. */
  readonly endless?: boolean
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The body as received. A caller that does not read it to its end aborts the signal. */
  readonly body: AsyncIterable<Buffer>
}

/**
 * The connection to one API server: over HTTP/2 a single one, opened with the first request and kept for the whole run;
 * a few for a server that supports HTTP/1.1 only. A connection that was lost is opened again by the next request.
 */
export interface Connection {
  /**
   * Rejects with a `HubspokeError` where the network failed, and with the signal's reason where it was aborted; so does
   * reading the body.
   */
  send(request: WireRequest, signal: AbortSignal): Promise<WireAnswer>
  cost(): Cost
  link(): Link
  /**
   * Changes whenever the server may be another process than before: over HTTP/2 with each connection; over HTTP/1.1, where several
   * connections are open at once and idle ones end as a matter of course, with each request that failed in the network.
   */
  generation(): number
  /** How many watches it may carry, so that other requests can still be sent. */
  endlessLimit(): number
  /** Ends every request and cuts the connection. */
  close(): Promise<void>
}

export interface ConnectionOptions {
  readonly party: Party
  readonly origin: URL
  /** Measures the link, and limits the time that a proxy has. */
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly proxy?: ProxyServer
  /** Shared with other connections, as it is costly to load; default: what this machine trusts without any variable. */
  readonly machine?: MachineTrust
  readonly limits?: Partial<ConnectionLimits>
  /** Shared with the connections to other servers; without it the number of connections is not limited. */
  readonly budget?: ConnectionBudget
}

const defaultLimits: ConnectionLimits = {connectMs: 5_000, responseMs: 30_000, pingMs: 10_000}

/** Half of 100, the lowest number of streams that RFC 9113 asks servers to allow. */
const endlessStreams = 50
const http1Default = (): number => 16

export function createConnection(options: ConnectionOptions): Connection {
  const {party, origin, proxy, budget, clock, limits: given, machine = createMachineTrust({})} = options
  const limits = {...defaultLimits, ...given}
  const lines: Line[] = []
  const [seat, http1] = [budget?.seat(retire), budget?.socketsEach ?? http1Default]
  const begin = countInFlight(seat)
  const traffic = createTraffic(clock)
  let closed = false

  /** Called when no request is in flight and another context waits for a connection. The next request opens another one. */
  async function retire(): Promise<void> {
    const open = lines.filter(({retired}) => !retired)
    for (const line of open) line.retired = true
    await Promise.all(open.map(closeLine))
  }

  function fail(error: unknown, phase: Phase, {tls}: WireRequest, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason
    if (error instanceof TunnelError && proxy) return tunnelFailure(party, proxy, error, limits)
    return networkError(party, error, phase, {...limits, ownAuthority: tls.ca !== undefined}) ?? error
  }

  function lineFor(tls: TlsMaterial): Line {
    const open = lines.at(-1)
    if (open?.tls === tls && !open.retired) return open
    const line = openLine(origin, {clock, tls, proxy, machine, limits, seat, http1})
    // Requests on the old one may finish; new ones use the new one.
    open?.dispatcher.then((dispatcher) => dispatcher.close()).catch(() => undefined)
    lines.push(line)
    line.dispatcher.catch(() => lines.splice(lines.indexOf(line), 1))
    return line
  }

  async function send(request: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    signal.throwIfAborted()
    if (closed) throw closedError(party)
    const end = begin(signal)
    try {
      const line = lineFor(request.tls)
      const dispatcher = await abortable(line.dispatcher, signal).catch((error: unknown) => {
        throw fail(error, 'connecting', request, signal)
      })
      const answered = traffic.begin()
      const onError = (error: unknown): unknown => {
        if (!signal.aborted) line.cuts++
        return fail(error, line.dialer.isConnectError(error) ? 'connecting' : 'sent', request, signal)
      }
      const answer = await ask(dispatcher, request, signal).catch((error: unknown) => Promise.reject(onError(error)))
      const body = watched(answer.body, {onBytes: answered(), onError, onEnd: end})
      return {status: answer.statusCode, headers: answer.headers, body}
    } catch (error) {
      end()
      throw error
    }
  }

  return {
    send,
    cost: () => ({connections: lines.reduce((sum, {dialer}) => sum + dialer.count(), 0), ...traffic.counts()}),
    link: traffic.link,
    generation: () => lines.reduce((sum, line) => sum + generationOf(line), 0),
    endlessLimit: () => lines.at(-1)?.endlessLimit ?? endlessStreams,
    async close() {
      closed = true
      seat?.leave(new errors.ClientClosedError())
      await Promise.all(lines.map(closeLine))
    },
  }
}

function generationOf({parallel, cuts, dialer}: Line): number {
  return parallel ? 1 + cuts : dialer.count()
}

interface BodyWatcher {
  onBytes(count: number): void
  /** The error that is thrown in its place. */
  onError(error: unknown): unknown
  onEnd(): void
}

async function* watched(body: AsyncIterable<Buffer>, {onBytes, onError, onEnd}: BodyWatcher): AsyncIterable<Buffer> {
  try {
    for await (const chunk of body) {
      onBytes(chunk.length)
      yield chunk
    }
  } catch (error) {
    throw onError(error)
  } finally {
    onEnd()
  }
}

function ask(dispatcher: Dispatcher, request: WireRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const {method, path, headers, body, endless} = request
  const options = {method, path, headers, ...(endless ? {bodyTimeout: 0} : {})}
  if (body === undefined) return dispatcher.request({...options, signal})
  return untilAborted(dispatcher.request({...options, body}), signal)
}

/**
 * The answer to a request with a body. When the signal is aborted it is not waited for, but never cut off: undici 8.13
 * destroys the stream, and if its body was not sent to its end Node 24.21 loops in `Http2Session::SendPendingData` without
 * end, and no signal stops it; otherwise the stream may stay, and its error ends the process when the connection is closed.
 */
function untilAborted(answer: Promise<Dispatcher.ResponseData>, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const drop = (): void => {
    answer.then(
      ({body}) => body.on('error', () => undefined).destroy(),
      () => undefined,
    )
  }
  const forget = (): void => signal.removeEventListener('abort', drop)
  signal.addEventListener('abort', drop, {once: true})
  answer.then(({body}) => body.once('close', forget), forget)
  return abortable(answer, signal)
}

/** Marks the seat idle when the last request has ended. The returned function is called at the end of each, once or more. */
function countInFlight(seat: Seat | undefined): (signal: AbortSignal) => () => void {
  if (seat === undefined) return () => () => undefined
  let inFlight = 0
  return (signal) => {
    let ended = false
    inFlight++
    seat.busy()
    const end = (): void => {
      if (ended) return
      ended = true
      signal.removeEventListener('abort', end)
      if (--inFlight === 0) seat.idle()
    }
    // A body that is not read to its end is aborted this way.
    signal.addEventListener('abort', end, {once: true})
    return end
  }
}

function closedError({context}: Party): HubspokeError {
  return new HubspokeError('unreachable', `The connection to context ${quoted(context)} was closed.`, {refused: true})
}
