import {createSecureServer} from 'node:http2'
import type {AddressInfo, Socket} from 'node:net'
import type {TLSSocket} from 'node:tls'
import type {Certificate} from '../../src/kube/testing/tls-server.ts'

/** Who a client said to be, in whatever way. */
export interface Visitor {
  readonly authorization: string | undefined
  /** Headers of impersonation: names in lower case, values in their order. */
  readonly impersonates: Readonly<Record<string, readonly string[]>>
  /** Of the client's certificate. */
  readonly certificate: string | undefined
  /** The name that the client wanted the server to be. */
  readonly servername: string | undefined
}

export interface RecordingServer {
  readonly port: number
  /** By the path that was asked for. */
  readonly visitors: ReadonlyMap<string, Visitor>
  close(): Promise<void>
}

/** Answers every request for a ConfigMap with one, and all others with its version; asks for a client certificate, takes any, and remembers who came. */
export async function startRecordingServer(certificate: Certificate): Promise<RecordingServer> {
  const visitors = new Map<string, Visitor>()
  const sockets = new Set<Socket>()
  const server = createSecureServer({...certificate, allowHTTP1: true, requestCert: true, rejectUnauthorized: false})
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  server.on('request', (request, response) => {
    const tls = (request.stream?.session?.socket ?? request.socket) as TLSSocket
    visitors.set(request.url, {
      authorization: request.headers.authorization,
      impersonates: impersonationOf(request.rawHeaders),
      certificate: tls.getPeerCertificate().fingerprint256,
      servername: tls.servername || undefined,
    })
    response.writeHead(200, {'content-type': 'application/json'})
    response.end(JSON.stringify(answerTo(request.url)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    visitors,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answerTo(path: string): unknown {
  const [, namespace, name] = path.match(/^\/api\/v1\/namespaces\/([^/]+)\/configmaps\/([^/]+)$/) ?? []
  if (name === undefined) return {gitVersion: 'v1.36.0'}
  const metadata = {namespace, name: decodeURIComponent(name), uid: `uid-${name}`, resourceVersion: '1'}
  return {apiVersion: 'v1', kind: 'ConfigMap', metadata}
}

function impersonationOf(raw: readonly string[]): Visitor['impersonates'] {
  const found: Record<string, string[]> = {}
  raw.forEach((word, index) => {
    const name = word.toLowerCase()
    if (index % 2 === 0 && name.startsWith('impersonate-')) found[name] = [...(found[name] ?? []), raw[index + 1] ?? '']
  })
  return found
}
