/**
 * Does the work for every item, so many at once, and resolves with the results in the order of the items. After a failure
 * nothing new is started, and it rejects with the first failure when what was under way has ended.
 */
export async function atMost<Item, Result>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  let isStopped = false
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) {
      if (isStopped) return
      try {
        results[at] = await work(item)
      } catch (error) {
        isStopped = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({length: Math.min(limit, items.length)}, worker))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
  return results
}
