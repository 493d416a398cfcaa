import pLimit, {type LimitFunction} from 'p-limit'

export interface SlotCounts {
  /** Spokes at once, over all places. */
  readonly concurrency: number
  /** Spokes at once in one place. */
  readonly concurrencyPerPlace: number
}

/** Runs `task` while it holds a slot of its place and one of the run. */
export type InSlots = <T>(place: string, task: () => Promise<T>) => Promise<T>

/**
 * The slot of the place is taken first and that of the run inside it: a task that waits for a slot of the run holds nothing
 * that a running task needs, so there is no deadlock. A slot of the run that becomes free goes to the place that holds the
 * fewest, so that a slow place delays only its own targets, also where it alone could fill the slots of the run.
 *
 * @throws TypeError when a count is below 1: a caller's bug
 */
export function createSlots({concurrency, concurrencyPerPlace}: SlotCounts): InSlots {
  const inRun = createFairSlots(concurrency)
  const places = new Map<string, LimitFunction>()
  const ofPlace = (key: string) => {
    const known = places.get(key) ?? pLimit(concurrencyPerPlace)
    places.set(key, known)
    return known
  }
  return (place, task) => ofPlace(place)(() => inRun(place, task))
}

interface Waiting {
  readonly place: string
  start(): void
}

function createFairSlots(count: number): InSlots {
  if (!Number.isInteger(count) || count < 1) throw new TypeError(`a run has 1 slot or more, got ${count}`)
  const held = new Map<string, number>()
  /** In the order in which they came. */
  const waiting: Waiting[] = []
  let free = count

  const holds = (place: string) => held.get(place) ?? 0
  const withFewer = (best: Waiting | undefined, one: Waiting) =>
    best !== undefined && holds(best.place) <= holds(one.place) ? best : one
  const take = (place: string) => {
    free -= 1
    held.set(place, holds(place) + 1)
  }
  const giveBack = (place: string) => {
    free += 1
    held.set(place, holds(place) - 1)
    const next = waiting.reduce<Waiting | undefined>(withFewer, undefined)
    if (next === undefined) return
    waiting.splice(waiting.indexOf(next), 1)
    take(next.place)
    next.start()
  }

  return async (place, task) => {
    if (free > 0) take(place)
    else await new Promise<void>((start) => waiting.push({place, start}))
    try {
      return await task()
    } finally {
      giveBack(place)
    }
  }
}
