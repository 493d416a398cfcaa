import type {Clock} from '../../shared/clock.ts'
import {watchForSilence} from './silence.ts'
import {longestSilenceMs} from './watch-once.ts'

/** Tracks whether anything is received from a watch, over all its reconnects. */
export interface WatchActivity {
  /** The watch has sent something. */
  heard(): void
  /** The watch was not accepted in time. */
  late(): void
  /** From now on its silence is reported, until `close`. */
  open(): void
  close(): void
  /** Nothing was received for too long, or the watch was late, and nothing was received since. */
  isSilent(): boolean
}

export interface ActivityDeps {
  readonly clock: Clock
  /** Also ends the tracking. */
  readonly closing: AbortSignal
  /** Called whenever nothing was received for longer than the time between two bookmarks. */
  onSilence(): void
}

export function createWatchActivity({clock, closing, onSilence}: ActivityDeps): WatchActivity {
  let silent = false
  let closed = new AbortController()
  let listener = {heard: (): void => undefined}

  function listen(signal: AbortSignal): void {
    listener = watchForSilence({clock, ms: longestSilenceMs, signal}, () => {
      silent = true
      onSilence()
      listen(signal)
    })
  }

  return {
    heard() {
      silent = false
      listener.heard()
    },
    late() {
      silent = true
    },
    open() {
      closed = new AbortController()
      listen(AbortSignal.any([closing, closed.signal]))
    },
    close: () => closed.abort(),
    isSilent: () => silent,
  }
}
