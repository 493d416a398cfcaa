import {type AddressInfo, createServer, type Socket, connect as tcpConnect} from 'node:net'

export interface SlowLink {
  /** As the server's own URL, with the port of the link. */
  readonly server: string
  close(): Promise<void>
}

/** How a link behaves: half of the round trip each way, and so many bytes per millisecond in each direction. */
export interface LinkSpeed {
  readonly roundTripMs: number
  readonly bytesPerMs: number
}

/** A piece that is passed on at once, so that a slow link is slow evenly. */
const pieceBytes = 1_460

/** A TCP proxy on the loopback interface in front of `target`, the URL of a server: as far away and as narrow as it is told. */
export async function startSlowLink(target: string, speed: LinkSpeed): Promise<SlowLink> {
  const {hostname, port} = new URL(target)
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  }
  const server = createServer((client) => {
    const upstream = keep(tcpConnect({host: hostname, port: Number(port)}))
    keep(client)
    delay(client, upstream, speed)
    delay(upstream, client, speed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function delay(from: Socket, to: Socket, {roundTripMs, bytesPerMs}: LinkSpeed): void {
  const queue: {piece: Buffer; dueAt: number}[] = []
  let freeAt = 0
  const pump = (): void => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      const waitMs = next.dueAt - performance.now()
      if (waitMs > 0) return void setTimeout(pump, waitMs)
      queue.shift()
      if (to.writable) to.write(next.piece)
    }
  }
  from.on('data', (chunk: Buffer) => {
    const wasEmpty = queue.length === 0
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes)
      freeAt = Math.max(freeAt, performance.now()) + piece.length / bytesPerMs
      queue.push({piece, dueAt: freeAt + roundTripMs / 2})
    }
    if (wasEmpty) pump()
  })
  from.on('close', () => to.destroy())
}
