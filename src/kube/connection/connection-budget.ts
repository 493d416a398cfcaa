import type {Clock} from '../../shared/clock.ts'

/** Keeps the connections of many contexts within the number of file descriptors of this process. */
export interface ConnectionBudget {
  /** The number of contexts that are connected at the same time; more take turns. */
  readonly contexts: number
  /** The number of sockets for one context whose server does not support HTTP/2. */
  socketsEach(): number
  /** A seat for one context. `retire` closes its connections; it is called only while the seat is idle. */
  seat(retire: () => Promise<void>): Seat
}

/** The right to be connected: requested with `take`, lost while idle if another context waits, and requested again. */
export interface Seat {
  /** Resolves when the connection may be opened: first come, first served. */
  take(): Promise<void>
  /** A request has started (`busy`), or the last one has ended (`idle`). */
  busy(): void
  idle(): void
  /** Closes its connections for good; pending calls of `take` reject with the reason. */
  leave(reason: Error): void
}

/** The idle time after which a connection is closed: a context that has answered may send another request soon. */
const graceMs = 50
const fewestSockets = 4
const mostSockets = 16

type State = 'away' | 'waiting' | 'busy' | 'idle' | 'retiring'

interface Place {
  state: State
  inUse: boolean
  /** Counts changes of the state. */
  turn: number
  readonly retire: () => Promise<void>
  taken: PromiseWithResolvers<void>
}

/** @param openFiles how many descriptors this process may have; half of them are for connections */
export function createConnectionBudget(openFiles: number, clock: Clock): ConnectionBudget {
  const half = Math.floor(openFiles / 2)
  const room = new SeatingRoom(Math.max(1, Math.floor(half / fewestSockets)), clock)
  return {
    contexts: room.seats,
    socketsEach: () => Math.min(mostSockets, Math.max(fewestSockets, Math.floor(half / Math.max(1, room.known)))),
    seat(retire) {
      const place: Place = {state: 'away', inUse: false, turn: 0, retire, taken: Promise.withResolvers()}
      room.enter(place)
      return {
        take: () => room.take(place),
        busy: () => room.busy(place),
        idle: () => room.idle(place),
        leave: (reason) => room.leave(place, reason),
      }
    },
  }
}

class SeatingRoom {
  readonly seats: number
  readonly #clock: Clock
  readonly #places = new Set<Place>()
  readonly #waiting: Place[] = []
  /** Longest first. */
  readonly #idle = new Set<Place>()
  #seated = 0

  constructor(seats: number, clock: Clock) {
    this.seats = seats
    this.#clock = clock
  }

  get known(): number {
    return this.#places.size
  }

  enter(place: Place): void {
    this.#places.add(place)
  }

  take(place: Place): Promise<void> {
    if (place.state === 'away' || place.state === 'retiring') {
      this.#become(place, 'waiting')
      place.taken = Promise.withResolvers()
      this.#waiting.push(place)
      this.#serve()
    }
    return place.taken.promise
  }

  busy(place: Place): void {
    place.inUse = true
    if (place.state === 'idle') this.#become(place, 'busy')
  }

  idle(place: Place): void {
    place.inUse = false
    if (place.state !== 'busy') return
    this.#become(place, 'idle')
    this.#serve()
  }

  leave(place: Place, reason: Error): void {
    if (place.state === 'busy' || place.state === 'idle') this.#seated--
    if (place.state === 'waiting') {
      this.#waiting.splice(this.#waiting.indexOf(place), 1)
      place.taken.reject(reason)
    }
    this.#become(place, 'away')
    this.#places.delete(place)
    this.#serve()
  }

  /** Seats waiting contexts as far as there is room; for the others it retires those that were idle for longest. */
  #serve(): void {
    while (this.#seated < this.seats) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#seated++
      // The request may have been aborted while it waited.
      this.#become(next, next.inUse ? 'busy' : 'idle')
      next.taken.resolve()
    }
    for (const place of [...this.#idle].slice(0, this.#waiting.length)) void this.#retireUnlessUsed(place, place.turn)
  }

  async #retireUnlessUsed(place: Place, turn: number): Promise<void> {
    await this.#clock.sleep(graceMs)
    if (place.turn !== turn || this.#waiting.length === 0) return
    this.#become(place, 'retiring')
    await place.retire().catch(() => undefined)
    this.#seated--
    if (place.state === 'retiring') this.#become(place, 'away')
    this.#serve()
  }

  #become(place: Place, state: State): void {
    place.state = state
    place.turn++
    this.#idle.delete(place)
    if (state === 'idle') this.#idle.add(place)
  }
}
