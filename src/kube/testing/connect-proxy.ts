import {createServer as createHttpServer, type IncomingMessage, type Server} from 'node:http'
import {createServer as createHttpsServer} from 'node:https'
import {type AddressInfo, connect, createServer, type Socket} from 'node:net'
import type {Certificate} from './tls-server.ts'

export interface ConnectProxy {
  readonly port: number
  /** `host:port` of every requested tunnel. */
  readonly asked: readonly string[]
  /** `Proxy-Authorization` of each, as received; `name:password` of SOCKS. */
  readonly credentials: readonly (string | undefined)[]
  /** Connections of both sides that have not ended. */
  connections(): number
  close(): Promise<void>
}

export interface ConnectProxyOptions {
  /** Every tunnel leads here, whatever host was requested. */
  readonly to: number
  /** Sends this answer instead of opening a tunnel. */
  readonly refuse?: number
  /** A proxy that is itself reached over TLS. */
  readonly certificate?: Certificate
}

/** A proxy by RFC 9110: it opens a tunnel for CONNECT, and for nothing else. */
export async function startConnectProxy({to, refuse, certificate}: ConnectProxyOptions): Promise<ConnectProxy> {
  const asked: string[] = []
  const credentials: (string | undefined)[] = []
  const sockets = new Set<Socket>()
  const server = certificate ? createHttpsServer({...certificate}) : createHttpServer()
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push(request.url ?? '')
    credentials.push(request.headers['proxy-authorization'])
    if (refuse !== undefined) {
      client.end(`HTTP/1.1 ${refuse} No\r\n\r\n`)
      return
    }
    const upstream = keep(sockets, connect(to, '127.0.0.1'))
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(upstream).pipe(client)
    })
    client.on('error', () => upstream.destroy())
  })
  server.on('connection', (socket: Socket) => keep(sockets, socket))
  return listening(server, {asked, credentials, sockets})
}

/** A SOCKS5 proxy that requires a name and a password where the client offers them. */
export async function startSocksProxy({to, refuse = 0}: ConnectProxyOptions): Promise<ConnectProxy> {
  const asked: string[] = []
  const credentials: (string | undefined)[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    keep(sockets, client)
    const steps = [
      (greeting: Buffer) => {
        const password = greeting.subarray(2).includes(2)
        if (!password) steps.splice(1, 1)
        client.write(Buffer.from([5, password ? 2 : 0]))
      },
      (pair: Buffer) => {
        const length = pair[1] ?? 0
        credentials.push(`${pair.subarray(2, 2 + length)}:${pair.subarray(3 + length)}`)
        client.write(Buffer.from([1, 0]))
      },
      (request: Buffer) => {
        asked.push(`${request.subarray(5, -2)}:${request.readUInt16BE(request.length - 2)}`)
        client.write(Buffer.from([5, refuse, 0, 1, 0, 0, 0, 0, 0, 0]))
        client.removeListener('data', onData)
        const upstream = keep(sockets, connect(to, '127.0.0.1'))
        client.pipe(upstream).pipe(client)
      },
    ]
    let step = 0
    const onData = (bytes: Buffer) => steps[step++]?.(bytes)
    client.on('data', onData)
  })
  return listening(server, {asked, credentials, sockets})
}

function keep(sockets: Set<Socket>, socket: Socket): Socket {
  sockets.add(socket)
  return socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
}

async function listening(
  server: Server | ReturnType<typeof createServer>,
  {sockets, ...seen}: Pick<ConnectProxy, 'asked' | 'credentials'> & {readonly sockets: ReadonlySet<Socket>},
): Promise<ConnectProxy> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    ...seen,
    connections: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
