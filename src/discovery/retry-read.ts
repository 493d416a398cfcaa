import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'

/** What every reading needs beside the cluster. */
export interface ReadingDeps {
  readonly clock: Clock
  readonly signal: AbortSignal
}

const delaysMs = [1000, 2000] as const
const longestWaitMs = 30_000

/**
 * Reads, and reads again after one and then two seconds when the network or the server failed in a transient way;
 * a server that asks to wait longer is waited for, half a minute at most. A request that timed out is not repeated: a
 * slow cluster costs its own timeout once. Nor is one that no server was asked: that kubeconfig does not change by itself.
 */
export async function retryRead<T>(read: () => Promise<T>, {clock, signal}: ReadingDeps): Promise<T> {
  for (const delayMs of delaysMs) {
    try {
      return await read()
    } catch (error) {
      if (!mayRecover(error) || signal.aborted) throw error
      await clock.sleep(Math.max(delayMs, Math.min(error.retryAfterMs ?? 0, longestWaitMs)), signal)
      if (signal.aborted) throw error
    }
  }
  return read()
}

function mayRecover(error: unknown): error is HubspokeError {
  if (!(error instanceof HubspokeError) || error.final) return false
  if (['unreachable', 'throttled', 'server-error'].includes(error.failureClass)) return true
  return error.status === 408 || (error.status !== undefined && error.status >= 500)
}
