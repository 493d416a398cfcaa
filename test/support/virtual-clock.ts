import {subscribe} from 'node:diagnostics_channel'
import {Socket} from 'node:net'
import type {Clock} from '../../src/shared/clock.ts'

export interface VirtualClockOptions {
  /** Moves by itself to the next sleeper when nothing else in this process has anything to do; false: only `advance` moves it. */
  readonly autoAdvance?: boolean
  /**
   * Other work goes over loopback sockets or through files, and needs turns of the event loop and a little real time
   * before it is surely done. False: other work is promises alone, and the clock moves thirty times as fast.
   */
  readonly loopback?: boolean
  readonly start?: Date
}

/** A clock whose time is a number in this object. */
export interface VirtualClock extends Clock {
  /** Every sleep that was asked for, in milliseconds, in order. */
  readonly slept: readonly number[]
  /** The number of current sleepers. */
  readonly sleepers: number
  /** The same clock, which does not move by itself for who sleeps by this one: it ends when the time has come otherwise. */
  readonly patient: Clock
  /** Advances by `ms`: sleepers wake one after another at their own times, and do their work in between. */
  advance(ms: number): Promise<void>
}

interface Sleeper {
  readonly at: number
  readonly isPatient: boolean
  wake(): void
}

/** Turns of the event loop without activity after which no other work is assumed to be in progress. */
const quietTurns = {loopback: 20, promises: 3}

/** After this number of turns, a request in flight is assumed to wait for the clock. */
const patience = 2_000

export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const {autoAdvance = false, loopback = true, start = new Date('2026-01-01T00:00:00Z')} = options
  const sleepers = new Set<Sleeper>()
  const slept: number[] = []
  let now = 0
  let news = 0
  let moving = false

  /** Resolves when for some turns this clock was not used, no byte arrived and no request was in flight. */
  const quiet = async () => {
    const wanted = loopback ? quietTurns.loopback : quietTurns.promises
    let seen = news + bytesServed()
    for (let calm = 0, turns = 0; calm < wanted; turns += 1) {
      await turn(loopback)
      const busy = loopback && turns < patience && hasRequestUnderWay()
      const now = news + bytesServed()
      calm = busy || now !== seen ? 0 : calm + 1
      seen = now
    }
  }

  const wakeNext = (until: number): boolean => {
    const isByItself = until === Number.POSITIVE_INFINITY
    const awaited = [...sleepers].filter(({isPatient}) => !isPatient || !isByItself)
    const next = Math.min(...awaited.map(({at}) => at))
    if (next > until || awaited.length === 0) return false
    now = Math.max(now, next)
    for (const sleeper of [...sleepers].filter(({at}) => at <= now)) sleeper.wake()
    return true
  }

  const move = async () => {
    if (moving) return
    moving = true
    do await quiet()
    while (wakeNext(Number.POSITIVE_INFINITY))
    moving = false
  }

  const reading = {
    now() {
      news += 1
      return now
    },
    date() {
      news += 1
      return new Date(start.getTime() + now)
    },
  }

  const sleep = (
    ms: number,
    signal: AbortSignal | undefined,
    {isPatient}: Pick<Sleeper, 'isPatient'>,
  ): Promise<void> => {
    news += 1
    slept.push(ms)
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        news += 1
        sleepers.delete(sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper = {at: now + ms, isPatient, wake}
      sleepers.add(sleeper)
      signal?.addEventListener('abort', wake, {once: true})
      if (autoAdvance) void move()
    })
  }

  return {
    slept,
    get sleepers() {
      return sleepers.size
    },
    ...reading,
    patient: {...reading, sleep: (ms, signal) => sleep(ms, signal, {isPatient: true})},
    sleep: (ms, signal) => sleep(ms, signal, {isPatient: false}),
    async advance(ms) {
      const until = now + ms
      do await quiet()
      while (wakeNext(until))
      now = until
      await quiet()
    },
  }
}

/** One turn of the event loop; with sockets also a millisecond, which the kernel may need to deliver. */
async function turn(loopback: boolean): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  if (loopback) await new Promise((resolve) => setTimeout(resolve, 1))
}

const served = new Set<Socket>()

// The servers of this process see both directions of every conversation on the loopback interface, TLS or not.
subscribe('net.server.socket', (message) => {
  const socket = typeof message === 'object' && message !== null && 'socket' in message ? message.socket : undefined
  if (!(socket instanceof Socket)) return
  served.add(socket)
  socket.once('close', () => served.delete(socket))
})

function bytesServed(): number {
  let bytes = 0
  for (const {bytesRead, bytesWritten} of served) bytes += bytesRead + bytesWritten
  return bytes
}

/** A file operation, a name look-up, a connect or a write that has not come back: its end needs real time, not ours. */
function hasRequestUnderWay(): boolean {
  return process
    .getActiveResourcesInfo()
    .some((name) => /^(FSReq|GetAddrInfo|ConnectWrap|TCPConnect|.*WriteWrap)/.test(name))
}
