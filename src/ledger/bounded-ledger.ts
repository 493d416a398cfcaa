import type {HubspokeError} from '../model/failure.ts'
import type {Ledger} from '../model/ledger.ts'
import type {Clock} from '../shared/clock.ts'
import {ledgerNotWritable} from './ledger-error.ts'

export interface LedgerBounds {
  /** Aborted when the run is over, or has been stopped for so long that it has to end. */
  readonly abort: AbortSignal
  readonly clock: Clock
}

/** How long a file operation may take when the run has to end, in milliseconds. */
const lastMs = 2_000

/**
 * A ledger that keeps no run from its end: where the file system does not answer any more, what is not on disk two seconds
 * after the abort counts as not written.
 *
 * @throws HubspokeError of class `usage` as the ledger does, and for a file system that did not answer
 */
export async function boundedLedger(opening: Promise<Ledger>, bounds: LedgerBounds): Promise<Ledger> {
  const ledger = await unlessHung('the ledger of this run', opening, bounds)
  const {path} = ledger
  return {
    path,
    append: (entry) => unlessHung(path, ledger.append(entry), bounds),
    close: () => unlessHung(path, ledger.close(), bounds).catch(() => undefined),
    discard: () => unlessHung(path, ledger.discard(), bounds).catch(() => undefined),
  }
}

async function unlessHung<T>(path: string, work: Promise<T>, {abort, clock}: LedgerBounds): Promise<T> {
  const done = new AbortController()
  const hung = Promise.withResolvers<never>()
  const count = async (): Promise<void> => {
    await clock.sleep(lastMs, done.signal)
    if (!done.signal.aborted) hung.reject(notAnswering(path))
  }
  if (abort.aborted) void count()
  else abort.addEventListener('abort', count, {once: true, signal: done.signal})
  try {
    return await Promise.race([work, hung.promise])
  } finally {
    done.abort()
  }
}

function notAnswering(path: string): HubspokeError {
  return ledgerNotWritable(path, 'its file system does not answer')
}
