import {createServer, type Server, type Socket, connect as tcpConnect} from 'node:net'
import {type Lane, openLane} from './chaos-lane.ts'

/** A TCP proxy in front of an API server that treats requests and replies differently. Bytes keep their order, always. */
export interface ChaosProxy {
  /** As the server's own URL, with the port of the proxy. */
  readonly server: string
  /** From now on every byte arrives this much later; in one direction or in both. */
  delay(ms: {readonly requests: number; readonly replies: number}): void
  /** Every open connection is reset when this many more bytes of its replies have come through. */
  resetAfter(replyBytes: number): void
  /** Replies of the connections that are open now do not come through any more; requests do. */
  holdReplies(): void
  /** Requests of the connections that are open now do not come through any more; replies do. */
  holdRequests(): void
  /** No data passes, on old and new connections, without any error. */
  blackHole(): void
  /** Resets every connection, on both sides. */
  cut(): void
  /** Resets every connection towards the client only: the requests that are held arrive on restore. */
  cutClients(): void
  /** No delay, no limit; everything that was held arrives now. */
  restore(): void
  close(): Promise<void>
}

interface Line {
  readonly client: Socket
  readonly upstream: Socket
  readonly requests: Lane
  readonly replies: Lane
}

/** Listens on the loopback interface in front of `target`, the URL of a server. */
export async function startChaosProxy(target: string): Promise<ChaosProxy> {
  const {hostname, port: targetPort} = new URL(target)
  const lines = new Set<Line>()
  let delayMs = {requests: 0, replies: 0}
  let isBlackHole = false

  const server = createServer((client) => {
    const upstream = tcpConnect({host: hostname, port: Number(targetPort)})
    client.setNoDelay(true)
    upstream.setNoDelay(true)
    const reset = (): void => {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
    const requests = openLane(client, upstream, {delayMs: () => delayMs.requests, onLimit: reset})
    const replies = openLane(upstream, client, {delayMs: () => delayMs.replies, onLimit: reset})
    const line = {client, upstream, requests, replies}
    if (isBlackHole) hold(line)
    lines.add(line)
    upstream.once('close', () => lines.delete(line))
  })

  const each = (work: (line: Line) => void): void => {
    for (const line of lines) work(line)
  }
  const hold = ({requests, replies}: Line): void => {
    requests.hold()
    replies.hold()
  }
  const cut = (): void =>
    each(({client, upstream}) => {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    })
  return {
    server: `https://127.0.0.1:${await listen(server)}`,
    delay(ms) {
      delayMs = ms
    },
    resetAfter: (bytes) => each(({replies}) => replies.limit(bytes)),
    holdReplies: () => each(({replies}) => replies.hold()),
    holdRequests: () => each(({requests}) => requests.hold()),
    blackHole() {
      isBlackHole = true
      each(hold)
    },
    cut,
    cutClients: () => each(({client}) => client.resetAndDestroy()),
    restore() {
      isBlackHole = false
      delayMs = {requests: 0, replies: 0}
      each(({requests, replies}) => {
        requests.release()
        replies.release()
      })
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address) resolve(address.port)
    })
  })
}
