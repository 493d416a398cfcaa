import type {Readable} from 'node:stream'
import {setTimeout as sleep} from 'node:timers/promises'

/** One line of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  // biome-ignore lint/suspicious/noExplicitAny: what a server sends is looked at by assertions, whatever its shape
  readonly object: any
}

export interface Watch {
  readonly status: number
  /** What has come so far. */
  readonly seen: readonly WatchEvent[]
  /** The next event; `'end'` when the server has ended the watch, `'silence'` when nothing came for so long. */
  next(withinMs?: number): Promise<WatchEvent | 'end' | 'silence'>
  /** Skips events until one passes. Rejects when the watch ends or falls silent before. */
  until(passes: (event: WatchEvent) => boolean, withinMs?: number): Promise<WatchEvent>
  /** Everything that is still to come, until the server ends the watch. */
  rest(withinMs?: number): Promise<readonly WatchEvent[]>
  close(): void
}

/** Reads the lines of a watch as they come. A broken connection looks like an end. */
export function readWatch(status: number, body: Readable): Watch {
  const seen: WatchEvent[] = []
  let read = 0
  let ended = false
  let wake = (): void => {}
  const changed = (): void => wake()
  void collect(body, (event) => {
    seen.push(event)
    changed()
  }).finally(() => {
    ended = true
    changed()
  })

  async function next(withinMs = 10_000): Promise<WatchEvent | 'end' | 'silence'> {
    const deadline = performance.now() + withinMs
    while (read === seen.length && !ended) {
      const left = deadline - performance.now()
      if (left <= 0) return 'silence'
      const woken = new AbortController()
      const change = new Promise<void>((resolve) => {
        wake = resolve
      })
      await Promise.race([change, sleep(left, undefined, {signal: woken.signal}).catch(() => {})])
      woken.abort()
    }
    return seen[read++] ?? 'end'
  }

  return {
    status,
    seen,
    next,
    async until(passes, withinMs = 10_000) {
      const deadline = performance.now() + withinMs
      for (;;) {
        const event = await next(Math.max(0, deadline - performance.now()))
        if (event === 'end' || event === 'silence') throw new Error(`${event} after ${JSON.stringify(seen.map(brief))}`)
        if (passes(event)) return event
      }
    },
    async rest(withinMs = 10_000) {
      const events: WatchEvent[] = []
      for (;;) {
        const event = await next(withinMs)
        if (event === 'silence') throw new Error(`the watch did not end; it sent ${JSON.stringify(seen.map(brief))}`)
        if (event === 'end') return events
        events.push(event)
      }
    },
    close: () => void body.destroy(),
  }
}

async function collect(body: Readable, onEvent: (event: WatchEvent) => void): Promise<void> {
  let rest = ''
  try {
    for await (const chunk of body.setEncoding('utf8')) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line) onEvent(JSON.parse(line))
    }
    if (rest) onEvent(JSON.parse(rest))
  } catch (error) {
    if (error instanceof SyntaxError) throw error
  }
}

function brief(event: WatchEvent): string {
  const {metadata, message} = event.object ?? {}
  return `${event.type} ${metadata?.name ?? message ?? ''} ${metadata?.resourceVersion ?? ''}`
}
