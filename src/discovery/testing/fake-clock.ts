import type {Clock} from '../../shared/clock.ts'

export interface FakeClock extends Clock {
  /** What was slept, in milliseconds, in order. */
  readonly slept: readonly number[]
}

/** A clock that passes only while somebody sleeps on it, and then at once. */
export function fakeClock(start = new Date('2026-11-24T12:00:00Z')): FakeClock {
  const slept: number[] = []
  let passed = 0
  return {
    slept,
    now: () => passed,
    date: () => new Date(start.getTime() + passed),
    sleep(ms) {
      slept.push(ms)
      passed += ms
      return Promise.resolve()
    },
  }
}
