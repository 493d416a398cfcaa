import {createSharedWatch, type SharedWatch, type SharedWatchDeps} from './shared-watch.ts'
import type {WatchScope} from './watch-cursor.ts'

export interface WatchPoolDeps extends Omit<SharedWatchDeps, 'onForbidden' | 'onSilence' | 'idle'> {
  readonly kind: WatchScope['kind']
  /** Asked before each further watch: false where the connection has as many as it may carry. */
  readonly mayWatch: () => boolean
  /** An established watch of this scope has become forbidden. */
  onForbidden(namespace: string | undefined): void
  /** The watch of this scope has sent nothing for too long. */
  onSilence(namespace: string | undefined): void
}

/** The watches of one kind: one per requested namespace, and one of all. */
export interface WatchPool {
  /** Undefined: no further watch may be opened. */
  watchOf(namespace: string | undefined): SharedWatch | undefined
}

interface Pooled {
  readonly namespace: string | undefined
  readonly watch: SharedWatch
  readonly idle: AbortController
}

export function createWatchPool({kind, mayWatch, onForbidden, onSilence, ...deps}: WatchPoolDeps): WatchPool {
  const pooled = new Map<string | undefined, Pooled>()

  /** Ends the watch of a namespace without followers, so that another one may replace it. */
  function endIdle(): boolean {
    for (const {namespace, idle} of pooled.values()) {
      if (namespace === undefined || deps.followed.list(namespace).length > 0) continue
      pooled.delete(namespace)
      idle.abort()
      return true
    }
    return false
  }

  return {
    watchOf(namespace) {
      const open = pooled.get(namespace)
      if (open !== undefined) return open.watch
      if (!mayWatch() && !endIdle()) return undefined
      const idle = new AbortController()
      const closing = AbortSignal.any([deps.closing, idle.signal])
      const watch = createSharedWatch(
        {kind, namespace},
        {
          ...deps,
          closing,
          idle: idle.signal,
          onForbidden: () => onForbidden(namespace),
          onSilence: () => onSilence(namespace),
        },
      )
      pooled.set(namespace, {namespace, watch, idle})
      return watch
    },
  }
}
