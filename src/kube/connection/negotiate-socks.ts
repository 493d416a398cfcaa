import {isIP, type Socket} from 'node:net'
import type {ProxyServer} from './choose-proxy.ts'
import {TunnelError} from './tunnel-error.ts'

const noAuthentication = 0
const passwordAuthentication = 2

/**
 * Asks a SOCKS5 proxy for a connection to `host` (RFC 1928, with name and password of RFC 1929 where there are any).
 *
 * Rejects with a TunnelError.
 */
export async function negotiateSocks(
  socket: Socket,
  login: ProxyServer['login'],
  {host, port}: {readonly host: string; readonly port: number},
): Promise<void> {
  const methods = login === undefined ? [noAuthentication] : [noAuthentication, passwordAuthentication]
  socket.write(Buffer.from([5, methods.length, ...methods]))
  const [version, method] = await take(socket, 2)
  if (version !== 5) throw new TunnelError(0)
  if (method === passwordAuthentication && login) await authenticate(socket, login)
  else if (method !== noAuthentication) throw new TunnelError(407)
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), addressOf(host), Buffer.from([port >> 8, port & 255])]))
  const [, reply = 1, , type] = await take(socket, 4)
  if (reply !== 0) throw new TunnelError(-reply)
  const length = type === 3 ? ((await take(socket, 1))[0] ?? 0) : type === 4 ? 16 : 4
  await take(socket, length + 2)
}

async function authenticate(socket: Socket, {username, password}: NonNullable<ProxyServer['login']>): Promise<void> {
  const field = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([bytes.length]), bytes])
  socket.write(Buffer.concat([Buffer.from([1]), field(username), field(password)]))
  if ((await take(socket, 2))[1] !== 0) throw new TunnelError(407)
}

function addressOf(host: string): Buffer {
  if (isIP(host) === 4) return Buffer.from([1, ...host.split('.').map(Number)])
  // An IPv6 address is sent as a name: proxies parse it.
  const name = Buffer.from(host).subarray(0, 255)
  return Buffer.concat([Buffer.from([3, name.length]), name])
}

/** Reads exactly so many bytes. */
function take(socket: Socket, size: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      socket.off('readable', onReadable).off('error', settle).off('close', onEnd).off('end', onEnd)
      if (error) reject(error)
    }
    const onEnd = (): void => settle(new TunnelError('cut'))
    const onReadable = (): void => {
      const bytes: Buffer | null = socket.read(size)
      if (bytes === null) return
      settle()
      if (bytes.length === size) resolve(bytes)
      else reject(new TunnelError('cut'))
    }
    socket.on('readable', onReadable).on('error', settle).on('close', onEnd).on('end', onEnd)
    onReadable()
  })
}
