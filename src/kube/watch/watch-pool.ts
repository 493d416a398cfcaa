import {createSharedWatch, type SharedWatch, type SharedWatchDeps} from './shared-watch.ts'
import type {WatchScope} from './watch-cursor.ts'

export interface WatchPoolDeps extends Omit<SharedWatchDeps, 'onForbidden' | 'onSilence' | 'idle'> {
  readonly kind: WatchScope['kind']
  /** Asked before each further watch: false where the connection carries as many as it should. */
  readonly mayWatch: () => boolean
  /** A watch of this scope stood, and is forbidden from then on. */
  onForbidden(namespace: string | undefined): void
  /** The watch of this scope has told nothing for too long. */
  onSilence(namespace: string | undefined): void
}

/** The watches of one kind: one per namespace that is asked for, and one of all. */
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

  /** Ends the watch of a namespace in which nobody follows any more, so that another one may take its place. */
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
