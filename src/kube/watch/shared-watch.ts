import {type FailureClass, HubspokeError} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import {abortable} from '../abortable.ts'
import {isExpired} from '../workloads/workload-list.ts'
import {createWatchActivity} from './watch-activity.ts'
import {
  createWatchCursor,
  type WatchCursor,
  type WatchCursorDeps,
  type WatchListener,
  type WatchScope,
} from './watch-cursor.ts'

/** One watch of one kind, in one namespace or in all, that reports every change to `followed`. */
export interface SharedWatch {
  /**
   * Resolves when the watch is established: every later change is reported, over reconnects too. Rejects with the failure of
   * the last attempt; a watch that is forbidden stays so.
   */
  ready(signal: AbortSignal): Promise<void>
  /** It has sent nothing for too long, or was not accepted in time: a proxy may hold its events back. */
  isSilent(): boolean
}

export interface SharedWatchDeps extends WatchCursorDeps {
  /** Ends the watch without a notification: its followers have another one. */
  readonly idle?: AbortSignal
  /** Called once, when an established watch becomes forbidden: its followers need another one. */
  onForbidden(): void
  /** Called when nothing was received for longer than the time between two bookmarks: changes may be missing. */
  onSilence(): void
}

/** A watch that was established for this time worked, even without events. */
const soundMs = 5_000
const firstDelayMs = 250
const maxDelayMs = 5_000
/** The longest time that a server may ask for; reads replace the watch meanwhile. */
const longestAskedMs = 30_000

interface Ending {
  /** It had worked before it ended. */
  readonly sound: boolean
  readonly error?: unknown
}

/** When `closing` is aborted, pending waits reject with its reason. */
export function createSharedWatch(scope: WatchScope, deps: SharedWatchDeps): SharedWatch {
  const {clock, followed, closing, idle, onForbidden, onSilence} = deps
  const cursor = createWatchCursor(scope, deps)
  const activity = createWatchActivity({clock, closing, onSilence})
  /** Resolved while the watch is established. */
  let standing = Promise.withResolvers<void>()
  let running = false
  let stood = false
  let refusal: HubspokeError | undefined

  function fallen(): void {
    standing = Promise.withResolvers()
    // The rejection is handled by the waiting callers, if there are any.
    standing.promise.catch(() => undefined)
  }

  async function attempt(): Promise<Ending> {
    const ending = await watchToEnd(cursor, clock, {
      onLive() {
        stood = true
        standing.resolve()
      },
      onProgress: activity.heard,
    })
    if (isExpired(ending.error)) cursor.expire()
    if (isLate(ending.error)) activity.late()
    if (ending.error !== undefined) standing.reject(ending.error)
    fallen()
    return ending
  }

  async function run(): Promise<void> {
    activity.open()
    for (let failures = 0; !closing.aborted; ) {
      const {sound, error} = await attempt()
      if (error !== undefined && isFinal(error, followed.list(scope.namespace).length)) return stop(error)
      failures = sound ? 0 : failures + 1
      await clock.sleep(pauseMs(failures, error), closing)
    }
    stop(closing.reason)
  }

  function stop(error: unknown): void {
    running = false
    activity.close()
    cursor.reset()
    standing.reject(error)
    if (idle?.aborted) return
    if (error instanceof HubspokeError && error.failureClass === 'forbidden') {
      refusal = error
      if (stood) onForbidden()
    } else {
      for (const workload of followed.list(scope.namespace)) followed.fail(workload, error)
    }
  }

  return {
    async ready(signal) {
      if (refusal !== undefined) throw refusal
      if (!running) {
        running = true
        fallen()
        void run()
      }
      await abortable(standing.promise, signal)
    },
    isSilent: activity.isSilent,
  }
}

async function watchToEnd(cursor: WatchCursor, clock: Clock, {onLive, onProgress}: WatchListener): Promise<Ending> {
  const startedAt = clock.now()
  let progressed = false
  let error: unknown
  const listener: WatchListener = {
    onLive,
    onProgress() {
      progressed = true
      onProgress()
    },
  }
  try {
    await cursor.watch(listener)
  } catch (reason) {
    error = reason
  }
  return {sound: progressed || clock.now() - startedAt >= soundMs, error}
}

const passing: ReadonlySet<FailureClass> = new Set(['unreachable', 'timeout', 'throttled', 'server-error', 'conflict'])

/** A failure that a retry may not meet again, so that a watch or a poll continues. */
export function isPassing(error: unknown): boolean {
  return error instanceof HubspokeError && passing.has(error.failureClass)
}

/** Neither an answer nor a refusal: a timeout of the server, or of a proxy (HTTP 504). */
export function isLate(error: unknown): boolean {
  return error instanceof HubspokeError && (error.failureClass === 'timeout' || error.status === 504)
}

/** A permanent failure, or a watch without followers. */
function isFinal(error: unknown, waiting: number): boolean {
  if (isExpired(error)) return false
  return !isPassing(error) || waiting === 0
}

/**
 * No wait after a watch that just ended, or expired. After a failure a quarter of a second, doubled with each failure
 * in a row, up to five seconds; longer where the server asks for it.
 */
function pauseMs(failures: number, error: unknown): number {
  const again = error === undefined || isExpired(error) ? failures - 1 : Math.max(1, failures)
  const asked = error instanceof HubspokeError ? Math.min(error.retryAfterMs ?? 0, longestAskedMs) : 0
  return again < 1 ? asked : Math.max(asked, Math.min(maxDelayMs, firstDelayMs * 2 ** (again - 1)))
}
