import type {Clock} from '../../shared/clock.ts'
import {watchForSilence} from './silence.ts'
import {longestSilenceMs} from './watch-once.ts'

/** Whether anything is heard of a watch, over all its reconnects. */
export interface WatchEars {
  /** The watch has told something. */
  heard(): void
  /** The watch was not even accepted in time. */
  late(): void
  /** From now on its silence is noticed, until `close`. */
  open(): void
  close(): void
  /** Nothing was heard for too long, or the watch was late, and nothing was heard since. */
  isSilent(): boolean
}

export interface EarsDeps {
  readonly clock: Clock
  /** Closes them, too. */
  readonly closing: AbortSignal
  /** Called whenever nothing was heard for longer than the time between two bookmarks. */
  onSilence(): void
}

export function createWatchEars({clock, closing, onSilence}: EarsDeps): WatchEars {
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
