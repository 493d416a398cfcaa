/**
 * Runs tasks at the same time until one of them ends or fails, or the signal is aborted; then all of them are stopped and
 * waited for. Rejects with the first failure; failures of stopped tasks are ignored.
 */
export async function together(
  works: readonly ((signal: AbortSignal) => Promise<void>)[],
  signal: AbortSignal,
): Promise<void> {
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  let failure: {readonly error: unknown} | undefined
  await Promise.all(
    works.map(async (work) => {
      try {
        await work(either)
      } catch (error) {
        if (!either.aborted) failure ??= {error}
      } finally {
        ending.abort()
      }
    }),
  )
  if (failure) throw failure.error
}
