import type {Cost, Link} from '../../model/cluster.ts'
import type {Clock} from '../../shared/clock.ts'

/** A body below this arrives in few chunks at once, whatever the link: their times say nothing about it. */
const tellingBytes = 16_384

/** The traffic of a connection. */
export interface Traffic {
  /** Called when a request is sent. Call the result when the head of its answer arrives, and what that returns with each chunk. */
  begin(): () => (bytes: number) => void
  counts(): Pick<Cost, 'requests' | 'bytesRead'>
  link(): Link
}

/**
 * Counts the traffic of a connection and measures the link: the shortest round trip, and the throughput of long bodies.
 * Simultaneous bodies share the link, so the fastest one is used.
 */
export function createTraffic(clock: Pick<Clock, 'now'>): Traffic {
  let requests = 0
  let bytesRead = 0
  let link: Link = {}

  function headCame(afterMs: number): void {
    link = {...link, roundTripMs: Math.min(link.roundTripMs ?? afterMs, afterMs)}
  }

  function bodyCame(bytes: number, inMs: number): void {
    if (bytes < tellingBytes || inMs <= 0) return
    link = {...link, bytesPerMs: Math.max(link.bytesPerMs ?? 0, bytes / inMs)}
  }

  return {
    begin() {
      requests++
      const sentAt = clock.now()
      return () => {
        const headAt = clock.now()
        headCame(headAt - sentAt)
        let received = 0
        return (bytes) => {
          bytesRead += bytes
          received += bytes
          bodyCame(received, clock.now() - headAt)
        }
      }
    },
    counts: () => ({requests, bytesRead}),
    link: () => link,
  }
}
