/** The values that differ between watches: their place in the server's rhythm. In milliseconds since the start of the watch. */
export interface BookmarkPhase {
  /** Bookmarks are due at whole seconds of the server's clock, which are this much before those of the watch; below 1000. */
  readonly secondsShiftMs: number
  /** When the server first checks which bookmarks are due. */
  readonly firstLookMs: number
  /** The interval between checks. */
  readonly lookEveryMs: number
}

export function bookmarkPhase(random: () => number): BookmarkPhase {
  const lookEveryMs = 1000 + random() * 250
  return {secondsShiftMs: random() * 1000, firstLookMs: random() * lookEveryMs, lookEveryMs}
}

/**
 * When a watch gets its next bookmark, in milliseconds since its start: about two seconds before its end, and every minute.
 * One that lasts two seconds or less never gets any.
 *
 * Source: `nextBookmarkTime` in k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go, and the buckets of cacher.go.
 *
 * @param nowMs since the start of the watch
 * @param lastsMs undefined: no end is set
 */
export function nextBookmarkMs(nowMs: number, lastsMs: number | undefined, phase: BookmarkPhase): number {
  const beforeEnd = (lastsMs ?? 0) - 2000
  const due = beforeEnd > nowMs ? Math.min(beforeEnd, nowMs + 60_000) : nowMs + 60_000
  const {secondsShiftMs, firstLookMs, lookEveryMs} = phase
  const planned = Math.floor((due + secondsShiftMs) / 1000) * 1000 - secondsShiftMs
  const looks = Math.ceil((Math.max(planned, nowMs) - firstLookMs) / lookEveryMs)
  const look = firstLookMs + Math.max(0, looks) * lookEveryMs
  return look > nowMs ? look : look + lookEveryMs
}
