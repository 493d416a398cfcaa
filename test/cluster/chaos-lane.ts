import type {Socket} from 'node:net'

/** One direction of one connection through a proxy: every byte, in its order, when it may. */
export interface Lane {
  /** Nothing comes through until it is released; what was sent is kept, even when its sender has gone. */
  hold(): void
  /** Ends the hold and the limit. */
  release(): void
  /** So many more bytes come through; then `onLimit` is called. */
  limit(bytes: number): void
}

export interface LaneOptions {
  /** How much later a byte arrives that comes now. */
  delayMs(): number
  onLimit(): void
}

/** What came late is carried out only as long as its connection stands. */
const lateGraceMs = 500

export function openLane(from: Socket, to: Socket, {delayMs, onLimit}: LaneOptions): Lane {
  const queue: {chunk: Buffer; dueAt: number}[] = []
  let isHeld = false
  let hasEnded = false
  let lateMs = 0
  let left = Number.POSITIVE_INFINITY

  function pump(): void {
    if (isHeld) return
    for (let next = queue[0]; next !== undefined && !isHeld; next = queue[0]) {
      const waitMs = next.dueAt - performance.now()
      if (waitMs > 0) return void setTimeout(pump, waitMs)
      queue.shift()
      relay(next.chunk)
    }
    if (hasEnded && queue.length === 0) setTimeout(() => to.end(), lateMs)
  }

  function relay(chunk: Buffer): void {
    if (!to.writable) return
    if (chunk.length <= left) {
      left -= chunk.length
      to.write(chunk)
      return
    }
    // What comes through has to be with the receiver before the reset is.
    to.write(chunk.subarray(0, left), onLimit)
    left = 0
    isHeld = true
  }

  from.on('data', (chunk) => {
    const after = queue.at(-1)?.dueAt ?? 0
    queue.push({chunk, dueAt: Math.max(after, performance.now() + delayMs())})
    if (queue.length === 1) pump()
  })
  from.on('error', () => undefined)
  from.on('close', () => {
    hasEnded = true
    lateMs = queue.length === 0 ? 0 : lateGraceMs
    if (queue.length === 0) pump()
  })
  return {
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      left = Number.POSITIVE_INFINITY
      pump()
    },
    limit(bytes) {
      left = bytes
    },
  }
}
