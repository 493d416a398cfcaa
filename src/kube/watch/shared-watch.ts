import {type FailureClass, HubspokeError} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import {abortable} from '../abortable.ts'
import {isExpired} from '../workloads/workload-list.ts'
import {
  createWatchCursor,
  type WatchCursor,
  type WatchCursorDeps,
  type WatchListener,
  type WatchScope,
} from './watch-cursor.ts'
import {createWatchEars} from './watch-ears.ts'

/** One watch of one kind, in one namespace or in all, that tells `followed` of every change. */
export interface SharedWatch {
  /**
   * Resolves when the watch stands: every later change will be told, over reconnects too. Rejects with what the last
   * attempt failed with; where the watch is forbidden it stays so.
   */
  ready(signal: AbortSignal): Promise<void>
  /** It has told nothing for so long, or was not even accepted in time, that a proxy may keep its events. */
  isSilent(): boolean
}

export interface SharedWatchDeps extends WatchCursorDeps {
  /** Ends the watch, too, but nobody is told: whoever follows in its scope has another one. */
  readonly idle?: AbortSignal
  /** Called once, when a watch that stood is forbidden from then on: those whom it served need another one. */
  onForbidden(): void
  /** Called when nothing was heard for longer than the time between two bookmarks: what happens meanwhile is not told. */
  onSilence(): void
}

/** A watch that stood so long was sound, even if nothing happened in it. */
const soundMs = 5_000
const firstDelayMs = 250
const maxDelayMs = 5_000
/** A server may ask for so long, while reads take the watch's place. */
const longestAskedMs = 30_000

interface Ending {
  /** It was of use before it ended. */
  readonly sound: boolean
  readonly error?: unknown
}

/** When `closing` is aborted, its reason is told to those who still wait. */
export function createSharedWatch(scope: WatchScope, deps: SharedWatchDeps): SharedWatch {
  const {clock, followed, closing, idle, onForbidden, onSilence} = deps
  const cursor = createWatchCursor(scope, deps)
  const ears = createWatchEars({clock, closing, onSilence})
  /** Resolved while the watch stands. */
  let standing = Promise.withResolvers<void>()
  let running = false
  let stood = false
  let refusal: HubspokeError | undefined

  function fallen(): void {
    standing = Promise.withResolvers()
    // Whoever waits for it has heard of it; nobody has to.
    standing.promise.catch(() => undefined)
  }

  async function attempt(): Promise<Ending> {
    const ending = await watchToEnd(cursor, clock, {
      onLive() {
        stood = true
        standing.resolve()
      },
      onProgress: ears.heard,
    })
    if (isExpired(ending.error)) cursor.expire()
    if (isLate(ending.error)) ears.late()
    if (ending.error !== undefined) standing.reject(ending.error)
    fallen()
    return ending
  }

  async function run(): Promise<void> {
    ears.open()
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
    ears.close()
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
    isSilent: ears.isSilent,
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

/** A failure that may be gone at the next try, so that a watch or a poll goes on. */
export function isPassing(error: unknown): boolean {
  return error instanceof HubspokeError && passing.has(error.failureClass)
}

/** Neither an answer nor a refusal: a server, or a proxy on its behalf (HTTP 504), did not come to one. */
export function isLate(error: unknown): boolean {
  return error instanceof HubspokeError && (error.failureClass === 'timeout' || error.status === 504)
}

/** Nothing that a further try could mend, or nobody who waits for it. */
function isFinal(error: unknown, waiting: number): boolean {
  if (isExpired(error)) return false
  return !isPassing(error) || waiting === 0
}

/**
 * Nothing after a watch that merely ended, or expired: what follows it is wanted at once. Else a quarter of a second, and
 * twice that with each failure in a row, up to five seconds; longer where the server asks for it.
 */
function pauseMs(failures: number, error: unknown): number {
  const again = error === undefined || isExpired(error) ? failures - 1 : Math.max(1, failures)
  const asked = error instanceof HubspokeError ? Math.min(error.retryAfterMs ?? 0, longestAskedMs) : 0
  return again < 1 ? asked : Math.max(asked, Math.min(maxDelayMs, firstDelayMs * 2 ** (again - 1)))
}
