/**
 * Does the work for every item, with a limit at once, and resolves with the results in the order of the items. After a failure
 * no more work is started, and it rejects with the first failure when running work has ended.
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
