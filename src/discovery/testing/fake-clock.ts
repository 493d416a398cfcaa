import type {Clock} from '../../shared/clock.ts'

export interface FakeClock extends Clock {
  /** The sleeps, in milliseconds, in order. */
  readonly slept: readonly number[]
}

/** A clock that advances only for sleeps, and then at once. */
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
