import {type AddressInfo, connect, createServer, type Socket} from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** Accepted so far. */
  connections(): number
  /** Connections stay open, and nothing is forwarded any more: a machine that hangs, a network that drops packets. */
  freeze(): void
  close(): Promise<void>
}

/**
 * Forwards from a client to a port of this machine; without a port it accepts connections and sends nothing.
 *
 * @param own its own port; 0: any
 */
export async function startProxy(port?: number, own = 0): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  }
  let connections = 0
  const server = createServer((client) => {
    connections++
    keep(client)
    if (port === undefined) return
    const upstream = keep(connect(port, '127.0.0.1'))
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    freeze() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
