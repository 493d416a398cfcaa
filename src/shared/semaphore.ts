/** Runs at most `limit` tasks at once; the others wait, first come, first served. */
export type Semaphore = <T>(task: () => Promise<T>) => Promise<T>

export function createSemaphore(limit: number): Semaphore {
  let running = 0
  const waiting: (() => void)[] = []
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await task()
    } finally {
      // The slot is passed to the next task: `running` does not change.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
