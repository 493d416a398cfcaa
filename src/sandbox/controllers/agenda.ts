import type {Clock} from '../../shared/clock.ts'

interface Entry {
  readonly dueAt: number
  readonly task: () => void
}

/** The scheduled tasks of a cluster, on one clock. While it is not running, due tasks run only with `settle`. */
export class Agenda {
  readonly #clock: Clock
  #entries: Entry[] = []
  #waiting = new AbortController()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Runs the task after so many milliseconds, after those that are due no later. Returns its cancellation. */
  after(ms: number, task: () => void): () => void {
    const entry = {dueAt: this.#clock.now() + ms, task}
    let index = this.#entries.length
    while (index > 0 && (this.#entries[index - 1]?.dueAt ?? 0) > entry.dueAt) index--
    this.#entries.splice(index, 0, entry)
    // With a reason of its own: creating the default one costs a stack trace.
    if (index === 0) this.#waiting.abort('something earlier')
    return () => {
      this.#entries = this.#entries.filter((each) => each !== entry)
    }
  }

  /** Runs due tasks, and those that become due immediately, until there are none. */
  settle(): void {
    for (;;) {
      const next = this.#entries[0]
      if (next === undefined || next.dueAt > this.#clock.now()) return
      this.#entries.shift()
      next.task()
    }
  }

  /** Runs every task at its time until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.settle()
      this.#waiting = new AbortController()
      const next = this.#entries[0]
      const either = AbortSignal.any([signal, this.#waiting.signal])
      if (next === undefined) await aborted(either)
      else await this.#clock.sleep(Math.max(0, next.dueAt - this.#clock.now()), either)
    }
    this.#entries = []
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), {once: true})
  })
}
