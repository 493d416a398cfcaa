import type {Clock} from '../../shared/clock.ts'

/** Keeps the connections of many contexts within the descriptors that this process may open. */
export interface ConnectionBudget {
  /** So many contexts are connected at the same time; more take turns. */
  readonly contexts: number
  /** So many sockets are one context's, where its server does not speak HTTP/2. */
  socketsEach(): number
  /** A seat for one context. `retire` closes its connections; it is called only while the seat is idle. */
  seat(retire: () => Promise<void>): Seat
}

/** The right to be connected: asked for with `take`, lost while idle to whoever waits for one, and taken again. */
export interface Seat {
  /** Resolves when the connection may be opened: first come, first served. */
  take(): Promise<void>
  /** A request is under way, and none any more. */
  busy(): void
  idle(): void
  /** Its connections are closed for good; who waits in `take` gets the reason. */
  leave(reason: Error): void
}

/** A context that has answered may have a question left: its connection is closed only when it was idle for so long. */
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

  /** Seats those who wait, as far as there is room; for the others it asks who has been idle for longest. */
  #serve(): void {
    while (this.#seated < this.seats) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#seated++
      // Whoever asked may have given up while it waited.
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
