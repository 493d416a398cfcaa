import type {Agenda} from './agenda.ts'

/** The pauses of a controller that could not do its work. Source: `DefaultTypedControllerRateLimiter` in client-go. */
const pause = {firstMs: 5, longestMs: 1_000_000}

/** Another look at an object whose step has failed, after pauses that double. */
export class Retries {
  readonly #simulation: {readonly agenda: Agenda}
  readonly #again: (key: string) => void
  readonly #failures = new Map<string, number>()

  constructor(simulation: {readonly agenda: Agenda}, again: (key: string) => void) {
    this.#simulation = simulation
    this.#again = again
  }

  note(key: string, outcome: 'failed' | 'done'): void {
    if (outcome === 'done') {
      this.#failures.delete(key)
      return
    }
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    const ms = Math.min(pause.longestMs, pause.firstMs * 2 ** failures)
    this.#simulation.agenda.after(ms, () => this.#again(key))
  }
}
