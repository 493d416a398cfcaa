import {createServer, type IncomingMessage, type Server} from 'node:http'
import {createSecureServer, type Http2SecureServer, type Http2ServerRequest, type ServerHttp2Session} from 'node:http2'
import {createServer as createHttpsServer} from 'node:https'
import type {AddressInfo, Socket} from 'node:net'
import {generate} from 'selfsigned'

export type Request = IncomingMessage | Http2ServerRequest
/** What both of Node's response classes can do, in one signature. */
export interface Response {
  writeHead(status: number, headers?: Readonly<Record<string, string>>): unknown
  write(chunk: string | Uint8Array): boolean
  end(chunk?: string | Uint8Array): unknown
  destroy(): unknown
  on(event: 'close', listener: () => void): unknown
}
export type Handler = (request: Request, response: Response, body: string) => void

export interface TestServer {
  readonly url: string
  readonly port: number
  /** PEM of the authority that signed the certificate of the server; empty for plain HTTP. */
  readonly ca: string
  /** Established, TLS included. */
  connections(): number
  readonly requests: readonly {
    readonly method: string
    readonly path: string
    readonly headers: readonly string[]
    readonly body: string
  }[]
  readonly sessions: ReadonlySet<ServerHttp2Session>
  /** Answers that are not finished. */
  readonly streams: ReadonlySet<Response>
  /** Cuts every connection, and keeps listening. */
  cut(): void
  close(): Promise<void>
}

export interface Certificate {
  readonly cert: string
  readonly key: string
}

interface CertificateOptions {
  /** Clients confuse authorities with the same name. */
  readonly subject?: string
  readonly names?: readonly ({readonly type: 2; readonly value: string} | {readonly type: 7; readonly ip: string})[]
  readonly from?: Date
  readonly until?: Date
  /** Signs it; by default it signs itself. */
  readonly ca?: Certificate
}

/** A self-signed certificate, by default for 127.0.0.1 and valid now. */
export async function createCertificate(options: CertificateOptions = {}): Promise<Certificate> {
  const {names = [{type: 7, ip: '127.0.0.1'}], from = new Date(Date.now() - 86_400_000)} = options
  const {subject = 'test', until, ca} = options
  const pems = await generate([{name: 'commonName', value: subject}], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(ca && {ca}),
    notBeforeDate: from,
    notAfterDate: until ?? new Date(Date.now() + 86_400_000),
    extensions: [
      {name: 'basicConstraints', cA: true},
      {name: 'subjectAltName', altNames: [...names]},
    ],
  })
  return {cert: pems.cert, key: pems.private}
}

let shared: Promise<Certificate> | undefined

/** One server for a test; `http/1.1` is over TLS, `http` without. */
export async function startServer(
  handler: Handler,
  {
    protocol = 'h2',
    certificate,
    settings,
  }: {protocol?: 'h2' | 'http/1.1' | 'http'; certificate?: Certificate; settings?: object} = {},
): Promise<TestServer> {
  shared ??= createCertificate()
  const {cert, key} = certificate ?? (await shared)
  const requests: TestServer['requests'][number][] = []
  const sockets = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  const streams = new Set<Response>()
  let connections = 0

  const listener = async (request: Request, response: Response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    requests.push({method: request.method ?? '', path: request.url ?? '', headers: request.rawHeaders, body})
    streams.add(response)
    response.on('close', () => streams.delete(response))
    handler(request, response, body)
  }
  const server: Server | Http2SecureServer =
    protocol === 'http'
      ? createServer(listener)
      : protocol === 'http/1.1'
        ? createHttpsServer({cert, key}, listener)
        : createSecureServer({cert, key, allowHTTP1: true, ...(settings ? {settings} : {})}, listener)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  server.on(protocol === 'http' ? 'connection' : 'secureConnection', () => connections++)
  server.on('tlsClientError', () => undefined)
  server.on('sessionError', () => undefined)
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  return {
    url: `${protocol === 'http' ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    ca: protocol === 'http' ? '' : cert,
    connections: () => connections,
    requests,
    sessions,
    streams,
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
