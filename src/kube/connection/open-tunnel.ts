import {connect as connectTcp, type Socket} from 'node:net'
import {connect as connectTls} from 'node:tls'
import type {ProxyServer} from './choose-proxy.ts'
import type {Judgement} from './machine-trust.ts'
import {negotiateSocks} from './negotiate-socks.ts'
import {TunnelError} from './tunnel-error.ts'

export interface Destination {
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
}

export interface TunnelOptions {
  readonly destination: Destination
  /** How the certificate of an `https://` proxy is verified. */
  readonly trust: Judgement | undefined
  readonly signal: AbortSignal
}

/** An answer to CONNECT is a line and a few headers. */
const maxHeadBytes = 65_536
const noBytes = Buffer.alloc(0)

/**
 * A connection to `destination` through a proxy: with CONNECT, or SOCKS5, which resolves names at the proxy, as Go does.
 *
 * Rejects with a TunnelError, or with the network error of the connection to the proxy; ends at once with the signal.
 */
export async function openTunnel(proxy: ProxyServer, {destination, trust, signal}: TunnelOptions): Promise<Socket> {
  signal.throwIfAborted()
  const socket = await dialProxy(proxy.url, trust, signal)
  const onAbort = (): void => void socket.destroy(signal.reason)
  signal.addEventListener('abort', onAbort, {once: true})
  try {
    if (proxy.url.protocol.startsWith('socks')) await negotiateSocks(socket, proxy.login, destination)
    else await connectThrough(socket, proxy.login, destination)
    return socket
  } catch (error) {
    socket.destroy()
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function dialProxy(
  {protocol, hostname, port}: URL,
  trust: Judgement | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const secure = protocol === 'https:'
  const at = {host, port: Number(port) || defaultPort(protocol)}
  const servername = /^[\d.]+$|:/.test(host) ? {} : {servername: host}
  return new Promise((resolve, reject) => {
    const socket = secure
      ? connectTls({rejectUnauthorized: true, ...trust, ...at, ...servername, ALPNProtocols: ['http/1.1']})
      : connectTcp(at)
    const onAbort = (): void => void socket.destroy(signal.reason)
    const onError = (error: Error): void => {
      signal.removeEventListener('abort', onAbort)
      reject(signal.aborted ? signal.reason : new TunnelError('unreached', error))
    }
    signal.addEventListener('abort', onAbort, {once: true})
    socket.once('error', onError)
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      resolve(socket)
    })
  })
}

function defaultPort(protocol: string): number {
  if (protocol === 'https:') return 443
  return protocol === 'http:' ? 80 : 1080
}

/** RFC 9110, section 9.3.6. */
async function connectThrough(socket: Socket, login: ProxyServer['login'], {host, port}: Destination): Promise<void> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`, 'User-Agent: hubspoke']
  if (login !== undefined) {
    const pair = Buffer.concat([login.username, Buffer.from(':'), login.password])
    lines.push(`Proxy-Authorization: Basic ${pair.toString('base64')}`)
  }
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const head = await readHead(socket)
  const status = Number(head.match(/^HTTP\/1\.[01] (\d{3})/)?.[1] ?? 0)
  if (status < 200 || status > 299) throw new TunnelError(status)
}

/** The head of an answer; bytes after it are pushed back for the next reader. */
function readHead(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = noBytes
    const settle = (error?: Error): void => {
      socket.off('readable', onReadable).off('error', settle).off('close', onEnd).off('end', onEnd)
      if (error) reject(error)
    }
    const onEnd = (): void => settle(new TunnelError('cut'))
    const onReadable = (): void => {
      bytes = Buffer.concat([bytes, socket.read() ?? noBytes])
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0 && bytes.length <= maxHeadBytes) return
      settle(end < 0 ? new TunnelError(0) : undefined)
      if (bytes.length > end + 4) socket.unshift(bytes.subarray(end + 4))
      resolve(bytes.subarray(0, end).toString('latin1'))
    }
    socket.on('readable', onReadable).on('error', settle).on('close', onEnd).on('end', onEnd)
  })
}
