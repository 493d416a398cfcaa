import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {Clock} from '../../shared/clock.ts'
import type {SourceRequest} from '../sources/source.ts'
import type {Hook} from './hook.ts'
import {createRate, type Rate} from './rate.ts'
import {type Answer, type ReceiveDeps, receive} from './receive.ts'

/** What a request may cost. */
const limits = {bodyBytes: 1024 * 1024, requestMs: 10_000, headerBytes: 16 * 1024, connections: 64}

export interface HookServerDeps {
  /** Those of now: they may change. */
  hooks(): readonly Hook[]
  readonly clock: Pick<Clock, 'now' | 'date'>
  readonly accept: ReceiveDeps['accept']
  /** Why events are not accepted now; undefined: they are. */
  notReady(): string | undefined
  /** What `/metrics` answers. */
  metrics(): Promise<string>
  /** Every answer to a request for a hook. */
  onAnswer(hook: Hook, answer: Answer): void
}

export interface HookServer {
  readonly address: AddressInfo
  /** Takes no new connection, and resolves when the last request was answered. */
  close(): Promise<void>
}

/** Serves the hooks over HTTP. Rejects with the error of the socket when the address cannot be used. */
export async function startHookServer(
  deps: HookServerDeps,
  at: {readonly host: string; readonly port: number},
): Promise<HookServer> {
  const {requestMs, headerBytes, connections} = limits
  const rates = new WeakMap<Hook, Rate>()
  const server = createServer(
    {
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      maxHeaderSize: headerBytes,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => void serve({request, response}, {...deps, rates}),
  )
  server.maxConnections = connections
  await listening(server, at)
  return {
    address: server.address() as AddressInfo,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

function listening(server: Server, {host, port}: {readonly host: string; readonly port: number}): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** The text format of Prometheus. */
const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

type Serving = HookServerDeps & {readonly rates: WeakMap<Hook, Rate>}

async function serve(exchange: Exchange, serving: Serving): Promise<void> {
  const {request, response} = exchange
  const url = URL.parse(request.url ?? '/', 'http://hook')
  if (url === null) return reply(response, 404, 'There is no such path.')
  const {pathname} = url
  const [, root, name] = pathname.split('/')
  if (request.method === 'GET' && pathname === '/livez') return reply(response, 200, 'ok')
  if (request.method === 'GET' && pathname === '/readyz') {
    const why = serving.notReady()
    return reply(response, why === undefined ? 200 : 503, why ?? 'ok')
  }
  if (request.method === 'GET' && pathname === '/metrics')
    return reply(response, 200, await serving.metrics(), {'content-type': metricsType})
  const hook = root === 'hooks' ? serving.hooks().find((one) => one.name === name) : undefined
  if (hook === undefined) return reply(response, 404, 'There is no such path.')
  if (request.method !== 'POST') return reply(response, 405, 'Events are sent with POST.', {allow: 'POST'})
  await serveHook(exchange, {hook, path: pathname, token: tokenOf(url)}, serving)
}

async function serveHook(
  {request, response}: Exchange,
  {hook, path, token}: {readonly hook: Hook; readonly path: string; readonly token: string | undefined},
  {rates, clock, accept, onAnswer}: Serving,
): Promise<void> {
  const rate = rates.get(hook) ?? createRate(hook.perMinute, clock)
  rates.set(hook, rate)
  const body = await bodyOf(request)
  if (body === 'gone') return
  if (body === 'too-large') return reply(response, 413, 'An event has at most 1 MiB.', {connection: 'close'})
  const answer = await receive(sourceRequest(request, {path, token, body, now: clock.date()}), hook, {rate, accept})
  onAnswer(hook, answer)
  const {status, message, retryAfterSeconds: seconds} = answer
  reply(response, status, message, seconds === undefined ? {} : {'retry-after': `${seconds}`})
}

/** The part after the name of the hook, or `token` of the query. */
function tokenOf({pathname, searchParams}: URL): string | undefined {
  const [, , , part, ...more] = pathname.split('/')
  if (part === undefined || part === '' || more.length > 0) return searchParams.get('token') ?? undefined
  // Decodes as a URL does, and takes a percent sign that is no escape for itself.
  return new URLSearchParams(`part=${part.replace(/[&+]/g, encodeURIComponent)}`).get('part') ?? undefined
}

/** The whole body; `gone`: the sender has broken off. Of a body that is too large nothing more is read. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | 'too-large' | 'gone'> {
  if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytes) return 'too-large'
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request.iterator({destroyOnReturn: false})) {
      size += chunk.length
      if (size > limits.bodyBytes) return 'too-large'
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return 'gone'
    throw error
  }
  return Buffer.concat(chunks)
}

/** Of a header that is sent several times, node keeps one text or joins them. */
function sourceRequest(
  {method = '', headers}: IncomingMessage,
  {token, ...more}: Pick<SourceRequest, 'path' | 'body' | 'now'> & {readonly token: string | undefined},
): SourceRequest {
  const single = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
  return {method, headers: Object.fromEntries(single), ...more, ...(token !== undefined && {token})}
}

function reply(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {'content-type': 'text/plain; charset=utf-8', ...headers})
  response.end(`${message}\n`)
}
