import {createServer, type Server, type Socket, connect as tcpConnect} from 'node:net'

/** A TCP proxy in front of a server that counts connections, and disturbs them on demand. It does not read the bytes. */
export interface ConnectionCounter {
  /** As the server's own URL, with the port of the proxy: its certificate has to be good for 127.0.0.1. */
  readonly server: string
  /** Connections accepted since it started. */
  accepted(): number
  /** Connections that are open now. */
  open(): number
  /** From now on every byte arrives this much later, in both directions. */
  delay(ms: number): void
  /** Resets every open connection; new ones are accepted. */
  cut(): void
  /** No data passes any more, on old and new connections, without any error. */
  blackHole(): void
  /** New connections are refused, and the open ones are reset. */
  refuse(): Promise<void>
  /** Ends delay, black hole and refusal. Held data arrives now. */
  restore(): Promise<void>
  close(): Promise<void>
}

/** Listens on the loopback interface in front of `target`, the URL of a server. */
export async function startConnectionCounter(target: string): Promise<ConnectionCounter> {
  const {hostname, port: targetPort} = new URL(target)
  const clients = new Set<Socket>()
  const upstreams = new Set<Socket>()
  const sockets = (): Socket[] => [...clients, ...upstreams]
  let [accepted, delayMs, isBlackHole] = [0, 0, false]

  const welcome = (client: Socket): void => {
    accepted += 1
    const upstream = tcpConnect({host: hostname, port: Number(targetPort)})
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      from.setNoDelay(true)
      from.on('data', (chunk) => void setTimeout(() => to.writable && to.write(chunk), delayMs))
      from.on('end', () => void setTimeout(() => to.end(), delayMs))
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      if (isBlackHole) from.pause()
    }
    clients.add(client.once('close', () => clients.delete(client)))
    upstreams.add(upstream.once('close', () => upstreams.delete(upstream)))
  }
  const server = createServer({allowHalfOpen: true}, welcome)
  const port = await listen(server, 0)

  const cut = (): void => {
    for (const socket of sockets()) socket.resetAndDestroy()
  }
  return {
    server: `https://127.0.0.1:${port}`,
    accepted: () => accepted,
    open: () => clients.size,
    delay: (ms) => {
      delayMs = ms
    },
    cut,
    blackHole: () => {
      isBlackHole = true
      for (const socket of sockets()) socket.pause()
    },
    refuse: async () => {
      const closed = close(server)
      cut()
      await closed
    },
    restore: async () => {
      ;[delayMs, isBlackHole] = [0, false]
      for (const socket of sockets()) socket.resume()
      if (!server.listening) await listen(server, port)
    },
    close: async () => {
      const closed = close(server)
      cut()
      await closed
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => (server.listening ? server.close(() => resolve()) : resolve()))
}
