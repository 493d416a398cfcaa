import {describe, expect, test} from 'vitest'
import {type BookmarkPhase, bookmarkPhase, nextBookmarkMs} from './bookmarks.ts'

const phase: BookmarkPhase = {secondsShiftMs: 400, firstLookMs: 300, lookEveryMs: 1100}

/** All bookmarks of a watch, in milliseconds since its start. */
function bookmarksOf(lastsMs: number, chosen = phase): readonly number[] {
  const times: number[] = []
  for (let now = 0; now < lastsMs; ) {
    now = nextBookmarkMs(now, lastsMs, chosen)
    if (now < lastsMs) times.push(now)
  }
  return times
}

describe('bookmarks', () => {
  test.each([
    {seconds: 1, because: 'it ends before'},
    {seconds: 2, because: 'two seconds before its end is its start'},
  ])('a watch of $seconds s has none: $because', ({seconds}) => {
    expect(bookmarksOf(seconds * 1000)).toEqual([])
  })

  test('come about two seconds before the end, when the server checks', () => {
    expect(bookmarksOf(3000)).toEqual([1400])
    expect(bookmarksOf(10_000)).toEqual([8000])
  })

  test('come twice when the server checked a little too early', () => {
    expect(bookmarksOf(3000, {secondsShiftMs: 700, firstLookMs: 900, lookEveryMs: 1000})).toEqual([900, 1900])
  })

  test('come every minute of a long watch, and of one without an end', () => {
    const [first, second] = bookmarksOf(300_000)
    expect(first).toBeGreaterThan(59_000)
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(58_000)
    expect(nextBookmarkMs(0, undefined, phase)).toBe(first)
  })

  test.each([0, 0.25, 0.5, 0.75, 0.999])('a watch of 3 s gets one in time, with any random number (%d)', (chance) => {
    const times = bookmarksOf(
      3000,
      bookmarkPhase(() => chance),
    )
    expect(times.length).toBeGreaterThan(0)
    expect(Math.max(...times)).toBeLessThan(2300)
  })
})
